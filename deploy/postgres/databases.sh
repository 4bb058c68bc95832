#!/bin/sh
# Runs once, in an empty PostgreSQL: a database and a role for each service, and a role that only reads statistics.
# psql finds the server by the environment (PGHOST, PGPORT); passwords come by it too.
set -eu

make() {  # make SERVICE PASSWORD
    psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -v service="$1" -v password="$2" \
        -v owner="$POSTGRES_USER" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
-- What the command line makes here (a restore above all) belongs to the service, not to the superuser.
ALTER ROLE :"owner" IN DATABASE :"service" SET role = :"service";
SQL
}

make ingest "$INGEST_DATABASE_PASSWORD"
make counter "$COUNTER_DATABASE_PASSWORD"
make web "$WEB_DATABASE_PASSWORD"

psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -v password="$EXPORTER_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE exporter LOGIN PASSWORD :'password' CONNECTION LIMIT 5;
GRANT pg_monitor TO exporter;
SQL
