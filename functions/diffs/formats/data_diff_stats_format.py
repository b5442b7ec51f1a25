"""Reads what `data-diff` and `reladiff` print with `--stats --json`: the counts of one model.

Table A is the first that the command names: production, our base. What stands under `stats` is
not read for its counts, since segments of a table overwrite one another's there.
"""

import re

from bitbucket_integration.model_diff import ModelDiff, Outcome, RowCounts
from formats.hints import Hints
from formats.json_object import JsonObject, kind
from formats.json_text import beginning, document
from formats.row_totals import believable, without_totals
from formats.submission_problems import LineProblem, PathProblem, SubmissionInvalid

_BEGINNING = re.compile(rb'\{\s*"(rows|exclusive)_[AB]"\s*:')


def recognises(text: bytes) -> bool:
    """Whether it is an object that begins with one of the counts."""
    return _BEGINNING.match(beginning(text)) is not None


def parse(text: bytes, hints: Hints) -> list[ModelDiff]:
    """Read the counts.

    Raises SubmissionInvalid, or InvalidRequestError when no hint names the model.
    """
    model = hints.required_model()
    # The tools wrap what they print, also within names.
    value = document(text.replace(b"\n", b"").replace(b"\r", b""))
    if not isinstance(value, dict):
        message = f"expected one JSON object, as `--stats --json` prints it, found {kind(value)}"
        raise SubmissionInvalid([LineProblem(1, message)])
    problems: list[PathProblem] = []
    rows = _read_counts(
        JsonObject(value, "", problems, "send the output of `--stats --json` unchanged")
    )
    if problems:
        raise SubmissionInvalid(problems)
    differs = rows.added or rows.removed or rows.changed
    return [
        ModelDiff(
            model=model,
            outcome=Outcome.DIFFERENT if differs else Outcome.IDENTICAL,
            base_table=hints.base_table,
            head_table=hints.head_table,
            primary_key=hints.primary_key,
            rows=rows,
            path=hints.path,
        )
    ]


def _read_counts(stats: JsonObject) -> RowCounts:
    base, head = stats.count("rows_A"), stats.count("rows_B")
    rows = RowCounts(
        base=base,
        head=head,
        added=stats.count("exclusive_B"),
        removed=stats.count("exclusive_A"),
        changed=stats.count("updated"),
        # Negative where the tool lost count of the rows.
        unchanged=stats.whole("unchanged"),
    )
    details = stats.object("stats") if stats.has("stats") else None
    if (
        details
        and details.has("rows_downloaded")
        and details.count("rows_downloaded") > base + head
    ):
        # Counted once for both tables, so more than both have means that some went uncounted.
        return without_totals(rows)
    return believable(rows)
