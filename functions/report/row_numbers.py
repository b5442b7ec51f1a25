"""Counts of rows as a reader sees them: separated, signed, in percent, or not reported."""

from bitbucket_integration.model_diff import RowCounts

NOT_REPORTED = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


def matched(rows: RowCounts) -> int | None:
    """Count the rows that both sides have, by key."""
    if rows.changed is not None and rows.unchanged is not None:
        return rows.changed + rows.unchanged
    if rows.base is not None and rows.removed is not None:
        return rows.base - rows.removed
    return None


def base_to_head(rows: RowCounts) -> str:
    """Tell the rows of both sides, and by how many they differ."""
    told = f"{number(rows.base)} → {number(rows.head)}"
    if rows.base is None or rows.head is None:
        return told
    delta = rows.head - rows.base
    return f"{told} ({signed(abs(delta), _sign(delta))})" if delta else told


def growth(rows: RowCounts) -> str:
    """Tell the difference as a signed share of base; empty when there is none to tell."""
    if rows.base is None or rows.head is None or rows.base == rows.head:
        return ""
    delta = rows.head - rows.base
    part = share(abs(delta), rows.base)
    return f"{_sign(delta)}{part}" if part[:1].isdigit() else part


def _sign(value: int) -> str:
    return "+" if value > 0 else MINUS


def number(value: int | None) -> str:
    """Write a count with thousands separated."""
    return NOT_REPORTED if value is None else f"{value:,}"


def signed(value: int | None, sign: str) -> str:
    """Write a count with its sign, unless it is 0 or was not reported."""
    return f"{sign}{value:,}" if value else number(value)


def share(part: int | None, whole: int | None) -> str:
    """Tell a part of a whole in percent; empty when it is nothing or cannot be told."""
    return _percent(part, whole) if part and whole and part > 0 and whole > 0 else ""


def _percent(part: int, whole: int) -> str:
    # Whole numbers throughout: a float would round 99.96 up to "100.0%", as if nothing matched.
    tenths = (2_000 * part + whole) // (2 * whole)
    if tenths == 0:
        return "<0.1%"
    if tenths == 1_000 and part < whole:
        return ">99.9%"
    return f"{tenths // 10:,}.{tenths % 10}%"
