"""Which sample rows may be kept and shown, by what an integration's settings say now.

Applied before anything is kept, and again to what was kept before it is shown: settings may have
become stricter meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bitbucket_integration.model_diff import ModelDiff, RowChange, SampleCell, SampleRow
from bitbucket_integration.name_patterns import NamePatterns
from bitbucket_integration.published_report import PublishedReport
from bitbucket_integration.report_settings import ReportSettings

MOST_ROWS = 20
"""So many sample rows of a model are kept."""

MASK = "***"
"""What stands in place of a masked value."""


def permitted(diffs: Iterable[ModelDiff], settings: ReportSettings) -> list[ModelDiff]:
    """The diffs with the sample rows that the settings allow, and no value that they mask."""
    if not settings.sample_rows:
        return [replace(diff, samples=()) if diff.samples else diff for diff in diffs]
    masked = _Masked(settings.masked_columns)
    return [
        replace(diff, samples=masked.rows(diff.model, diff.samples[:MOST_ROWS]))
        if diff.samples
        else diff
        for diff in diffs
    ]


def permitted_report(published: PublishedReport, settings: ReportSettings) -> PublishedReport:
    """A report that was kept, with no more of its sample rows than `permitted` leaves."""
    models = published.report.models
    diffs = permitted((one.diff for one in models), settings)
    judged = tuple(replace(one, diff=diff) for one, diff in zip(models, diffs, strict=True))
    return replace(published, report=replace(published.report, models=judged))


class _Masked:
    """Columns whose values must not be kept, told without regard to the case of their names."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._as_written = NamePatterns(patterns)
        # Databases give the same name back in upper or in lower case.
        self._in_lower_case = NamePatterns([pattern.lower() for pattern in patterns])

    def rows(self, model: str, rows: Sequence[SampleRow]) -> tuple[SampleRow, ...]:
        columns = dict.fromkeys(cell.column for row in rows for cell in row.cells)
        masked = {column for column in columns if self._fit(model, column)}
        return tuple(_without(row, masked) for row in rows) if masked else tuple(rows)

    def _fit(self, model: str, column: str) -> bool:
        return self._as_written.fit_column(model, column) or self._in_lower_case.fit_column(
            model.lower(), column.lower()
        )


def _without(row: SampleRow, masked: set[str]) -> SampleRow:
    cells = (_hide(row.change, one) if one.column in masked else one for one in row.cells)
    return replace(row, cells=tuple(cells))


def _hide(change: RowChange, cell: SampleCell) -> SampleCell:
    # Nulls are hidden, too: that a value is missing may be what has to stay unknown.
    return replace(
        cell,
        base=None if change is RowChange.ADDED else MASK,
        head=None if change is RowChange.REMOVED else MASK,
    )
