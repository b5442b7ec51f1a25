#!/bin/sh
# Makes the samples of data-diff and reladiff again, in the folder that WORK names.
set -eu
samples=$(cd "$(dirname "$0")/.." && pwd)
work=${WORK:-$(mktemp -d)}
python=${PYTHON:-python3.11}
export DO_NOT_TRACK=1
unset COLUMNS

if [ ! -d "$work/data-diff" ]; then
  "$python" -m venv "$work/data-diff"
  "$work/data-diff/bin/pip" install --quiet \
    data-diff==0.11.2 'pydantic<2' 'dbt-core==1.7.*' 'dbt-duckdb==1.7.*' duckdb==1.1.3
fi
if [ ! -d "$work/reladiff" ]; then
  "$python" -m venv "$work/reladiff"
  "$work/reladiff/bin/pip" install --quiet reladiff==0.6.0 duckdb==1.1.3
fi

rm -rf "$work/shop"
cp -r "$samples/data_diff/dbt" "$work/shop"
cd "$work/shop"
"$work/data-diff/bin/python" -c '
import duckdb, sys
duckdb.connect("shop.duckdb").execute(open(sys.argv[1]).read())
' "$samples/data_diff/tables.sql"

PATH="$work/data-diff/bin:$PATH"
dbt build --profiles-dir .
data-diff --dbt --dbt-profiles-dir . --json --no-tracking |
  grep '^{' > "$samples/data_diff/dbt.jsonl"
data-diff --dbt --dbt-profiles-dir . --json --stats --no-tracking |
  grep '^{' > "$samples/data_diff/dbt_stats.jsonl"

orders="prod.orders pr.orders -k id -c customer -c amount -c note"
for tool in data-diff reladiff; do
  into=$samples/$(echo "$tool" | tr - _)
  untracked=$([ "$tool" = reladiff ] || echo --no-tracking)
  run() { "$work/$tool/bin/$tool" $untracked "duckdb://:@$PWD/shop.duckdb" "$@"; }
  run $orders -a joindiff --json > "$into/rows.txt"
  run $orders -a joindiff --json --stats > "$into/stats.txt"
  run prod.sites pr.sites -k id -c name -a joindiff --json > "$into/rows_one_removed.txt"
  run prod.sites pr.sites -k id -c name -a joindiff --json --stats > "$into/stats_one_removed.txt"
  run prod.customers pr.customers -k name -a joindiff --json --stats > "$into/stats_equal.txt"
  run prod.days pr.days -k site -k day -c text -a joindiff --json > "$into/rows_wrapped.txt"
  COLUMNS=100000 run prod.days pr.days -k site -k day -c text -a joindiff --json \
    > "$into/rows_unwrapped.txt"
  # Hashdiff's totals differ from run to run. These are the different ones, a run a line.
  for _ in $(seq 30); do
    COLUMNS=100000 run prod.orders pr.orders -k id -c amount -a hashdiff --json --stats | grep '^{'
  done | sort -u > "$into/stats_hashdiff.jsonl"
  for _ in $(seq 30); do
    COLUMNS=100000 run prod.sites pr.sites -k id -c name -a hashdiff --json --stats | grep '^{'
  done | sort -u > "$into/stats_hashdiff_one_removed.jsonl"
done

# reladiff takes no text for a key.
tool=data-diff untracked=--no-tracking
run prod.pages pr.pages -k url -c visits -a joindiff --json \
  > "$samples/data_diff/rows_key_wrapped.txt"
