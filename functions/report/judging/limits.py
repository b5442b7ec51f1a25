"""The limits that an integration sets: which of them count for a model, and what they find."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from bitbucket_integration.judged_report import Finding, Level, Rule
from bitbucket_integration.model_diff import ColumnValues, ModelDiff, Outcome, RowCounts
from bitbucket_integration.model_name import short_name
from bitbucket_integration.plain_words import shorten, some_of
from bitbucket_integration.report_settings import Ceiling, Floor, Threshold
from bitbucket_integration.shares import Share, exact, match_of, rows_in_both, share
from row_numbers import limit_percent, percent_beside

_WILDCARDS = re.compile(r"\[!?\]?[^\]]*\]|[*?]")


class Limits:
    """Limits by the models that they are for."""

    def __init__(self, thresholds: Iterable[Threshold]) -> None:
        """Of several that fit a model, the most specific counts, and of equals the later one."""
        by_specificity = sorted(enumerate(thresholds), key=_specificity, reverse=True)
        ordered = [threshold for _, threshold in by_specificity]
        self._added = _limits(ordered, lambda one: one.rows_added)
        self._removed = _limits(ordered, lambda one: one.rows_removed)
        self._changed = _limits(ordered, lambda one: one.rows_changed)
        self._match = _limits(ordered, lambda one: one.match)

    def findings(self, diff: ModelDiff, reported: Sequence[ColumnValues]) -> Iterator[Finding]:
        """What passes a limit, or may do so unseen.

        `reported` are the columns that the tool compared, those included that the settings ignore.
        """
        if diff.outcome is Outcome.FAILED:
            return
        rows = diff.rows or RowCounts()
        if diff.outcome is Outcome.IDENTICAL:
            rows = _with_nothing_different(rows)
        names = {diff.model, short_name(diff.model)}
        for rule, limits, part, whole, of in (
            (Rule.ROWS_ADDED, self._added, rows.added, rows.base, "base"),
            (Rule.ROWS_REMOVED, self._removed, rows.removed, rows.base, "base"),
            (
                Rule.ROWS_CHANGED,
                self._changed,
                rows.changed,
                rows_in_both(rows),
                "the rows in both",
            ),
        ):
            limit = _first(limits, names)
            if limit:
                yield from _rows_above(limit, rule, part, share(part, whole), of)
        floor = _first(self._match, names)
        if floor:
            yield from _columns_below(floor, diff, rows, reported)


def _specificity(numbered: tuple[int, Threshold]) -> tuple[int, int]:
    place, threshold = numbered
    return len(_WILDCARDS.sub("", threshold.models)), place


def _limits[L](
    thresholds: Iterable[Threshold], limit_of: Callable[[Threshold], L | None]
) -> list[tuple[str, L]]:
    limits = ((threshold.models, limit_of(threshold)) for threshold in thresholds)
    return [(pattern, limit) for pattern, limit in limits if limit is not None]


def _first[L](limits: Iterable[tuple[str, L]], names: Iterable[str]) -> L | None:
    for pattern, limit in limits:
        if any(fnmatchcase(name, pattern) for name in names):
            return limit
    return None


def _with_nothing_different(rows: RowCounts) -> RowCounts:
    # What a tool calls identical has no differences, also where it does not count them.
    return RowCounts(
        rows.base, rows.head, rows.added or 0, rows.removed or 0, rows.changed or 0, rows.unchanged
    )


def _rows_above(
    limit: Ceiling, rule: Rule, rows: int | None, found: Share | None, of: str
) -> Iterator[Finding]:
    measure = rule.value.replace("_", " ")
    if found is None:
        yield from _unchecked(limit, rule, f"{measure}: share of {of} not reported")
        return
    for level, percent in _strictest_first(limit):
        if found.above(percent):
            told = (
                f"{percent_beside(found, exact(percent))} of {of}"
                if found.whole
                else f"{rows:,} though {of} has none"
            )
            text = f"{measure}: {told}, more than {limit_percent(percent)}"
            yield Finding(level, rule, text)
            return


def _columns_below(
    floor: Floor, diff: ModelDiff, rows: RowCounts, reported: Sequence[ColumnValues]
) -> Iterator[Finding]:
    found = [(match_of(column, rows), column.name) for column in diff.column_values]
    unequal = [(match, name) for match, name in found if match and match.part < match.whole]
    for match, name in sorted(unequal, key=_worst_first):
        for level, percent in _strictest_first(floor):
            if match.below(percent):
                text = (
                    f"{shorten(name)}: {percent_beside(match, exact(percent))} of values match, "
                    f"at least {limit_percent(percent)} wanted"
                )
                yield Finding(level, Rule.MATCH, text, name)
                break
    unknown = [name for match, name in found if not match]
    if unknown:
        what = f"match not reported for {some_of(unknown, 'column')}"
        yield from _unchecked(floor, Rule.MATCH, what)
    elif not reported and rows.changed != 0:
        yield from _unchecked(floor, Rule.MATCH, "match not reported for any column")


def _worst_first(found: tuple[Share, str]) -> tuple[float, str]:
    match, name = found
    return match.part / match.whole, name


def _strictest_first(limit: Ceiling | Floor) -> Iterator[tuple[Level, float]]:
    if limit.fail is not None:
        yield Level.FAILED, limit.fail
    if limit.warn is not None:
        yield Level.WARNED, limit.warn


def _unchecked(limit: Ceiling | Floor, rule: Rule, what: str) -> Iterator[Finding]:
    """Nobody knows whether the limit is kept: as bad as it could be, or nearly so."""
    for level, percent in _strictest_first(limit):
        unchecked = Level.INCOMPLETE if level is Level.FAILED else level
        text = f"{what}, so the limit of {limit_percent(percent)} could not be checked"
        yield Finding(unchecked, rule, text)
        return
