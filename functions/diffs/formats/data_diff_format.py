"""Reads what `data-diff --dbt --json` prints: one JSON object per model and line.

In that output dataset1 is production (our base) and dataset2 the development build (our head), so
rows and columns exclusive to dataset2 are the added ones (data_diff/dbt.py, `_local_diff`).
No message repeats a value of a row.
"""

import io
import re
from dataclasses import replace

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    ModelDiff,
    Outcome,
    RowCounts,
    SampleRow,
    TypeChange,
)
from formats.data_diff_listed_rows import read_listed
from formats.error_text import presentable
from formats.hints import Hints
from formats.json_object import JsonObject, kind, storable
from formats.json_text import BLANKS, NotJson, TooManyValues, beginning, not_text, parsed
from formats.outcomes import settled
from formats.row_totals import believable, in_both
from formats.submission_problems import MAX_PROBLEMS, LineProblem, PathProblem, SubmissionInvalid

_ONLY_JSON_LINES = "send only the JSON lines of `data-diff --dbt --json`, for example `grep '^{'`"
_EMPTY = (
    "there is no diff in the body; "
    "check that data-diff ran with `--dbt --json`, that its selection matches a model, "
    "and that its output reached this request"
)
_FIRST_OBJECT = re.compile(rb"^\{.*$", re.MULTILINE)


def recognises(text: bytes) -> bool:
    """Whether the first line that looks like an object names a dataset1, dataset2 and a status."""
    found = _FIRST_OBJECT.search(beginning(text))
    return found is not None and all(
        name in found[0] for name in (b'"status"', b'"model"', b'"dataset1"', b'"dataset2"')
    )


def parse(text: bytes, _: Hints) -> list[ModelDiff]:
    """Read the diffs in a body, in their order; they say all that hints could.

    Raises SubmissionInvalid with everything that is wrong, line by line.
    """
    if problem := not_text(text):
        raise SubmissionInvalid([LineProblem(1, problem)])
    diffs: list[ModelDiff] = []
    problems: list[LineProblem] = []
    # Lines end at \n only: str.splitlines would also split at U+2028 inside a JSON string.
    for number, line in enumerate(io.BytesIO(text), start=1):
        messages: list[str] = []
        diff = _read_line(line, messages)
        problems += [LineProblem(number, message) for message in messages]
        if len(problems) > MAX_PROBLEMS:
            break
        if diff is not None and not messages:
            diffs.append(diff)
    if problems:
        raise SubmissionInvalid(problems)
    if not diffs:
        raise SubmissionInvalid([LineProblem(1, _EMPTY)])
    return diffs


def _read_line(line: bytes, problems: list[str]) -> ModelDiff | None:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as wrong:
        problems.append(f"not UTF-8 at byte {wrong.start + 1} of the line; send UTF-8")
        return None
    # Files put together with `cat` have a byte order mark wherever one of them begins.
    text = text.removeprefix("\ufeff").strip(BLANKS)
    if not text:
        return None
    if not text.startswith("{"):
        problems.append(f"expected a JSON object, found {_other(text)}; {_cure(text)}")
        return None
    try:
        value = parsed(text)
    except TooManyValues as wrong:
        problems.append(str(wrong))
        return None
    except NotJson as wrong:
        where = f"{wrong} at character {wrong.column}"
        problems.append(f"begins as a JSON object but is not JSON ({where}); was the line cut?")
        return None
    inside: list[PathProblem] = []
    diff = _read_diff(JsonObject(value, "", inside, "send the lines of data-diff unchanged"))
    problems += map(str, inside)
    return diff


def _other(text: str) -> str:
    try:
        return kind(parsed(text))
    except NotJson:
        return f"{len(text)} characters of other text"


def _cure(text: str) -> str:
    if text.startswith("["):
        return (
            "it looks like the output of data-diff without `--dbt`, "
            "which is `?format=data-diff-rows`"
        )
    return _ONLY_JSON_LINES


def _read_diff(line: JsonObject) -> ModelDiff:
    status = line.choice("status", ("success", "failed"))
    model = line.name("model")
    base_table = ".".join(line.texts("dataset1"))
    head_table = ".".join(line.texts("dataset2"))
    if status != "success":
        error = line.text("error") if status == "failed" else None
        return ModelDiff(
            model=model,
            outcome=Outcome.FAILED,
            base_table=base_table,
            head_table=head_table,
            error=presentable(error or "", "data-diff"),
        )
    different = line.choice("result", ("different", "identical")) == "different"
    rows, columns, samples = _read_rows(line)
    diff = ModelDiff(
        model=model,
        outcome=Outcome.IDENTICAL,
        base_table=base_table,
        head_table=head_table,
        rows=rows,
        column_values=tuple(columns),
        samples=samples,
    )
    if line.has("columns"):
        diff = _with_schema(diff, line.object("columns"))
    return settled(diff, said_different=different)


def _with_schema(diff: ModelDiff, schema: JsonObject) -> ModelDiff:
    base_types, head_types = _types(schema, "dataset1"), _types(schema, "dataset2")
    exclusive = schema.object("exclusive")
    # data-diff writes Python sets here, in another order at every run.
    added, removed, retyped = (
        sorted(set(names))
        for names in (
            exclusive.texts("dataset2"),
            exclusive.texts("dataset1"),
            schema.texts("typeChanged"),
        )
    )
    return replace(
        diff,
        primary_key=tuple(schema.texts("primaryKey")),
        columns_added=tuple(Column(name, head_types.get(name)) for name in added),
        columns_removed=tuple(Column(name, base_types.get(name)) for name in removed),
        types_changed=tuple(
            TypeChange(name, base_types.get(name), head_types.get(name)) for name in retyped
        ),
    )


def _types(schema: JsonObject, dataset: str) -> dict[str, str | None]:
    return {
        column.name("name"): column.text("type") if column.has("type") else None
        for column in schema.objects(dataset)
    }


def _read_rows(
    line: JsonObject,
) -> tuple[RowCounts | None, list[ColumnValues], tuple[SampleRow, ...]]:
    rows: RowCounts | None = None
    per_column: dict[str, int] = {}
    samples: tuple[SampleRow, ...] = ()
    if line.has("rows"):
        listed = read_listed(line.object("rows"))
        rows, per_column, samples = listed.rows, listed.per_column, listed.samples
    if line.has("summary"):
        summary = line.object("summary")
        rows = _read_counts(summary.object("rows"))
        counts = summary.object("stats").object("diffCounts")
        per_column = {name: counts.count(name) for name in counts.names()}
    return rows, _values(per_column, rows), samples


def _read_counts(rows: JsonObject) -> RowCounts:
    total, exclusive = rows.object("total"), rows.object("exclusive")
    return believable(
        RowCounts(
            base=total.count("dataset1"),
            head=total.count("dataset2"),
            added=exclusive.count("dataset2"),
            removed=exclusive.count("dataset1"),
            changed=rows.count("updated"),
            unchanged=rows.count("unchanged"),
        )
    )


def _values(per_column: dict[str, int], rows: RowCounts | None) -> list[ColumnValues]:
    """The columns compared, those with most differences first."""
    compared = in_both(rows) if rows else None
    most = max(per_column.values(), default=0)
    if compared is not None and compared < most:
        compared = None
    ordered = sorted(per_column.items(), key=lambda item: (-item[1], item[0]))
    return [ColumnValues(storable(name), different, compared) for name, different in ordered]
