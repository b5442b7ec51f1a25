"""Reads what `data-diff --dbt --json` prints: one JSON object per model and line.

In that output dataset1 is production (our base) and dataset2 the development build (our head), so
rows and columns exclusive to dataset2 are the added ones (data_diff/dbt.py, `_local_diff`).
Values of rows are never kept, and no message repeats them.
"""

import io
import json
import re
from collections.abc import Iterable

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from json_object import JsonObject, kind, storable
from submission_problems import MAX_PROBLEMS, LineProblem, SubmissionInvalid

MAX_ERROR_CHARACTERS = 2_000

_ONLY_JSON_LINES = "send only the JSON lines of `data-diff --dbt --json`, for example `grep '^{'`"
_URL_CREDENTIALS = re.compile(r"(?<=://)[^\s@]+@")


def parse(body: bytes | bytearray | str | Iterable[bytes | str]) -> list[ModelDiff]:
    """Read the diffs in a body (or in its lines), in their order.

    Raises SubmissionInvalid with everything that is wrong, up to MAX_PROBLEMS.
    """
    diffs: list[ModelDiff] = []
    problems: list[LineProblem] = []
    for number, line in enumerate(_lines(body), start=1):
        if number == 1 and (not_text := _not_text(line)):
            raise SubmissionInvalid((LineProblem(1, not_text),))
        messages: list[str] = []
        diff = _read_line(line, messages)
        problems += [LineProblem(number, message) for message in messages]
        if len(problems) > MAX_PROBLEMS:
            break
        if diff is not None and not messages:
            diffs.append(diff)
    if problems:
        raise SubmissionInvalid(tuple(problems[:MAX_PROBLEMS]), more=len(problems) > MAX_PROBLEMS)
    if not diffs:
        raise SubmissionInvalid((LineProblem(1, _EMPTY),))
    return diffs


_EMPTY = (
    "there is no diff in the body; "
    "check that data-diff ran with `--dbt --json`, that its selection matches a model, "
    "and that its output reached this request"
)


def _lines(body: bytes | bytearray | str | Iterable[bytes | str]) -> Iterable[bytes | str]:
    # Lines end at \n only: str.splitlines would also split at U+2028 inside a JSON string.
    if isinstance(body, bytes | bytearray):
        return io.BytesIO(body)
    if isinstance(body, str):
        return io.StringIO(body, newline="\n")
    return body


def _not_text(first: bytes | str) -> str | None:
    if isinstance(first, str):
        return None
    if first.startswith(b"\x1f\x8b"):
        return "the body is gzip; say so with the header `Content-Encoding: gzip`"
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return (
            "the body is UTF-16, as Windows PowerShell's `>` writes it; "
            "write the file as UTF-8, for example with `Out-File -Encoding utf8`"
        )
    return None


def _read_line(line: bytes | str, problems: list[str]) -> ModelDiff | None:
    if isinstance(line, str):
        text = line
    else:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as wrong:
            problems.append(f"not UTF-8 at byte {wrong.start + 1} of the line; send UTF-8")
            return None
    # Files put together with `cat` have a byte order mark wherever one of them begins.
    text = text.removeprefix("\ufeff").strip(" \t\r\n")
    if not text:
        return None
    try:
        value = json.loads(text)
    except RecursionError:
        problems.append(f"nested too deeply; {_ONLY_JSON_LINES}")
        return None
    except ValueError as wrong:
        problems.append(_not_json(text, wrong))
        return None
    if not isinstance(value, dict):
        problems.append(f"expected a JSON object, found {kind(value)}; {_cure(text)}")
        return None
    return _read_diff(JsonObject(value, "", problems))


def _not_json(text: str, wrong: ValueError) -> str:
    if not text.startswith("{"):
        return f"not JSON but {len(text)} characters of other text; {_cure(text)}"
    if not isinstance(wrong, json.JSONDecodeError):
        return "a number in it has too many digits"
    where = f"{wrong.msg.removesuffix(' at')} at character {wrong.colno}"
    return f"begins as a JSON object but is not JSON ({where}); was the line cut or wrapped?"


