"""Diff two DuckDB tables by primary key and say the result in data-diff's own JSON.

The JSON is that of `data-diff --dbt --json`, version 0.11.2, in which dataset1 is production and
dataset2 the pull request. Unlike it, a NULL in a primary key is a failure, not skipped rows.
"""

# ruff: noqa: S608 -- SQL has no parameters for identifiers, so they are quoted

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Any, Final, NamedTuple

import duckdb

# data-diff knows these types of DuckDB and calls every other one, VARCHAR too, "unsupported".
_KINDS: Final = {
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "DOUBLE": "float",
    "FLOAT": "float",
    "INTEGER": "integer",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "UUID": "string",
}


class Table(NamedTuple):
    """Where a table is."""

    database: str
    schema: str
    name: str

    def __str__(self) -> str:
        """Write its name for SQL."""
        return ".".join(map(_quoted, self))


class _Side(NamedTuple):
    """A table and its columns' types, in their order."""

    table: Table
    types: Mapping[str, str]


class _UndiffableError(Exception):
    """These tables can't be compared, and the message says why."""


def diff(
    connection: duckdb.DuckDBPyConnection,
    *,
    model: str,
    production: Table,
    pull_request: Table,
    primary_key: Sequence[str],
) -> dict[str, Any]:
    """Compare a model's two tables; what prevents it becomes the result's `error`."""
    model_and_datasets = {
        "model": model,
        "dataset1": list(production),
        "dataset2": list(pull_request),
    }
    try:
        for table in (production, pull_request):
            _check_primary_key(connection, table, primary_key)
        compared = _compare(connection, production, pull_request, primary_key)
    except (_UndiffableError, duckdb.Error) as error:
        return {
            "status": "failed",
            **model_and_datasets,
            "error": str(error).splitlines()[0],  # DuckDB goes on to quote the query
            "version": "1.0.0",
        }
    different = _has_differences(compared)
    return {
        "status": "success",
        "result": "different" if different else "identical",
        **model_and_datasets,
        **compared,
        "version": "1.1.0",
    }


def _check_primary_key(
    connection: duckdb.DuckDBPyConnection, table: Table, primary_key: Sequence[str]
) -> None:
    columns = _columns(connection, table)
    if not columns:
        raise _UndiffableError(f"There is no table {'.'.join(table)}")
    if missing := [column for column in primary_key if column not in columns]:
        raise _UndiffableError(f"{'.'.join(table)} has no primary key column {', '.join(missing)}")
    key = ", ".join(map(_quoted, primary_key))
    is_null = " OR ".join(f"{_quoted(column)} IS NULL" for column in primary_key)
    where = f"{'.'.join(table)}, primary key ({', '.join(primary_key)})"
    if nulls := _number(connection, f"SELECT count(*) FROM {table} WHERE {is_null}"):
        raise _UndiffableError(
            f"NULL values in one or more primary keys of {where}: {_rows(nulls)}"
        )
    rows, keys = connection.execute(
        f"SELECT coalesce(sum(n), 0), count(*)"
        f" FROM (SELECT count(*) AS n FROM {table} GROUP BY {key} HAVING n > 1)"
    ).fetchall()[0]
    if keys:
        raise _UndiffableError(
            f"Duplicate primary keys in {where}: {_rows(rows)} share {keys}"
            f" {'key' if keys == 1 else 'keys'}"
        )


def _compare(
    connection: duckdb.DuckDBPyConnection,
    production: Table,
    pull_request: Table,
    primary_key: Sequence[str],
) -> dict[str, Any]:
    old = _Side(production, _columns(connection, production))
    new = _Side(pull_request, _columns(connection, pull_request))
    shared = [column for column in old.types if column in new.types]
    retyped = [column for column in shared if old.types[column] != new.types[column]]
    # A column that was retyped is reported as such, and its values aren't compared.
    values = [column for column in shared if column not in {*retyped, *primary_key}]
    rows = _compare_rows(connection, old, new, primary_key, values)
    return {
        "rows": rows,
        "summary": {
            "rows": _count_rows(connection, old, new, rows),
            "stats": {
                "diffCounts": {
                    column: sum(row[column]["isDiff"] for row in rows["diff"]) for column in values
                }
            },
        },
        "columns": {
            "dataset1": _described(old.types),
            "dataset2": _described(new.types),
            "primaryKey": list(primary_key),
            "exclusive": {
                "dataset1": [column for column in old.types if column not in shared],
                "dataset2": [column for column in new.types if column not in shared],
            },
            "typeChanged": retyped,
        },
    }


