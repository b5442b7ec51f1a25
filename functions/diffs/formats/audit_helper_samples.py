"""The rows that compare_and_classify_query_results shows of each status, as sample rows."""

from collections.abc import Iterator
from typing import Any

from bitbucket_integration.model_diff import RowChange, SampleCell, SampleRow
from formats.result_rows import ResultRow
from sample_rows import few, value_text

type _Sides = tuple[ResultRow | None, ResultRow | None]

_OURS = "dbt_audit_"


def samples(rows: list[ResultRow], primary_key: tuple[str, ...]) -> tuple[SampleRow, ...]:
    """Some of the rows that differ, their key's columns first."""
    key = [name.lower() for name in primary_key]
    only_b = [(None, row) for row in rows if row.values["dbt_audit_row_status"] == "added"]
    only_a = [(row, None) for row in rows if row.values["dbt_audit_row_status"] == "removed"]
    return few(
        _sample_rows(RowChange.ADDED, only_b, key),
        _sample_rows(RowChange.REMOVED, only_a, key),
        _sample_rows(RowChange.CHANGED, _pairs(rows), key),
    )


def _pairs(rows: list[ResultRow]) -> list[_Sides]:
    """Both versions of modified rows; of which a sample has one only, that one is left out."""
    pairs: dict[tuple[str, str], dict[bool, ResultRow]] = {}
    for row in rows:
        if row.values["dbt_audit_row_status"] == "modified":
            same_row = (
                str(row.values.get("dbt_audit_surrogate_key")),
                str(row.values.get("dbt_audit_pk_row_num")),
            )
            pairs.setdefault(same_row, {})[row.flag("dbt_audit_in_a")] = row
    return [(pair[True], pair[False]) for pair in pairs.values() if len(pair) == 2]


def _sample_rows(change: RowChange, rows: list[Any], key: list[str]) -> Iterator[SampleRow]:
    for base, head in rows:
        shown: ResultRow = head or base
        columns = [name for name in shown.values if not name.startswith(_OURS)]
        columns.sort(key=lambda name: key.index(name) if name in key else len(key))
        cells = (
            SampleCell(shown.names[name], _text(base, name), _text(head, name)) for name in columns
        )
        yield SampleRow(change, tuple(cells))


def _text(row: ResultRow | None, column: str) -> str | None:
    return value_text(row.values.get(column)) if row else None
