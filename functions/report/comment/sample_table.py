"""Sample rows as a table. There are some only where an integration allows it."""

from collections.abc import Sequence

from bitbucket_integration.model_diff import ModelDiff, RowChange, SampleCell, SampleRow
from comment.markdown import Align, code, table, text

_COLUMNS = 6
_LONGEST_VALUE = 60
# A code span, which no value from outside is: a null cannot be taken for the text "NULL".
_NULL = "`NULL`"


def sample_table(diff: ModelDiff, rows: int) -> str:
    """Write so many sample rows, of the columns that tell most; empty where there are none."""
    samples = diff.samples[:rows]
    columns = _columns(diff, samples)
    if not columns:
        return ""
    headers = ("Sample row", *(code(column) for column in columns))
    alignments = [Align.LEFT] * len(headers)
    return table(
        headers, alignments, [(row.change.value, *_cells(row, columns)) for row in samples]
    )


def _columns(diff: ModelDiff, samples: Sequence[SampleRow]) -> list[str]:
    """The columns of the primary key, then those that differ, then the others."""
    key = {column.casefold() for column in diff.primary_key}
    ranks: dict[str, int] = {}
    for row in samples:
        for cell in row.cells:
            changed = row.change is RowChange.CHANGED and cell.base != cell.head
            rank = 0 if cell.column.casefold() in key else 1 if changed else 2
            ranks[cell.column] = min(rank, ranks.get(cell.column, rank))
    return sorted(ranks, key=lambda column: ranks[column])[:_COLUMNS]


def _cells(row: SampleRow, columns: Sequence[str]) -> list[str]:
    cells = {cell.column: cell for cell in row.cells}
    return [_cell(row.change, cells[column]) if column in cells else "" for column in columns]


def _cell(change: RowChange, cell: SampleCell) -> str:
    if change is RowChange.ADDED:
        return _value(cell.head)
    if change is RowChange.REMOVED or cell.base == cell.head:
        return _value(cell.base)
    return f"{_value(cell.base)} → {_value(cell.head)}"


def _value(value: str | None) -> str:
    return _NULL if value is None else text(value, _LONGEST_VALUE)
