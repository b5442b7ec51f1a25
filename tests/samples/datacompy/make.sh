#!/bin/sh
# Makes the .json files here; README.md above says what has to be installed.
set -eu
cd "$(dirname "$0")"
compare() { # its status is 1 when there are differences
  datacompy compare --report-format json --quiet "$@" || [ $? = 1 ]
}
base=../orders/base.csv
head=../orders/head.csv
compare --left $base --right $head --on id --sample-count 2 \
  --df1-name prod.orders --df2-name pr.orders --output different.json
compare --left $base --right $base --on id --output identical.json
compare --left $base --right $head --on id --backend pandas --sample-count 0 \
  --output pandas.json
compare --left $base --right $base --on legacy --sample-count 0 --output duplicates.json
