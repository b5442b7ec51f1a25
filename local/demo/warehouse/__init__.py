"""The demo's warehouse: real data, built from a dbt-like project's SQL, diffed with DuckDB.

`models/base` is the project in production; `models/first_push` and `models/second_push` hold the
files in which a push of the pull request differs from it.
"""

import json
from typing import Final

import duckdb

from local.demo.warehouse.build import MODELS, build, create_warehouse
from local.demo.warehouse.diff import Table, diff

PUSHES: Final = ("first-push", "second-push")
"""The pull request's versions, in the order in which they are pushed."""


def data_diff_json(version: str) -> str:
    """Diff a push's build of every model against production, as `data-diff --dbt --json` does.

    One line per model. An unknown version is a `ValueError`.
    """
    if version not in PUSHES:
        raise ValueError(f"no version {version!r}, choose from {', '.join(PUSHES)}")
    with duckdb.connect() as connection:
        create_warehouse(connection)
        build(connection, "base", schema="production")
        build(connection, version, schema="pull_request")
        diffs = [
            diff(
                connection,
                model=f"model.jaffle_shop.{model.name}",
                production=Table("acme", "production", model.name),
                pull_request=Table("acme", "pull_request", model.name),
                primary_key=model.primary_key,
            )
            for model in MODELS
        ]
    return "".join(f"{json.dumps(model_diff)}\n" for model_diff in diffs)
