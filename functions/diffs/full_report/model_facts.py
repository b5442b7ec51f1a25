"""What the full report says about one model, in the order in which it is read."""

from collections.abc import Iterator

from bitbucket_integration.model_diff import (
    ColumnValues,
    ModelDiff,
    Outcome,
    RowChange,
    RowCounts,
    SampleRow,
)
from bitbucket_integration.plain_words import count
from bitbucket_integration.shares import match_of, rows_in_both
from full_report.figures import full_percent, match, number, share

type ColumnRow = tuple[str, str, str, str, int | None]
type CountRow = tuple[str, str, str]


def brief(diff: ModelDiff) -> str:
    """Tell a model's diff in one line."""
    if diff.outcome is Outcome.FAILED:
        return "could not be diffed"
    if diff.outcome is Outcome.IDENTICAL:
        return "no differences"
    rows = diff.rows or RowCounts()
    parts = [
        f"{amount:,} {word}"
        for amount, word in (
            (rows.added, "added"),
            (rows.removed, "removed"),
            (rows.changed, "changed"),
        )
        if amount
    ]
    columns = len(diff.differing_columns)
    if columns:
        parts.append(f"{count(columns, 'column')} {'differs' if columns == 1 else 'differ'}")
    if diff.schema_changed:
        parts.append("schema changed")
    return " · ".join(parts) or "differs"


def row_counts(rows: RowCounts) -> list[CountRow]:
    """Name, count and share of each kind of row."""
    in_both = rows_in_both(rows)
    return [
        ("In base (production)", number(rows.base), ""),
        ("In head (pull request)", number(rows.head), ""),
        ("Added, only in head", number(rows.added), _of(rows.added, rows.base, "base")),
        ("Removed, only in base", number(rows.removed), _of(rows.removed, rows.base, "base")),
        ("Changed, in both", number(rows.changed), _of(rows.changed, in_both, "rows in both")),
        ("Unchanged", number(rows.unchanged), _of(rows.unchanged, in_both, "rows in both")),
    ]


def _of(part: int | None, whole: int | None, what: str) -> str:
    told = share(part, whole)
    return f"{told} of {what}" if told else ""


def differing_columns(diff: ModelDiff) -> list[ColumnRow]:
    """Name, different, compared and match of the columns that differ, the worst first."""
    rows = diff.rows or RowCounts()
    told = ((column, match_of(column, rows)) for column in diff.differing_columns)
    return [
        (
            column.name,
            number(column.different),
            number(column.compared),
            match(equal),
            full_percent(equal),
        )
        for column, equal in told
    ]


def equal_columns(diff: ModelDiff) -> list[str]:
    """The columns that were compared and do not differ."""
    return [one.name for one in diff.column_values if not one.differs and _was_compared(one)]


def silent_columns(diff: ModelDiff) -> list[str]:
    """The columns of which the tool did not say whether they differ."""
    return [one.name for one in diff.column_values if not one.differs and not _was_compared(one)]


def _was_compared(column: ColumnValues) -> bool:
    return column.different is not None or column.match_percent is not None


def sample_columns(samples: tuple[SampleRow, ...]) -> list[str]:
    """All columns of sample rows, in the order in which they are first seen."""
    return list(dict.fromkeys(cell.column for row in samples for cell in row.cells))


def sample_cells(
    row: SampleRow, columns: list[str]
) -> Iterator[tuple[bool, str | None, str | None]]:
    """For each column: whether it changed, and its base and head value; None is a null.

    A row that only one side has, has the same value for both.
    """
    cells = {cell.column: cell for cell in row.cells}
    for column in columns:
        cell = cells.get(column)
        if cell is None:
            yield False, "", ""
        elif row.change is RowChange.CHANGED:
            yield cell.base != cell.head, cell.base, cell.head
        elif row.change is RowChange.ADDED:
            yield False, cell.head, cell.head
        else:
            yield False, cell.base, cell.base
