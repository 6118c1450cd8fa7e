#!/bin/sh
# Makes each service's role and database at the server's first start. The
# registry has a second one for the per-person keys, so that it can be kept,
# backed up and erased apart from the data.
set -eu
for role in registry employment training insurance education housing; do
  databases=$role
  [ "$role" != registry ] || databases="registry person_keys"
  password=$(cat "/run/secrets/postgres-$role.password")
  psql -v ON_ERROR_STOP=1 -v role="$role" -v password="$password" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
SQL
  for database in $databases; do
    psql -v ON_ERROR_STOP=1 -v role="$role" -v database="$database" --username "$POSTGRES_USER" <<'SQL'
CREATE DATABASE :"database" OWNER :"role";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
  done
done
