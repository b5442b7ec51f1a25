"""How the full report writes figures: exact counts, and shares that never round to 0 or 100 %."""

from collections.abc import Iterable

from bitbucket_integration.shares import Share, in_percent

NOT_REPORTED = "not reported"

_DECIMALS = 2


def number(value: int | None) -> str:
    """Write a count with thousands separated."""
    return NOT_REPORTED if value is None else f"{value:,}"


def share(part: int | None, whole: int | None) -> str:
    """Tell a part of a whole in percent; empty when it is nothing or cannot be told."""
    if not part or not whole or part < 0 or whole < 0:
        return ""
    return in_percent(Share(part, whole), _DECIMALS)


def match(equal: Share | None) -> str:
    """The share of a column's values that are equal, as `match_of` tells it."""
    if equal is None:
        return NOT_REPORTED
    if equal.part in {0, equal.whole}:
        return "100%" if equal.part else "0%"
    return in_percent(equal, _DECIMALS)


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
