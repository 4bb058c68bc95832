#!/bin/sh
# Roles and accounts of the house in Elasticsearch, by its API; run again, it sets them anew. Passwords come by the
# environment and go by standard input: command lines can be read by all of the machine.
set -eu
folder=$(dirname "$0")

put() {  # put PATH, the body by standard input: the log-in stands in a file that curl reads first
    curl --silent --show-error --fail-with-body --max-time 20 --output /dev/null --request PUT \
        --header 'Content-Type: application/json' --data-binary @- --config "$login" "$ELASTICSEARCH/_security/$1"
}

login=$(mktemp)
trap 'rm -f "$login"' EXIT
chmod 600 "$login"
printf 'user = "elastic:%s"\n' "$ELASTIC_PASSWORD" > "$login"
[ -z "${ELASTICSEARCH_CA:-}" ] || printf 'cacert = "%s"\n' "$ELASTICSEARCH_CA" >> "$login"

for role in search-index search-query exporter; do
    put "role/$role" < "$folder/roles/$role.json"
done
account() {  # account NAME PASSWORD ROLE
    printf '{"password": "%s", "roles": ["%s"]}' "$2" "$3" | put "user/$1"
}
account search-index "$SEARCH_INDEX_PASSWORD" search-index
account search-query "$SEARCH_QUERY_PASSWORD" search-query
account tools "$TOOLS_PASSWORD" search-index
account exporter "$EXPORTER_PASSWORD" exporter
