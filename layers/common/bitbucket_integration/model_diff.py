"""The result of diffing one model (a table or view), whichever tool computed it.

The base is production, the head is the pull request's build: *added* rows exist in the head only,
*removed* rows in the base only. A count that a tool does not report is None, never 0.
No value of a row is kept here, only counts and names.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


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
class ColumnDifference:
    """A column both sides have, and in how many matched rows its value differs."""

    name: str
    rows: int


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
class ModelDiff:
    """One model's diff. `error` is set exactly when the outcome is FAILED."""

    model: str
    outcome: Outcome
    base_table: str = ""
    head_table: str = ""
    primary_key: tuple[str, ...] = ()
    rows: RowCounts | None = None
    column_differences: tuple[ColumnDifference, ...] = ()
    columns_added: tuple[Column, ...] = ()
    columns_removed: tuple[Column, ...] = ()
    types_changed: tuple[TypeChange, ...] = ()
    error: str | None = None

    @property
    def schema_changed(self) -> bool:
        """Whether base and head differ in their columns or the columns' types."""
        return bool(self.columns_added or self.columns_removed or self.types_changed)

    def to_json(self) -> dict[str, Any]:
        """Turn into the form in which a submission is stored; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "ModelDiff":
        """Read what `to_json` wrote."""
        return cls(
            **{
                **stored,
                "outcome": Outcome(stored["outcome"]),
                "primary_key": tuple(stored["primary_key"]),
                "rows": None if stored["rows"] is None else RowCounts(**stored["rows"]),
                "column_differences": tuple(
                    ColumnDifference(**one) for one in stored["column_differences"]
                ),
                "columns_added": tuple(Column(**one) for one in stored["columns_added"]),
                "columns_removed": tuple(Column(**one) for one in stored["columns_removed"]),
                "types_changed": tuple(TypeChange(**one) for one in stored["types_changed"]),
            }
        )


def merge(submissions: Iterable[Iterable[ModelDiff]]) -> list[ModelDiff]:
    """One diff per model, the latest submission's; submissions come oldest first.

    The result is sorted by model, so that the same diffs always make the same report.
    """
    latest = {diff.model: diff for diffs in submissions for diff in diffs}
    return [latest[model] for model in sorted(latest)]
