"""How the full report writes figures: exact counts, and shares that never round to 0 or 100 %."""

from collections.abc import Iterable
from math import floor

from bitbucket_integration.model_diff import ColumnValues, RowCounts

NOT_REPORTED = "not reported"


def number(value: int | None) -> str:
    """Write a count with thousands separated."""
    return NOT_REPORTED if value is None else f"{value:,}"


def counted(value: int, noun: str) -> str:
    """Write a count with its noun, such as `1 model` or `1,200 rows`."""
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"


def rows_in_both(rows: RowCounts) -> int | None:
    """Count the rows that both sides have, by key."""
    if rows.changed is not None and rows.unchanged is not None:
        return rows.changed + rows.unchanged
    if rows.base is not None and rows.removed is not None:
        return rows.base - rows.removed
    return None


def share(part: int | None, whole: int | None) -> str:
    """Tell a part of a whole in percent; empty when it is nothing or cannot be told."""
    if not part or not whole or part < 0 or whole < 0:
        return ""
    # Whole numbers throughout, since large floats would round to the other side of a limit.
    hundredths = (20_000 * part + whole) // (2 * whole)
    if hundredths == 0:
        return "<0.01%"
    if hundredths == 10_000 and part < whole:
        return ">99.99%"
    return f"{hundredths // 100:,}.{hundredths % 100:02}%"


def match(column: ColumnValues) -> str:
    """The share of a column's values that are equal."""
    if column.different == 0:
        return "100%"
    if column.different is not None and column.compared:
        equal = column.compared - column.different
        return share(equal, column.compared) or "0%"
    if column.match_percent is None:
        return NOT_REPORTED
    if column.match_percent in {0, 100}:
        return f"{column.match_percent:.0f}%"
    shown = f"{column.match_percent:.2f}%"
    return {"0.00%": "<0.01%", "100.00%": ">99.99%"}.get(shown, shown)


def full_percent(column: ColumnValues) -> int | None:
    """A column's match in whole percent, rounded down: 100 means equal."""
    percent = column.match
    return None if percent is None else max(0, min(100, floor(percent)))


def total(values: Iterable[int | None]) -> tuple[int | None, int]:
    """The sum of the counts that were reported, None without any; and how many were not."""
    known, missing = [], 0
    for value in values:
        if value is None:
            missing += 1
        else:
            known.append(value)
    return (sum(known) if known else None), missing
