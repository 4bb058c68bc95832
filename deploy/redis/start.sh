#!/bin/sh
# Starts redis-server with the users of broker.acl or counters.acl (REDIS_USERS). Passwords come by the environment and
# stand nowhere but, hashed, in a file in memory.
set -eu
umask 077

hash() { printf %s "$1" | sha256sum | cut -d' ' -f1; }

# Redis lets a pattern be subscribed to only as it stands in the list: these are all that shared/ask.py draws from.
answers() { for line in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do printf ' \\&ts:answer:%s-%s-*' "$1" $line; done; }

folder=${REDIS_RUN_DIR:-/run/redis}
common='resetkeys resetchannels ~ts:_kombu.* -@all +@connection +@read +@write +@transaction +eval +evalsha'
common="$common +script|load +script|exists +time +unsubscribe +punsubscribe -@admin -@dangerous -scan -randomkey -dbsize"
events='(+publish \&ts:/0.celeryev/*)'
script="/^#/d; s;%common;$common;; s;%events;$events;;
s;%worker:\([a-z]*\);~ts:\1.*.celery.pidbox* (+subscribe +psubscribe \&ts:/0.celery.pidbox) (+lpush ~ts:*.reply.celery.pidbox*) $events;
s;%answers:ingest;(+subscribe +psubscribe$(answers ingest));
s;%answers:web;(+subscribe +psubscribe$(answers web));
s;%answer;(+publish \&ts:answer:* \&ts:hint:broker-found);"
for name in INGEST_REDIS_PASSWORD SEARCH_REDIS_PASSWORD COUNTER_REDIS_PASSWORD WEB_REDIS_PASSWORD TOOLS_PASSWORD EXPORTER_PASSWORD; do
    eval "password=\$$name"
    script="$script
s/#$name/#$(hash "$password")/;"
done
sed "$script" "${REDIS_USERS:-/etc/redis/users.acl}" > "$folder/users.acl"
# The one user of all services that versions before December 2026 had: for the minutes of an update from one.
if [ -n "${REDIS_PASSWORD:-}" ]; then
    echo "user toasoan on #$(hash "$REDIS_PASSWORD") resetkeys resetchannels ~ts:* allchannels +@all -@admin -@dangerous +info +bgrewriteaof" >> "$folder/users.acl"
fi
exec redis-server "${REDIS_CONFIG:-/etc/redis/redis.conf}" "$@"
