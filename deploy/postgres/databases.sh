#!/bin/sh
# A database and a role for each service, one for people's command line, one that copies and one that reads statistics.
# PostgreSQL's image runs it in an empty cluster; run again (docs/deploy.md) it adds what is missing and sets all passwords.
# psql finds the server by the environment (PGHOST, PGPORT); passwords come by it too.
set -eu

run() { psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

role() {  # role NAME PASSWORD
    run --dbname postgres -v role="$1" -v password="$2" <<'SQL'
SELECT count(*) = 0 AS missing FROM pg_roles WHERE rolname = :'role' \gset
\if :missing
CREATE ROLE :"role";
\endif
ALTER ROLE :"role" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
SQL
}

make() {  # make SERVICE PASSWORD
    role "$1" "$2"
    run --dbname postgres -v service="$1" -v owner="$POSTGRES_USER" <<'SQL'
SELECT count(*) = 0 AS missing FROM pg_database WHERE datname = :'service' \gset
\if :missing
CREATE DATABASE :"service" OWNER :"service";
\endif
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
-- What people make here (a restore above all) belongs to the service.
ALTER ROLE :"owner" IN DATABASE :"service" SET role = :"service";
GRANT :"service" TO tools;
ALTER ROLE tools IN DATABASE :"service" SET role = :"service";
GRANT CONNECT ON DATABASE :"service" TO backup;
SQL
    # Not pg_read_all_data, which reads the hashes of all passwords too.
    run --dbname "$1" -v service="$1" <<'SQL'
ALTER DEFAULT PRIVILEGES FOR ROLE :"service" GRANT USAGE ON SCHEMAS TO backup;
ALTER DEFAULT PRIVILEGES FOR ROLE :"service" GRANT SELECT ON TABLES TO backup;
ALTER DEFAULT PRIVILEGES FOR ROLE :"service" GRANT SELECT ON SEQUENCES TO backup;
SELECT format(right_of, nspname) FROM pg_namespace,
    unnest(ARRAY['GRANT USAGE ON SCHEMA %I TO backup', 'GRANT SELECT ON ALL TABLES IN SCHEMA %I TO backup',
                 'GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO backup']) AS right_of
WHERE nspname = :'service' \gexec
SQL
}

role tools "$TOOLS_PASSWORD"
role backup "$BACKUP_PASSWORD"
role exporter "$EXPORTER_PASSWORD"
make ingest "$INGEST_DATABASE_PASSWORD"
make counter "$COUNTER_DATABASE_PASSWORD"
make web "$WEB_DATABASE_PASSWORD"
run --dbname postgres <<'SQL'
ALTER ROLE backup SET default_transaction_read_only = on;
ALTER ROLE backup CONNECTION LIMIT 5;
GRANT pg_monitor TO exporter;
ALTER ROLE exporter CONNECTION LIMIT 5;
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO exporter;
SQL
