#!/bin/sh
# Makes recce_state.json; README.md above says what has to be installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/recce" && cp -r "$here/../orders" "$work/" && cp -r "$here/project" "$work/recce/"
cd "$work/recce/project"
export DBT_PROFILES_DIR=. DO_NOT_TRACK=1
dbt --quiet build --target prod --target-path target-base
dbt --quiet docs generate --target prod --target-path target-base
dbt --quiet build --target pr
dbt --quiet docs generate --target pr
recce run --output state.json > recce.log
# Nine tenths of a state are the macros of dbt itself.
jq 'del(.artifacts[].manifest["macros", "docs"])' state.json > "$here/recce_state.json"
