"""Reads what `data-diff --dbt --json` prints: one JSON object per model and line.

In that output dataset1 is production (our base) and dataset2 the development build (our head), so
rows and columns exclusive to dataset2 are the added ones (data_diff/dbt.py, `_local_diff`).
Values of rows are never kept, and no message repeats them.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bitbucket_integration.model_diff import (
    Column,
    ColumnDifference,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from submission_problems import MAX_PROBLEMS, LineProblem, SubmissionInvalid

MAX_COUNT = 2**63 - 1
MAX_ERROR_CHARACTERS = 2_000

_ONLY_JSON_LINES = "send only the JSON lines of `data-diff --dbt --json`, for example `grep '^{'`"
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")
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
        problems.append(f"expected a JSON object, found {_kind(value)}; {_cure(text)}")
        return None
    return _read_diff(_Object(value, "", problems))


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


class _Object:
    """A JSON object of a line; its readers note by JSON path what is missing or wrong.

    A reader that noted a problem returns an empty value, for the line is refused anyway.
    """

    def __init__(self, members: dict[str, Any], path: str, problems: list[str] | None) -> None:
        self._members = members
        self._path = path
        self._problems = problems

    def names(self) -> Iterable[str]:
        return self._members.keys()

    def has(self, key: str) -> bool:
        return self._members.get(key) is not None

    def note(self, key: str, message: str) -> None:
        if self._problems is not None and len(self._problems) <= MAX_PROBLEMS:
            self._problems.append(f"`{self._path_of(key)}` {message}")

    def object(self, key: str) -> "_Object":
        value = self._value(key, dict, "an object")
        if value is None:
            return _Object({}, self._path_of(key), None)
        return _Object(value, self._path_of(key), self._problems)

    def objects(self, key: str) -> Iterator["_Object"]:
        for position, value in enumerate(self._value(key, list, "an array") or []):
            place = f"{key}[{position}]"
            if isinstance(value, dict):
                yield _Object(value, self._path_of(place), self._problems)
            else:
                self.note(place, f"must be an object, not {_kind(value)}")

    def length(self, key: str) -> int:
        return len(self._value(key, list, "an array") or [])

    def name(self, key: str) -> str:
        value = self.text(key)
        if value is not None and not value.strip():
            self.note(key, "must not be empty")
        return value or ""

    def text(self, key: str) -> str | None:
        value = self._value(key, str, "text")
        return None if value is None else _storable(value)

    def texts(self, key: str) -> list[str]:
        values = self._value(key, list, "an array") or []
        for position, value in enumerate(values):
            if not isinstance(value, str):
                self.note(f"{key}[{position}]", f"must be text, not {_kind(value)}")
        return [_storable(value) for value in values if isinstance(value, str)]

    def count(self, key: str) -> int:
        value = self._value(key, int, "a whole number")
        if value is None:
            return 0
        if value < 0:
            self.note(key, "is negative, but counts rows")
        elif value > MAX_COUNT:
            self.note(key, "is larger than any table")
        return int(value)

    def flag(self, key: str) -> bool:
        return bool(self._value(key, bool, "true or false"))

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        value = self.text(key)
        if value is None or value in choices:
            return value
        expected = " or ".join(f'"{choice}"' for choice in choices)
        self.note(key, f"must be {expected}, not {json.dumps(value[:40])}")
        return None

    def _value(self, key: str, wanted: type, wanted_name: str) -> Any:
        if key not in self._members:
            self.note(key, "is missing; send the lines of data-diff unchanged")
            return None
        value = self._members[key]
        # A bool is an int to Python, never to JSON.
        if isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
            return value
        self.note(key, f"must be {wanted_name}, not {_kind(value)}")
        return None

    def _path_of(self, key: str) -> str:
        key = key if len(key) <= 80 else f"{key[:79]}…"
        key = "".join(one if one.isprintable() else "\ufffd" for one in key)
        return f"{self._path}.{key}" if self._path else key


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names: dict[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a fraction",
        str: "text",
        list: "an array",
    }
    return names.get(type(value), "an object")


def _storable(text: str) -> str:
    # JSON can escape half a surrogate pair, which no UTF-8 can carry onward.
    return _LONE_SURROGATES.sub("\ufffd", text)


def _read_diff(line: _Object) -> ModelDiff:
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
        column_differences=tuple(columns),
        columns_added=tuple(added),
        columns_removed=tuple(removed),
        types_changed=tuple(retyped),
    )


def _presentable_error(error: str) -> str:
    # Database drivers quote their connection URL, password included.
    error = _URL_CREDENTIALS.sub("***@", error).strip()
    return error[:MAX_ERROR_CHARACTERS] or "data-diff gave no reason"


def _types(schema: _Object, dataset: str) -> dict[str, str | None]:
    return {
        column.name("name"): column.text("type") if column.has("type") else None
        for column in schema.objects(dataset)
    }


def _read_rows(line: _Object) -> tuple[RowCounts | None, list[ColumnDifference]]:
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


def _count_rows(rows: _Object) -> tuple[RowCounts, list[ColumnDifference]]:
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


def _differences(per_column: dict[str, int]) -> list[ColumnDifference]:
    # data-diff lists every compared column, most of them with 0.
    found = [ColumnDifference(_storable(name), rows) for name, rows in per_column.items() if rows]
    return sorted(found, key=lambda difference: (-difference.rows, difference.name))
