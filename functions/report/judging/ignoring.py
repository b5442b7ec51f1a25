"""Leaves out of a diff the columns that the settings ignore."""

from dataclasses import replace

from bitbucket_integration.model_diff import (
    ModelDiff,
    Outcome,
    RowChange,
    RowCounts,
    SampleRow,
)
from bitbucket_integration.name_patterns import NamePatterns


def without_columns(diff: ModelDiff, ignored: NamePatterns) -> ModelDiff:
    """The diff as if the ignored columns were on neither side.

    Columns of the primary key are never left out. What then shows no difference is identical.
    """
    names = _ignored_names(diff, ignored)
    if not names:
        return diff
    left = replace(
        diff,
        column_values=tuple(one for one in diff.column_values if one.name not in names),
        columns_added=tuple(one for one in diff.columns_added if one.name not in names),
        columns_removed=tuple(one for one in diff.columns_removed if one.name not in names),
        types_changed=tuple(one for one in diff.types_changed if one.name not in names),
        samples=_samples_without(diff, names),
    )
    left = replace(left, rows=_rows_without(diff, left))
    explained = _column_differences(left) < _column_differences(diff)
    if diff.outcome is Outcome.DIFFERENT and explained and not left.shows_difference:
        return replace(left, outcome=Outcome.IDENTICAL)
    return left


def _ignored_names(diff: ModelDiff, ignored: NamePatterns) -> frozenset[str]:
    key = {column.casefold() for column in diff.primary_key}
    columns = {
        *(one.name for one in diff.column_values),
        *(one.name for one in diff.columns_added),
        *(one.name for one in diff.columns_removed),
        *(one.name for one in diff.types_changed),
        *(cell.column for row in diff.samples for cell in row.cells),
    }
    fitting = ignored.columns_that_fit(diff.model, columns)
    return frozenset(column for column in fitting if column.casefold() not in key)


def _samples_without(diff: ModelDiff, names: frozenset[str]) -> tuple[SampleRow, ...]:
    rows = (
        replace(row, cells=tuple(cell for cell in row.cells if cell.column not in names))
        for row in diff.samples
    )
    return tuple(
        row
        for row in rows
        if row.change is not RowChange.CHANGED or any(cell.base != cell.head for cell in row.cells)
    )


def _rows_without(diff: ModelDiff, left: ModelDiff) -> RowCounts | None:
    """The counts, with the rows that changed in a column that is left, where that can be told.

    Otherwise the tool's count stays, which may count rows that changed in ignored columns alone.
    """
    rows = diff.rows
    counts = [column.different for column in diff.column_values]
    if rows is None or not rows.changed or not _explain(counts, rows.changed):
        return rows
    still = [column.different or 0 for column in left.column_values]
    # At least as many as in one of the columns, at most as many as in all of them.
    least, most = max(still, default=0), min(sum(still), rows.changed)
    if least != most:
        return rows
    unchanged = rows.unchanged
    if unchanged is not None:
        unchanged += rows.changed - most
    return replace(rows, changed=most, unchanged=unchanged)


def _explain(counts: list[int | None], changed: int) -> bool:
    return None not in counts and sum(one or 0 for one in counts) >= changed


def _column_differences(diff: ModelDiff) -> int:
    schema = (*diff.columns_added, *diff.columns_removed, *diff.types_changed)
    return len(schema) + sum(column.differs for column in diff.column_values)
