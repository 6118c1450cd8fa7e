#!/bin/sh
# Makes each service's role and database at the server's first start. The
# registry has a second one for the per-person keys, so that it can be kept,
# backed up and erased apart from the data. psql reads the passwords from their
# files itself: an argument could be seen in the list of processes.
set -eu
database() { # database ROLE NAME...: a role, and what it owns
  role=$1
  shift
  psql -v ON_ERROR_STOP=1 -v role="$role" -v file="/run/secrets/postgres-$role.password" --username "$POSTGRES_USER" <<'SQL'
\set password `cat :'file'`
CREATE ROLE :"role" LOGIN PASSWORD :'password';
SQL
  for database; do
    psql -v ON_ERROR_STOP=1 -v role="$role" -v database="$database" --username "$POSTGRES_USER" <<'SQL'
CREATE DATABASE :"database" OWNER :"role";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
  done
}
# scripts/gen writes: databases
database registry registry person_keys
database employment employment
database training training
database insurance insurance
database education education
database housing housing
database identity identity
# scripts/gen: end
# Nobody but the superuser has business in the server's own database.
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" -c 'REVOKE ALL ON DATABASE postgres FROM PUBLIC'