def _cure(text: str) -> str:
    if text.startswith("["):
        return (
            "it looks like the output of data-diff without `--dbt`, which names no models; "
            "run `data-diff --dbt --json`"
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
            error=_presentable_error(error or ""),
        )
    different = line.choice("result", ("different", "identical")) == "different"
    rows, columns = _read_rows(line)
    primary_key: list[str] = []
    added: list[Column] = []
    removed: list[Column] = []
    retyped: list[TypeChange] = []
    if line.has("columns"):
        schema = line.object("columns")
        base_types, head_types = _types(schema, "dataset1"), _types(schema, "dataset2")
        primary_key = schema.texts("primaryKey")
        exclusive = schema.object("exclusive")
        # data-diff writes Python sets here, in another order at every run.
        added = [Column(n, head_types.get(n)) for n in sorted(set(exclusive.texts("dataset2")))]
        removed = [Column(n, base_types.get(n)) for n in sorted(set(exclusive.texts("dataset1")))]
        retyped = [
            TypeChange(n, base_types.get(n), head_types.get(n))
            for n in sorted(set(schema.texts("typeChanged")))
        ]
    # Counts outrank a "result" that contradicts them: a difference is never passed over.
    counted = rows is not None and (rows.added or rows.removed or rows.changed)
    if different or counted or columns or added or removed or retyped:
        outcome = Outcome.DIFFERENT
    else:
        outcome = Outcome.IDENTICAL
    return ModelDiff(
        model=model,
        outcome=outcome,
        base_table=base_table,
        head_table=head_table,
        primary_key=tuple(primary_key),
        rows=rows,
        column_values=tuple(columns),
        columns_added=tuple(added),
        columns_removed=tuple(removed),
        types_changed=tuple(retyped),
    )


def _presentable_error(error: str) -> str:
    # Database drivers quote their connection URL, password included.
    error = _URL_CREDENTIALS.sub("***@", error).strip()
    return error[:MAX_ERROR_CHARACTERS] or "data-diff gave no reason"


def _types(schema: JsonObject, dataset: str) -> dict[str, str | None]:
    return {
        column.name("name"): column.text("type") if column.has("type") else None
        for column in schema.objects(dataset)
    }


def _read_rows(line: JsonObject) -> tuple[RowCounts | None, list[ColumnValues]]:
    if line.has("summary"):
        summary = line.object("summary")
        rows = summary.object("rows")
        total, exclusive = rows.object("total"), rows.object("exclusive")
        counts = RowCounts(
            base=total.count("dataset1"),
            head=total.count("dataset2"),
            added=exclusive.count("dataset2"),
            removed=exclusive.count("dataset1"),
            changed=rows.count("updated"),
            unchanged=rows.count("unchanged"),
        )
        per_column = summary.object("stats").object("diffCounts")
        return counts, _differences({name: per_column.count(name) for name in per_column.names()})
    if line.has("rows"):
        return _count_rows(line.object("rows"))
    return None, []


def _count_rows(rows: JsonObject) -> tuple[RowCounts, list[ColumnValues]]:
    exclusive = rows.object("exclusive")
    changed = 0
    per_column: dict[str, int] = {}
    for row in rows.objects("diff"):
        changed += 1
        for name in row.names():
            if row.object(name).flag("isDiff"):
                per_column[name] = per_column.get(name, 0) + 1
    counts = RowCounts(
        added=exclusive.length("dataset2"), removed=exclusive.length("dataset1"), changed=changed
    )
    return counts, _differences(per_column)


def _differences(per_column: dict[str, int]) -> list[ColumnValues]:
    # data-diff lists every compared column, most of them with 0.
    found = sorted((-rows, name) for name, rows in per_column.items() if rows)
    return [ColumnValues(storable(name), -rows) for rows, name in found]
