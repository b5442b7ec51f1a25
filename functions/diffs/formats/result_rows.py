"""Rows of a query's result, from CSV or from JSON, with columns in whatever case."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from formats.json_documents import documents
from formats.json_object import kind, storable
from formats.json_text import beginning, not_text
from formats.loose_numbers import count
from formats.submission_problems import (
    MAX_PROBLEMS,
    LineProblem,
    PathProblem,
    Problem,
    SubmissionInvalid,
)

_MOST_ROWS = 100_000
"""Many more than a summary has, and few enough to be held."""

_MOST_PROBLEMS = 20 * MAX_PROBLEMS

_FLAGS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row; its readers note what is missing or wrong, by line or by JSON path.

    A reader that noted a problem returns an empty value, for the submission is refused anyway.
    """

    values: Mapping[str, Any]
    """By the columns' names in lower case."""

    names: Mapping[str, str]
    """The columns' names as they are, by the same in lower case."""

    place: int | str
    problems: list[Problem]

    def count(self, column: str) -> int:
        """A value that counts something."""
        read = count(self.values.get(column))
        if read is None:
            self.note(column, "must be a count of rows")
        return read or 0

    def flag(self, column: str) -> bool:
        """A value that is true or false."""
        read = _FLAGS.get(str(self.values.get(column)).lower())
        if read is None:
            self.note(column, "must be true or false")
        return bool(read)

    def text(self, column: str) -> str:
        """A value that is text; empty for a null."""
        value = self.values.get(column)
        if value is not None and not isinstance(value, str):
            self.note(column, f"must be text, not {kind(value)}")
        return storable(value) if isinstance(value, str) else ""

    def has(self, column: str) -> bool:
        """Whether a value is there; CSV has empty cells for nulls."""
        return self.values.get(column) not in (None, "")

    def refuse(self, message: str) -> None:
        """Note that the row as a whole is wrong."""
        if isinstance(self.place, int):
            _add(self.problems, LineProblem(self.place, message))
        else:
            _add(self.problems, PathProblem(self.place, message))

    def note(self, column: str, message: str) -> None:
        """Note a problem with a column's value."""
        if isinstance(self.place, int):
            _add(self.problems, LineProblem(self.place, f"`{column}` {message}"))
        else:
            _add(self.problems, PathProblem(f"{self.place}.{column}", message))


def _add(problems: list[Problem], problem: Problem) -> None:
    # Readers note some twice, so that there have to be more than are shown.
    if len(problems) < _MOST_PROBLEMS:
        problems.append(problem)


def result_rows(text: bytes, problems: list[Problem]) -> list[ResultRow]:
    """The rows in a body. Raises SubmissionInvalid for what is neither CSV nor JSON."""
    if beginning(text).startswith((b"{", b"[")):
        rows = _json_rows(documents(text), problems)
    else:
        rows = _csv_rows(text, problems)
    found = list(islice(rows, _MOST_ROWS + 1))
    if len(found) > _MOST_ROWS:
        message = f"there are more than {_MOST_ROWS:,} rows; send summaries, not tables"
        raise SubmissionInvalid([LineProblem(1, message)])
    return found


def _json_rows(values: list[Any], problems: list[Problem]) -> Iterator[ResultRow]:
    for number, value in enumerate(values):
        place = f"[{number}]" if len(values) > 1 else ""
        # `dbt show --output json` has the rows in a member of its own.
        shown = value.get("show") if isinstance(value, dict) else None
        if isinstance(shown, list):
            place, value = f"{place}.show".removeprefix("."), shown  # noqa: PLW2901
        for position, row in enumerate(value if isinstance(value, list) else [value]):
            here = f"{place}[{position}]" if isinstance(value, list) else place or "[0]"
            if isinstance(row, dict):
                yield _row(row.items(), here, problems)
            else:
                _add(problems, PathProblem(here, f"must be an object, not {kind(row)}"))
                if len(problems) == _MOST_PROBLEMS:
                    return


def _csv_rows(text: bytes, problems: list[Problem]) -> Iterator[ResultRow]:
    if problem := not_text(text):
        raise SubmissionInvalid([LineProblem(1, problem)])
    try:
        lines = text.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = text.count(b"\n", 0, wrong.start) + 1
        raise SubmissionInvalid([LineProblem(line, "is not UTF-8; send UTF-8")]) from None
    first = lines.lstrip().partition("\n")[0]
    reader = csv.reader(
        io.StringIO(lines, newline=""), delimiter=max(",;\t", key=first.count), strict=True
    )
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not any(map(str.strip, cells)):
                pass
            elif not header:
                header = [cell.strip() for cell in cells]
            elif len(cells) == len(header):
                yield _row(zip(header, cells, strict=True), line, problems)
            else:
                message = f"has {len(cells)} cells, but there are {len(header)} columns"
                _add(problems, LineProblem(line, message))
                if len(problems) == _MOST_PROBLEMS:
                    return
            line = reader.line_num + 1
    except csv.Error as wrong:
        raise SubmissionInvalid([LineProblem(line, f"is not CSV ({wrong})")]) from None


def _row(cells: Iterable[tuple[str, Any]], place: int | str, problems: list[Problem]) -> ResultRow:
    values, names = {}, {}
    for name, value in cells:
        values[name.lower()] = value
        names[name.lower()] = storable(name)
    return ResultRow(values, names, place, problems)
