#!/bin/sh
# Makes the .json and .csv files here; README.md above says what has to be installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/audit_helper" && cp -r "$here/../orders" "$work/" && cp "$here"/*.sql "$work/audit_helper/"
cd "$work/audit_helper"
cat > dbt_project.yml <<'YAML'
name: audit
profile: audit
YAML
cat > profiles.yml <<'YAML'
audit:
  target: dev
  outputs:
    dev: {type: duckdb, path: audit.duckdb}
YAML
export DBT_PROFILES_DIR=. DO_NOT_TRACK=1
for sql in *.sql; do
  dbt --quiet show --inline "$(cat "$sql")" --limit -1 --output json > "$here/${sql%.sql}.json"
done
python -c "
import duckdb
for name in ('compare_all_columns', 'compare_and_classify'):
    rows = f\"from read_json('$here/{name}.json')\"
    duckdb.sql(f'select unnest(\"show\", max_depth := 2) {rows}').write_csv(f'$here/{name}.csv')
"
