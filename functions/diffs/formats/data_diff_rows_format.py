"""Reads what `data-diff` and `reladiff` print with `--json`: a line per row that differs.

A row is ["-", [values…]] where only the first table has it (production, our base) and
["+", [values…]] where only the second has it (the head). Both with one key are a row that changed.
The key's columns come first; the others come in no certain order, and none is named.

Both tools wrap lines at the terminal's width, in the middle of values and sometimes of words, and
delete what looks like markup, such as [red]. A row is put together again when the break is behind
its key. Its other values are not looked at, and no message repeats one.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bitbucket_integration.model_diff import ModelDiff, Outcome, RowCounts
from formats.hints import Hints
from formats.json_text import BLANKS, NotJson, beginning, not_text, parsed
from formats.submission_problems import MAX_PROBLEMS, LineProblem, SubmissionInvalid

type Key = tuple[str, ...] | str

_BEGINNING = re.compile(rb'\[\s*"[-+]"\s*,')
_ROW = re.compile(r'\["[-+]",')
_UNBROKEN = "run the tool with the environment variable COLUMNS=100000, so that it wraps no lines"
_EMPTY = (
    "there is no row in the body: either the tables are equal or the tool failed; "
    "the output of `--stats --json`, sent with format=data-diff-stats, tells these apart"
)


def recognises(text: bytes) -> bool:
    """Whether it begins with a row."""
    return _BEGINNING.match(beginning(text)) is not None


def parse(text: bytes, hints: Hints) -> list[ModelDiff]:
    """Count the rows. The key has as many columns as the hint names, without one it has one.

    Several rows of a table with the same key are refused without that hint, since its columns may
    be counted wrong. With it the key is not unique, and the diff failed.
    Raises SubmissionInvalid, or InvalidRequestError when no hint names the model.
    """
    model = hints.required_model()
    base, head = _keys(text, len(hints.primary_key) or 1)
    if repeated := _repeated(base, head):
        if not hints.primary_key:
            cure = "if the key has several columns, name them all, such as &primary_key=id,day"
            raise SubmissionInvalid([LineProblem(1, f"{repeated}; {cure}")])
        outcome, rows, error = Outcome.FAILED, None, f"The primary key is not unique ({repeated})"
    else:
        changed = len(base.keys() & head.keys())
        rows = RowCounts(added=len(head) - changed, removed=len(base) - changed, changed=changed)
        outcome, error = Outcome.DIFFERENT, None
    return [
        ModelDiff(
            model=model,
            outcome=outcome,
            base_table=hints.base_table,
            head_table=hints.head_table,
            primary_key=hints.primary_key,
            rows=rows,
            error=error,
            path=hints.path,
        )
    ]


def _repeated(base: Counter[Key], head: Counter[Key]) -> str:
    in_base, in_head = (sum(rows > 1 for rows in keys.values()) for keys in (base, head))
    if not in_base and not in_head:
        return ""
    return f"keys with several rows: {in_base} in base, {in_head} in head"


def _keys(text: bytes, key_columns: int) -> tuple[Counter[Key], Counter[Key]]:
    """How many rows there are of each key, only in base and only in head."""
    found = {"-": Counter[Key](), "+": Counter[Key]()}
    problems: list[LineProblem] = []
    columns = 0
    for number, lines in _rows(text, problems):
        try:
            side, values = _row(lines)
            columns = columns or len(values)
            found[side][_key(lines, values, key_columns, columns)] += 1
        except _NotARow as wrong:
            problems.append(LineProblem(number, str(wrong)))
        if len(problems) > MAX_PROBLEMS:
            break
    if problems:
        raise SubmissionInvalid(problems)
    if not columns:
        raise SubmissionInvalid([LineProblem(1, _EMPTY)])
    return found["-"], found["+"]


class _NotARow(Exception):  # noqa: N818 - a finding about text from outside
    """Why lines are no row."""


def _rows(text: bytes, problems: list[LineProblem]) -> Iterator[tuple[int, list[str]]]:
    """The lines of each row, with the number of the first; other lines are problems."""
    if problem := not_text(text):
        raise SubmissionInvalid([LineProblem(1, problem)])
    first, lines = 0, list[str]()
    for number, raw in enumerate(io.BytesIO(text), start=1):
        line = _line(number, raw)
        # No line within a row begins like this: quotes within values are escaped.
        if _ROW.match(line):
            if lines:
                yield first, lines
            first, lines = number, [line]
        elif lines and line.strip(BLANKS):
            lines.append(line)
        elif line.strip(BLANKS) and len(problems) <= MAX_PROBLEMS:
            problems.append(LineProblem(number, _other(line)))
    if lines:
        yield first, lines


def _line(number: int, raw: bytes) -> str:
    try:
        return raw.decode("utf-8").removeprefix("\ufeff").rstrip("\r\n")
    except UnicodeDecodeError as wrong:
        message = f"not UTF-8 at byte {wrong.start + 1} of the line; send UTF-8"
        raise SubmissionInvalid([LineProblem(number, message)]) from None


def _other(line: str) -> str:
    return (
        f"not a row but {len(line)} characters of other text; "
        'send only what `--json` prints, which begins with ["-", or ["+",'
    )


def _row(lines: list[str]) -> tuple[str, list[Any]]:
    """The side that has a row, and its values."""
    try:
        value = parsed("".join(lines))
    except NotJson as wrong:
        message = f"begins as a row but is not JSON ({wrong}); was it cut off? Else {_UNBROKEN}"
        raise _NotARow(message) from None
    match value:
        case ["-" | "+" as side, [*values]] if values:
            return side, values
    raise _NotARow(f"is no row, which is a sign and an array of values; {_UNBROKEN}")


def _key(lines: list[str], values: list[Any], key_columns: int, columns: int) -> Key:
    """The key of a row, to be compared with others."""
    if len(values) != columns:
        raise _NotARow(
            f"has {len(values)} values and the first row {columns}; "
            "the tool deletes text in square brackets, so use data-diff-stats or the dbt mode"
        )
    if columns < key_columns:
        raise _NotARow(f"has {columns} values, but primary_key names {key_columns} columns")
    key = values[:key_columns]
    if any(isinstance(value, list | dict) for value in key):
        raise _NotARow("has a key that is neither text nor a number")
    if len(lines) > 1 and _with_breaks(lines)[:key_columns] != key:
        raise _NotARow(f"is wrapped within its key, which cannot be put together; {_UNBROKEN}")
    # Keys are nearly always text, and a tuple of it is made quickly; 1 and true are not one key.
    return tuple(key) if all(type(value) is str for value in key) else json.dumps(key)


def _with_breaks(lines: list[str]) -> list[Any]:
    """A row's values, with line breaks where it was wrapped; none if that leaves no JSON."""
    try:
        _, values = parsed("\n".join(lines), strict=False)
    except NotJson:
        return []
    return list(values)
