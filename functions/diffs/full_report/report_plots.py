"""The geometry of the full report's plots: where bars begin and how wide they are, in percent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bitbucket_integration.model_diff import RowCounts
from bitbucket_integration.shares import Share, match_of, rows_in_both
from full_report.selection import Numbered

MOST_BARS = 30
_SCALES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_NARROWEST = 0.4
"""Of the plot's width: what is there has to be seen."""

_BUCKETS = (
    ("equal", 100.0),
    ("99.9% up to 100%", 99.9),
    ("99% up to 99.9%", 99.0),
    ("90% up to 99%", 90.0),
    ("50% up to 90%", 50.0),
    ("below 50%", 0.0),
)


@dataclass(frozen=True, slots=True)
class RowBar:
    """One model's bars. Removed and added rows are in percent of one side of the axis each."""

    number: int
    model: str
    rows: RowCounts
    removed: float
    added: float
    changed: float


@dataclass(frozen=True, slots=True)
class RowPlot:
    """The models whose rows differ most, by their largest share.

    The scales say which share a full bar stands for: of removed and added rows, and of changed.
    """

    bars: tuple[RowBar, ...]
    scale: str
    changed_scale: str
    more: int


@dataclass(frozen=True, slots=True)
class MatchBar:
    """How many columns match to this extent, and how wide their bar is."""

    extent: str
    columns: int
    width: float


def row_plot(models: Iterable[Numbered]) -> RowPlot | None:
    """Plot added and removed rows as shares of base, changed rows as a share of those in both."""
    shares = [
        (_shares(one.diff.rows), number, one) for number, one in models if _differs(one.diff.rows)
    ]
    if not shares:
        return None
    # Of equal shares the worse model comes first, as everywhere.
    shares.sort(key=lambda found: (-max(found[0]), found[1]))
    shown = shares[:MOST_BARS]
    scale = _scale(max(max(removed, added) for (removed, added, _), _, _ in shown))
    changed_scale = _scale(max(changed for (_, _, changed), _, _ in shown))
    bars = tuple(
        RowBar(
            number,
            one.diff.model,
            one.diff.rows or RowCounts(),
            removed=_width(removed, scale),
            added=_width(added, scale),
            changed=_width(changed, changed_scale),
        )
        for (removed, added, changed), number, one in shown
    )
    return RowPlot(bars, f"{scale:g}%", f"{changed_scale:g}%", len(shares) - len(shown))


def _differs(rows: RowCounts | None) -> bool:
    return rows is not None and bool(rows.added or rows.removed or rows.changed)


def _shares(rows: RowCounts | None) -> tuple[float, float, float]:
    rows = rows or RowCounts()
    in_both = rows_in_both(rows)
    return (
        _share(rows.removed, rows.base),
        _share(rows.added, rows.base),
        _share(rows.changed, in_both),
    )


def _share(part: int | None, whole: int | None) -> float:
    if not part or whole is None:
        return 0.0
    # Rows that come to an empty table are more than any share of it.
    return 100 * part / whole if whole > 0 else 100.0


def _scale(largest: float) -> float:
    return next((one for one in _SCALES if one >= largest), _SCALES[-1])


def _width(share: float, scale: float) -> float:
    return round(min(100.0, max(_NARROWEST, 100 * share / scale)), 2) if share else 0.0


def match_plot(models: Iterable[Numbered]) -> tuple[MatchBar, ...]:
    """Count the compared columns by how far their values match; empty when none was reported."""
    counts: Counter[str] = Counter()
    for _, one in models:
        rows = one.diff.rows or RowCounts()
        for column in one.diff.column_values:
            equal = match_of(column, rows)
            if equal is not None:
                counts[_bucket(equal)] += 1
    if not counts:
        return ()
    most = max(counts.values())
    return tuple(
        MatchBar(extent, counts[extent], _width(counts[extent], most)) for extent, _ in _BUCKETS
    )


def _bucket(equal: Share) -> str:
    return next(extent for extent, least in _BUCKETS if not equal.below(least))
