"""Numbers as a reader sees them: short, signed, in percent, or not reported."""

from fractions import Fraction

from bitbucket_integration.model_diff import RowCounts
from bitbucket_integration.shares import Share, in_percent, percent_text

NOT_REPORTED = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"

_EXACT_BELOW = 10_000
# A short scale of its own, since "billion" is a thousand times more in some languages.
_UNITS = ((10**12, "tn"), (10**9, "bn"), (10**6, "M"), (10**3, "k"))
_EIGHTHS = " ▏▎▍▌▋▊▉"
_BAR_CELLS = 10


def number(value: int | None) -> str:
    """Write a count: exactly below 10,000, above with three digits, such as `184 k`."""
    if value is None:
        return NOT_REPORTED
    if value < _EXACT_BELOW:
        return f"{value:,}"
    step = 10 ** (len(str(value)) - 3)
    rounded = (value + step // 2) // step * step
    size, unit = next(one for one in _UNITS if rounded >= one[0])
    whole, rest = divmod(rounded, size)
    decimals = f"{rest:0{len(str(size)) - 1}}".rstrip("0")
    return f"{whole:,}{'.' if decimals else ''}{decimals}\N{NO-BREAK SPACE}{unit}"


def signed(value: int | None, sign: str) -> str:
    """Write a count with its sign, unless it is 0 or was not reported."""
    return f"{sign}{number(value)}" if value else number(value)


def base_to_head(rows: RowCounts) -> str:
    """Tell the rows of both sides; by how many they differ, where nothing else tells that."""
    told = f"{number(rows.base)} → {number(rows.head)}"
    if rows.base is None or rows.head is None or None not in {rows.added, rows.removed}:
        return told
    delta = rows.head - rows.base
    return f"{told} ({signed(abs(delta), '+' if delta > 0 else MINUS)})" if delta else told


def percent(share: Share | None) -> str:
    """Tell a share; never 0% or 100% unless it is. Empty when it cannot be told."""
    if share is None or not share.whole:
        return ""
    return in_percent(share, 1)


def percent_beside(share: Share, limit: Fraction) -> str:
    """Tell a share with the decimals that it takes to tell it from a limit, from 0% and 100%."""
    if not share.whole:
        return ""
    marks = [(mark.numerator, mark.denominator) for mark in (limit, Fraction(0), Fraction(100))]
    part, whole = 100 * share.part, share.whole
    sides = [_order(part * below, above * whole) for above, below in marks]
    decimals = 1
    while True:
        # Whole numbers throughout: thousands of columns may need this.
        unit = 10**decimals
        rounded = (2 * part * unit + whole) // (2 * whole)
        if [_order(rounded * below, above * unit) for above, below in marks] == sides:
            return percent_text(rounded, decimals)
        decimals += 1


def _order(one: int, other: int) -> int:
    return (one > other) - (one < other)


def limit_percent(limit: float) -> str:
    """Write a limit as it was set, such as `5%` or `99.5%`."""
    return f"{limit:,}".removesuffix(".0") + "%"


def bar(share: Share) -> str:
    """Draw a share as a bar of ten characters; never empty or full unless it is."""
    eighths = 8 * _BAR_CELLS * share.part // share.whole if share.whole else 8 * _BAR_CELLS
    if share.part and not eighths:
        eighths = 1
    full, part = divmod(eighths, 8)
    drawn = "█" * full + (_EIGHTHS[part] if part else "")
    return drawn.ljust(_BAR_CELLS, "\N{NO-BREAK SPACE}")
