"""How the full report writes figures: exact counts, and shares that never round to 0 or 100 %."""

from collections.abc import Iterable

from bitbucket_integration.shares import Share

NOT_REPORTED = "not reported"


def number(value: int | None) -> str:
    """Write a count with thousands separated."""
    return NOT_REPORTED if value is None else f"{value:,}"


def counted(value: int, noun: str) -> str:
    """Write a count with its noun, such as `1 model` or `1,200 rows`."""
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"


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


def match(equal: Share | None) -> str:
    """The share of a column's values that are equal, as `match_of` tells it."""
    if equal is None:
        return NOT_REPORTED
    if equal.part in {0, equal.whole}:
        return "100%" if equal.part else "0%"
    return share(equal.part, equal.whole)


def full_percent(equal: Share | None) -> int | None:
    """The same in whole percent, rounded down: 100 means equal."""
    return None if equal is None else 100 * equal.part // equal.whole


def total(values: Iterable[int | None]) -> tuple[int | None, int]:
    """The sum of the counts that were reported, None without any; and how many were not."""
    known, missing = [], 0
    for value in values:
        if value is None:
            missing += 1
        else:
            known.append(value)
    return (sum(known) if known else None), missing
