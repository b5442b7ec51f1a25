"""Sample rows: how many are kept, how their values are written, and whether they are kept at all.

Readers of formats make them; what an integration's settings say is done with them here alone.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, islice

from bitbucket_integration.model_diff import ModelDiff, RowChange, SampleCell, SampleRow
from bitbucket_integration.name_patterns import NamePatterns
from bitbucket_integration.report_settings import ReportSettings
from formats.json_object import storable

MOST_ROWS = 20
"""So many sample rows of a model are kept."""

MASK = "***"
"""What stands in place of a masked value."""

_MOST_CHARACTERS = 200


def value_text(value: object) -> str | None:
    """A value as text of at most 200 characters, as JSON writes it; None for a null."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = storable(text)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"


def few(*kinds: Iterable[SampleRow]) -> tuple[SampleRow, ...]:
    """The first MOST_ROWS of rows of several kinds, every kind's share as equal as can be."""
    rows = [list(islice(rows, MOST_ROWS)) for rows in kinds]
    share = _share([len(one) for one in rows])
    return tuple(chain.from_iterable(one[:most] for one, most in zip(rows, share, strict=True)))


def _share(lengths: list[int]) -> list[int]:
    share = [0] * len(lengths)
    for _ in range(min(MOST_ROWS, sum(lengths))):
        hungry = [place for place, length in enumerate(lengths) if share[place] < length]
        share[min(hungry, key=share.__getitem__)] += 1
    return share


def permitted(diffs: Iterable[ModelDiff], settings: ReportSettings) -> list[ModelDiff]:
    """The diffs with the sample rows that the settings allow, and no value that they mask."""
    if not settings.sample_rows:
        return [replace(diff, samples=()) for diff in diffs]
    masked = _Masked(settings.masked_columns)
    return [
        replace(
            diff, samples=tuple(masked.row(diff.model, row) for row in diff.samples[:MOST_ROWS])
        )
        for diff in diffs
    ]


class _Masked:
    """Columns whose values must not be kept, told without regard to the case of their names."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._as_written = NamePatterns(patterns)
        # Databases give the same name back in upper or in lower case.
        self._in_lower_case = NamePatterns([pattern.lower() for pattern in patterns])

    def row(self, model: str, row: SampleRow) -> SampleRow:
        cells = (_hide(row.change, one) if self._fit(model, one) else one for one in row.cells)
        return replace(row, cells=tuple(cells))

    def _fit(self, model: str, cell: SampleCell) -> bool:
        return self._as_written.fit_column(model, cell.column) or self._in_lower_case.fit_column(
            model.lower(), cell.column.lower()
        )


def _hide(change: RowChange, cell: SampleCell) -> SampleCell:
    # Nulls are hidden, too: that a value is missing may be what has to stay unknown.
    return replace(
        cell,
        base=None if change is RowChange.ADDED else MASK,
        head=None if change is RowChange.REMOVED else MASK,
    )
