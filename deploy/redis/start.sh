#!/bin/sh
# Starts redis-server with its users. Passwords come by the environment and stand nowhere but, hashed, in a file in memory.
#
# default   may ask whether Redis lives, and nothing else (health checks)
# toasoan   what the house's processes need: their own keys, no command that harms the server (channels cannot be named:
#           a pattern subscription is allowed only as it stands, and the askers' hold a part made at random)
# exporter  figures for Prometheus
set -eu
umask 077

hash() { printf %s "$1" | sha256sum | cut -d' ' -f1; }

folder=${REDIS_RUN_DIR:-/run/redis}
cat > "$folder/users.acl" <<USERS
user default on nopass resetkeys resetchannels -@all +ping
user toasoan on #$(hash "$REDIS_PASSWORD") resetkeys resetchannels ~ts:* allchannels +@all -@admin -@dangerous +info +bgrewriteaof
user exporter on #$(hash "$EXPORTER_PASSWORD") resetkeys resetchannels -@all +@connection +info +config|get +latency +slowlog|get +slowlog|len +client|list +dbsize
USERS
exec redis-server "${REDIS_CONFIG:-/etc/redis/redis.conf}" "$@"
