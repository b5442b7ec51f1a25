#!/bin/sh
# Makes the .json files here from tables in an empty PostgreSQL database that PGHOST, PGPORT,
# PGUSER and PGDATABASE lead to; README.md above says what has to be installed.
set -eu
cd "$(dirname "$0")"
PSO_DV_CONN_HOME=$(mktemp -d)
export PSO_DV_CONN_HOME
trap 'rm -rf "$PSO_DV_CONN_HOME"' EXIT
psql --quiet --set ON_ERROR_STOP=1 --file tables.sql
data-validation connections add -c shop Postgres --host "$PGHOST" --port "$PGPORT" \
  --user "$PGUSER" --password unused --database "$PGDATABASE"
validate() {
  data-validation validate "$@" -sc shop -tc shop --format json
  echo
}
orders=prod.orders=pr.orders
customers=prod.customers=pr.customers
{
  validate schema -tbls $orders
  validate column -tbls $orders,$customers --count '*' --sum amount
  validate row -tbls $orders --primary-keys id --comparison-fields amount,note
  validate row -tbls $customers --primary-keys customer_id --hash '*'
} > orders-and-customers.json
validate column -tbls $orders --grouped-columns note --count id > grouped.json
validate row -tbls $orders --primary-keys id --hash id,amount --use-random-row -rbs 2 \
  > random-rows.json
validate row -tbls $orders --primary-keys id --comparison-fields amount,note --filter-status fail \
  > only-failures.json
validate custom-query column -sq 'select * from prod.orders' -tq 'select * from pr.orders' \
  --count id > custom-query.json