def _compare_rows(
    connection: duckdb.DuckDBPyConnection,
    old: _Side,
    new: _Side,
    primary_key: Sequence[str],
    values: Sequence[str],
) -> dict[str, Any]:
    """Find the rows that are on one side only, and those whose values differ."""
    columns = [*primary_key, *values]
    only_old: list[dict[str, Any]] = []
    only_new: list[dict[str, Any]] = []
    different: list[dict[str, Any]] = []
    query = _join(old, new, primary_key, columns)
    for in_old, in_new, *cells in connection.execute(query).fetchall():
        row = dict(zip(columns, batched(cells, 3, strict=True), strict=True))
        if in_old and in_new:
            different.append(
                {
                    column: {
                        "dataset1": before,
                        "dataset2": after,
                        "isDiff": differs,
                        "isPK": column in primary_key,
                    }
                    for column, (before, after, differs) in row.items()
                }
            )
        else:
            (only_old if in_old else only_new).append(
                {
                    column: {"isPK": column in primary_key, "value": before if in_old else after}
                    for column, (before, after, _) in row.items()
                }
            )
    return {"exclusive": {"dataset1": only_old, "dataset2": only_new}, "diff": different}


def _join(old: _Side, new: _Side, primary_key: Sequence[str], columns: Iterable[str]) -> str:
    """Ask for the rows that differ: the sides that have it, then per column old, new, differs."""
    cells = ", ".join(
        f"{_text(f'old.{_quoted(column)}', old.types[column])},"
        f" {_text(f'new.{_quoted(column)}', new.types[column])},"
        f" {_differs(column)}"
        for column in columns
    )
    keys = [_quoted(column) for column in primary_key]
    # No primary key is NULL, so a NULL here says that the row is on the other side only.
    return (
        f"SELECT old.{keys[0]} IS NOT NULL, new.{keys[0]} IS NOT NULL, {cells}"
        f" FROM {old.table} AS old FULL OUTER JOIN {new.table} AS new"
        f" ON {' AND '.join(f'old.{key} = new.{key}' for key in keys)}"
        f" WHERE {' OR '.join(_differs(column) for column in columns)}"
        f" ORDER BY {', '.join(f'coalesce(old.{key}, new.{key})' for key in keys)}"
    )


def _differs(column: str) -> str:
    return f"old.{_quoted(column)} IS DISTINCT FROM new.{_quoted(column)}"


def _count_rows(
    connection: duckdb.DuckDBPyConnection, old: _Side, new: _Side, rows: Mapping[str, Any]
) -> dict[str, Any]:
    total = _number(connection, f"SELECT count(*) FROM {old.table}")
    only_old, only_new = map(len, rows["exclusive"].values())
    return {
        "total": {
            "dataset1": total,
            "dataset2": _number(connection, f"SELECT count(*) FROM {new.table}"),
        },
        "exclusive": {"dataset1": only_old, "dataset2": only_new},
        "updated": len(rows["diff"]),
        "unchanged": total - only_old - len(rows["diff"]),
    }


def _columns(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    """Read the table's columns, in their order, with their types."""
    return dict(
        connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_catalog = ? AND table_schema = ? AND table_name = ?"
            " ORDER BY ordinal_position",
            list(table),
        ).fetchall()
    )


def _described(columns: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": type_, "kind": _kind(type_)} for name, type_ in columns.items()]


def _kind(type_: str) -> str:
    return "float" if type_.startswith("DECIMAL(") else _KINDS.get(type_, "unsupported")


def _text(value: str, type_: str) -> str:
    """Convert a value, in SQL, to the text that data-diff prints."""
    match type_:
        case "BOOLEAN":
            value = f"CAST({value} AS INTEGER)"
        case "DOUBLE":
            value = f"CAST({value} AS DECIMAL(38, 13))"
        case "FLOAT":
            value = f"CAST({value} AS DECIMAL(38, 5))"
        case "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE":
            return f"strftime(CAST({value} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%f')"
    return f"CAST({value} AS VARCHAR)"


def _has_differences(compared: Mapping[str, Any]) -> bool:
    rows, columns = compared["rows"], compared["columns"]
    return any(
        (
            rows["exclusive"]["dataset1"],
            rows["exclusive"]["dataset2"],
            rows["diff"],
            columns["exclusive"]["dataset1"],
            columns["exclusive"]["dataset2"],
            columns["typeChanged"],
        )
    )


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
