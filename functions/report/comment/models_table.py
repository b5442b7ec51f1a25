"""The table of models: a row for every one that differs or is not passed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bitbucket_integration.judged_report import JudgedModel, Level
from bitbucket_integration.model_diff import ModelDiff, Outcome, RowCounts
from bitbucket_integration.shares import Share, rows_in_both, share
from comment.level_marks import marked
from comment.markdown import Align, code, table
from row_numbers import MINUS, base_to_head, number, percent, signed

_HEADERS = (
    "Model",
    "Rows base → head",
    "Added",
    "Removed",
    "Changed",
    "Columns",
    "Keys",
)
_ALIGNMENTS = (Align.LEFT, *[Align.RIGHT] * 4, Align.LEFT, Align.LEFT)
_COLUMNS, _KEYS = 5, 6
_UNCOUNTED = {Outcome.FAILED: "not diffed", Outcome.IDENTICAL: "unchanged"}
SHORTEST_ROW = len("| ✗ `a` | 0 → 0 | 0 | 0 | 0 |")


def is_listed(model: JudgedModel) -> bool:
    """Whether a model has a row; the others are counted."""
    return model.level is not Level.PASSED or model.diff.outcome is not Outcome.IDENTICAL


@dataclass(frozen=True, slots=True)
class ModelsTable:
    """The rows, written once; a comment shows as many as there is room for."""

    headers: Sequence[str]
    alignments: Sequence[Align]
    rows: Sequence[Sequence[str]]

    def show(self, rows: int) -> str:
        """The table's Markdown, of its first rows."""
        return table(self.headers, self.alignments, self.rows[:rows])


def models_table(models: Iterable[JudgedModel], names: dict[str, str]) -> ModelsTable:
    """Write the rows, without the columns in which no model has anything to tell."""
    rows = [_row(model, names[model.diff.model]) for model in models]
    kept = [
        place
        for place in range(len(_HEADERS))
        if place not in {_COLUMNS, _KEYS} or any(row[place] for row in rows)
    ]
    return ModelsTable(
        [_HEADERS[place] for place in kept],
        [_ALIGNMENTS[place] for place in kept],
        [[row[place] for place in kept] for row in rows],
    )


def leaves_counts_out(diff: ModelDiff) -> bool:
    """Whether a comment shows that the tool did not report some count."""
    rows = diff.rows or RowCounts()
    if diff.rows is None and diff.outcome in _UNCOUNTED:
        return False
    return None in (rows.base, rows.head, rows.added, rows.removed, rows.changed) or any(
        column.differs and column.different is None for column in diff.column_values
    )


def _row(model: JudgedModel, name: str) -> tuple[str, ...]:
    diff = model.diff
    rows = diff.rows or RowCounts()
    if diff.rows is None and diff.outcome in _UNCOUNTED:
        counts = (_UNCOUNTED[diff.outcome], "", "", "")
    else:
        counts = (
            base_to_head(rows),
            _with_share(signed(rows.added, "+"), share(rows.added, rows.base)),
            _with_share(signed(rows.removed, MINUS), share(rows.removed, rows.base)),
            _with_share(number(rows.changed), share(rows.changed, rows_in_both(rows))),
        )
    return marked(model.level, code(name)), *counts, _columns(diff), _keys(diff)


def _with_share(told: str, part: Share | None) -> str:
    return f"{told} ({percent(part)})" if part and part.part and part.whole else told


def _columns(diff: ModelDiff) -> str:
    differing = sum(column.differs for column in diff.column_values)
    counts = {
        "differs" if differing == 1 else "differ": differing,
        "added": len(diff.columns_added),
        "removed": len(diff.columns_removed),
        "retyped": len(diff.types_changed),
        "moved": diff.columns_reordered,
    }
    return _counted(counts)


def _keys(diff: ModelDiff) -> str:
    keys = diff.keys
    if keys is None or (keys.head_duplicates is None and keys.head_nulls is None):
        return ""
    counts = {"duplicate": keys.head_duplicates, "null": keys.head_nulls}
    return _counted(counts) or "ok"


def _counted(counts: Mapping[str, int | None]) -> str:
    # In a narrow column, lines shall end after the commas.
    told = [
        f"{number(amount)}\N{NO-BREAK SPACE}{what}" for what, amount in counts.items() if amount
    ]
    return ", ".join(told)
