"""Parts of wholes, kept exact: a rounded share could pass a limit that the rows do not."""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from bitbucket_integration.model_diff import ColumnValues, RowCounts


class Share(NamedTuple):
    """A part of a whole. Something of nothing is more than any percentage of it."""

    part: int
    whole: int

    def above(self, percent: float) -> bool:
        """Whether the share is more than so many percent."""
        limit = exact(percent)
        return 100 * self.part * limit.denominator > self.whole * limit.numerator

    def below(self, percent: float) -> bool:
        """Whether the share is less than so many percent."""
        limit = exact(percent)
        return 100 * self.part * limit.denominator < self.whole * limit.numerator


def in_percent(part: Share, decimals: int) -> str:
    """Write a share of something in percent; never as none or all of it unless it is."""
    unit = 10**decimals
    # Whole numbers throughout: a float would round 99.96 up to "100.0%".
    rounded = (200 * unit * part.part + part.whole) // (2 * part.whole)
    if rounded == 0 and part.part:
        return f"<{percent_text(1, decimals)}"
    if rounded == 100 * unit and part.part < part.whole:
        return f">{percent_text(100 * unit - 1, decimals)}"
    return percent_text(rounded, decimals)


def percent_text(value: int, decimals: int) -> str:
    """Write so many tenths of a percent, hundredths or smaller parts, by the decimals."""
    whole, rest = divmod(value, 10**decimals)
    return f"{whole:,}.{rest:0{decimals}}%"


@lru_cache(maxsize=1_000)
def exact(percent: float) -> Fraction:
    """The number that was written, not the nearest one that a float can hold."""
    return Fraction(repr(percent))


def share(part: int | None, whole: int | None) -> Share | None:
    """A part of a whole, None if it cannot be told; nothing is nothing of any whole."""
    if part == 0:
        return Share(0, 1)
    return None if part is None or whole is None else Share(part, whole)


def rows_in_both(rows: RowCounts) -> int | None:
    """Count the rows that both sides have, by key; None if the tool's counts cannot say."""
    if rows.changed is not None and rows.unchanged is not None:
        return rows.changed + rows.unchanged
    if rows.base is None or rows.removed is None or rows.removed > rows.base:
        return None
    return rows.base - rows.removed


def match_of(column: ColumnValues, rows: RowCounts) -> Share | None:
    """The share of a column's values that are equal, over the rows that both sides have."""
    if column.different is not None:
        compared = column.compared or rows_in_both(rows)
        if column.different == 0:
            return Share(1, 1)
        if compared:
            return Share(max(compared - column.different, 0), compared)
    if column.match_percent is not None:
        share_of_100 = exact(column.match_percent)
        return Share(share_of_100.numerator, 100 * share_of_100.denominator)
    return Share(1, 1) if rows.changed == 0 else None
