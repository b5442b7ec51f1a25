"""The rows that differ, as `data-diff --dbt --json` lists them without `--stats`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bitbucket_integration.model_diff import RowChange, RowCounts, SampleCell, SampleRow
from bitbucket_integration.permitted_samples import MOST_ROWS
from formats.json_object import JsonObject, storable
from sample_rows import few, value_text


@dataclass(frozen=True, slots=True)
class ListedRows:
    """How many there are, in how many of them each column differs, and some of them."""

    rows: RowCounts
    per_column: dict[str, int]
    samples: tuple[SampleRow, ...]


def read_listed(rows: JsonObject) -> ListedRows:
    """Read the member `rows` of a model's line."""
    exclusive = rows.object("exclusive")
    removed, added = list(exclusive.objects("dataset1")), list(exclusive.objects("dataset2"))
    changed: list[SampleRow] = []
    changes = 0
    per_column: dict[str, int] = {}
    for row in rows.objects("diff"):
        changes += 1
        cells = {name: row.object(name) for name in row.names()}
        for name, cell in cells.items():
            differs = cell.flag("isDiff")
            if not _is_key(cell):
                per_column[name] = per_column.get(name, 0) + differs
        if len(changed) < MOST_ROWS:
            changed.append(_row(RowChange.CHANGED, cells))
    return ListedRows(
        RowCounts(added=len(added), removed=len(removed), changed=changes),
        per_column,
        few(_exclusive(RowChange.ADDED, added), _exclusive(RowChange.REMOVED, removed), changed),
    )


def _exclusive(change: RowChange, rows: Iterable[JsonObject]) -> Iterator[SampleRow]:
    for row in rows:
        yield _row(change, {name: row.object(name) for name in row.names()})


def _row(change: RowChange, cells: dict[str, JsonObject]) -> SampleRow:
    # data-diff lists columns in another order at every run.
    in_order = sorted(cells, key=lambda name: (not _is_key(cells[name]), name))
    return SampleRow(change, tuple(_cell(change, name, cells[name]) for name in in_order))


def _is_key(cell: JsonObject) -> bool:
    return cell.has("isPK") and cell.flag("isPK")


def _cell(change: RowChange, name: str, cell: JsonObject) -> SampleCell:
    if change is RowChange.CHANGED:
        base, head = value_text(cell.value("dataset1")), value_text(cell.value("dataset2"))
        return SampleCell(storable(name), base, head)
    value = value_text(cell.value("value"))
    if change is RowChange.ADDED:
        return SampleCell(storable(name), head=value)
    return SampleCell(storable(name), base=value)
