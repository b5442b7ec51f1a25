"""The result of diffing one model (a table or view), whichever tool computed it.

The base is production, the head is the pull request's build: *added* rows exist in the head only,
*removed* rows in the base only. A count that a tool does not report is None, never 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of one model's diff."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows by what happened to them, None where the tool did not say."""

    base: int | None = None
    head: int | None = None
    added: int | None = None
    removed: int | None = None
    changed: int | None = None
    unchanged: int | None = None


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """Rows whose primary key is wrong, on each side; None where the tool did not say.

    Nulls are rows with a null in their key. Duplicates are rows beyond the first of their key: two
    rows with the same key are one duplicate.
    """

    base_nulls: int | None = None
    head_nulls: int | None = None
    base_duplicates: int | None = None
    head_duplicates: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnValues:
    """How a column that both sides have compares over the rows that both sides have.

    `match_percent` (0 to 100) is for tools that report no counts; `match` prefers counts.
    """

    name: str
    different: int | None = None
    compared: int | None = None
    match_percent: float | None = None

    @property
    def match(self) -> float | None:
        """The share of compared values that are equal, in percent."""
        if self.different is not None and self.compared:
            return 100 * (self.compared - self.different) / self.compared
        return self.match_percent

    @property
    def differs(self) -> bool:
        """Whether any value differs, as far as the tool said."""
        if self.different is not None:
            return self.different > 0
        return self.match_percent is not None and self.match_percent < 100


@dataclass(frozen=True, slots=True)
class Column:
    """A column that only one side has, with the type its database gives it."""

    name: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class TypeChange:
    """A column whose type is not the same on both sides."""

    name: str
    base: str | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Dependent:
    """What is built on a model, such as an exposure; `kind` is the tool's word for it, or empty."""

    name: str
    kind: str = ""


class RowChange(StrEnum):
    """What happened to a sample row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class SampleCell:
    """A value of a sample row as text, on the side or sides that have the row; None is a null."""

    column: str
    base: str | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One row that differs. It holds values, so it is kept only where an integration allows it."""

    change: RowChange
    cells: tuple[SampleCell, ...]


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """One model's diff. `error` is set exactly when the outcome is FAILED.

    `path` is the model's file in the repository. Of the columns, only those that both sides have
    are in `column_values`; `columns_reordered` counts columns at another position.
    """

    model: str
    outcome: Outcome
    base_table: str = ""
    head_table: str = ""
    primary_key: tuple[str, ...] = ()
    rows: RowCounts | None = None
    column_values: tuple[ColumnValues, ...] = ()
    columns_added: tuple[Column, ...] = ()
    columns_removed: tuple[Column, ...] = ()
    types_changed: tuple[TypeChange, ...] = ()
    error: str | None = None
    path: str = ""
    keys: KeyCounts | None = None
    columns_reordered: int = 0
    downstream: tuple[Dependent, ...] = ()
    samples: tuple[SampleRow, ...] = ()

    @property
    def schema_changed(self) -> bool:
        """Whether base and head differ in their columns or the columns' types."""
        return bool(self.columns_added or self.columns_removed or self.types_changed)

    @property
    def shows_difference(self) -> bool:
        """Whether anything that was counted or shown is not the same on both sides."""
        rows, keys = self.rows or RowCounts(), self.keys or KeyCounts()
        return bool(
            rows.added
            or rows.removed
            or rows.changed
            or _unequal(rows.base, rows.head)
            or _unequal(keys.base_nulls, keys.head_nulls)
            or _unequal(keys.base_duplicates, keys.head_duplicates)
            or self.schema_changed
            or self.columns_reordered
            or any(column.differs for column in self.column_values)
            or self.samples
        )

    @property
    def differing_columns(self) -> list[ColumnValues]:
        """The columns with values that differ, the worst first."""
        found = [column for column in self.column_values if column.differs]
        return sorted(found, key=_worst_first)


def _unequal(base: int | None, head: int | None) -> bool:
    return base is not None and head is not None and base != head


def _worst_first(column: ColumnValues) -> tuple[int, float, str]:
    match = 100.0 if column.match is None else column.match
    return -(column.different or 0), match, column.name


def merge(submissions: Iterable[Iterable[ModelDiff]]) -> list[ModelDiff]:
    """One diff per model, the latest submission's; submissions come oldest first.

    The result is sorted by model, so that the same diffs always make the same report.
    """
    latest = {diff.model: diff for diffs in submissions for diff in diffs}
    return [latest[model] for model in sorted(latest)]
