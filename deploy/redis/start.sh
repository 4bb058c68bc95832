#!/bin/sh
# Starts redis-server with its users. Passwords come by the environment and stand nowhere but, hashed, in a file in memory.
#
# default   nobody can log in as it; it may do everything, since Redis checks what it reads from its own append-only file
#           against it, and drops the transactions that hold a command it may not do (redis issue 14541)
# toasoan   what the house's processes need: their own keys, no command that harms the server (channels cannot be named:
#           a pattern subscription is allowed only as it stands, and the askers' hold a part made at random)
# exporter  figures for Prometheus
set -eu
umask 077

hash() { printf %s "$1" | sha256sum | cut -d' ' -f1; }

folder=${REDIS_RUN_DIR:-/run/redis}
cat > "$folder/users.acl" <<USERS
user default off nopass ~* &* +@all
user toasoan on #$(hash "$REDIS_PASSWORD") resetkeys resetchannels ~ts:* allchannels +@all -@admin -@dangerous +info +bgrewriteaof
user exporter on #$(hash "$EXPORTER_PASSWORD") resetkeys resetchannels -@all +@connection +info +config|get +latency +slowlog|get +slowlog|len +client|list +dbsize
USERS
exec redis-server "${REDIS_CONFIG:-/etc/redis/redis.conf}" "$@"
