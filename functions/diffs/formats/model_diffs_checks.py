"""Whether what a submitted model says of itself can be true: its counts, and its names.

What was not counted contradicts nothing.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from formats.model_diffs_schema import ColumnValues, Model, Rows
from formats.submission_problems import PathProblem

_MOST_ROUNDING = 1.0
"""Percent are rounded, a whole percent at most."""


class UniqueNames:
    """Names of a list's items, each of which may be there once."""

    def __init__(self, path: str, member: str) -> None:
        """The names are this member of the items of the list at `path`."""
        self._path = path
        self._member = member
        self._first: dict[str, int] = {}

    def add(self, position: int, name: str) -> Iterator[PathProblem]:
        """Take in an item's name."""
        first = self._first.setdefault(name, position)
        if first != position:
            message = f"is the same as in `{self._path}[{first}]`; each may be there once"
            yield PathProblem(f"{self._path}[{position}].{self._member}", message)


def contradictions(model: Model, path: str) -> Iterator[PathProblem]:
    """All in a model, which is at this path, that cannot be true."""
    yield from _silence(path, model)
    yield from _columns(path, model)
    yield from _values(path, model)
    yield from _keys(path, model)
    if model.rows:
        yield from _parts(f"{path}.rows", model.rows)
        # Rows that share a key, or have none, are not matched one to one.
        if not _has_key_problems(model):
            yield from _sums(f"{path}.rows", model.rows)


def _twice(path: str, member: str, names: list[str]) -> Iterator[PathProblem]:
    unique = UniqueNames(path, member)
    for position, name in enumerate(names):
        yield from unique.add(position, name)


def _silence(path: str, model: Model) -> Iterator[PathProblem]:
    counted = [one.model_dump() for one in (model.rows, model.key_problems) if one]
    if any(_has_number(one) for one in counted) or model.columns or model.values or model.error:
        return
    if model.samples and (model.samples.added or model.samples.removed or model.samples.changed):
        return
    message = (
        "reports nothing; give `rows`, `columns`, `values`, `key_problems` or `samples`,"
        " or say in `error` why there is no diff"
    )
    yield PathProblem(path, message)


def _has_number(value: Any) -> bool:
    return any(map(_has_number, value.values())) if isinstance(value, dict) else value is not None


def _columns(path: str, model: Model) -> Iterator[PathProblem]:
    if not model.columns:
        return
    added = [column.name for column in model.columns.added]
    removed = [column.name for column in model.columns.removed]
    retyped = [column.name for column in model.columns.retyped]
    values = [one.column for one in model.values or ()]
    for group, names in (("added", added), ("removed", removed), ("retyped", retyped)):
        yield from _twice(f"{path}.columns.{group}", "name", names)
    for group, member, names, other, others in (
        ("columns.removed", "name", removed, "added", set(added)),
        ("columns.retyped", "name", retyped, "added", set(added)),
        ("columns.retyped", "name", retyped, "removed", set(removed)),
        ("values", "column", values, "added", set(added)),
        ("values", "column", values, "removed", set(removed)),
    ):
        for position, name in enumerate(names):
            if name in others:
                place = f"{path}.{group}[{position}].{member}"
                message = f"is in `columns.{other}`, too, which only one side has"
                yield PathProblem(place, message)


def _values(path: str, model: Model) -> Iterator[PathProblem]:
    values = model.values or []
    yield from _twice(f"{path}.values", "column", [one.column for one in values])
    for position, one in enumerate(values):
        yield from _value_counts(f"{path}.values[{position}]", one)


def _value_counts(path: str, one: ColumnValues) -> Iterator[PathProblem]:
    if one.different is None or one.compared is None:
        return
    if one.different > one.compared:
        message = f"is {one.different}, more than the {one.compared} that were compared"
        yield PathProblem(f"{path}.different", message)
    elif one.match_percent is not None and one.compared:
        match = 100 * (one.compared - one.different) / one.compared
        if abs(match - one.match_percent) >= _MOST_ROUNDING:
            message = f"is {one.match_percent:g}, but `compared` and `different` make {match:g}"
            yield PathProblem(f"{path}.match_percent", message)


def _has_key_problems(model: Model) -> bool:
    sides = (model.key_problems.base, model.key_problems.head) if model.key_problems else ()
    return any(side and (side.nulls or side.duplicates) for side in sides)


def _keys(path: str, model: Model) -> Iterator[PathProblem]:
    if not (model.key_problems and model.rows):
        return
    sides = (
        ("base", model.key_problems.base, model.rows.base),
        ("head", model.key_problems.head, model.rows.head),
    )
    for name, side, rows in sides:
        for kind in ("nulls", "duplicates"):
            count = getattr(side, kind, None)
            if count is not None and rows is not None and count > rows:
                message = f"is {count}, more than the {rows} rows of {name}"
                yield PathProblem(f"{path}.key_problems.{name}.{kind}", message)


def _parts(path: str, rows: Rows) -> Iterator[PathProblem]:
    """No part of a table has more rows than the table."""
    parts = (
        ("added", rows.added, "head", rows.head),
        ("removed", rows.removed, "base", rows.base),
        ("changed", rows.changed, "base", rows.base),
        ("changed", rows.changed, "head", rows.head),
        ("unchanged", rows.unchanged, "base", rows.base),
        ("unchanged", rows.unchanged, "head", rows.head),
    )
    for part, count, whole, total in parts:
        if count is not None and total is not None and count > total:
            message = f"is {count}, more than the {total} rows of {whole}"
            yield PathProblem(f"{path}.{part}", message)


def _sums(path: str, rows: Rows) -> Iterator[PathProblem]:
    """The rows that both sides have are as many, whichever way they are counted."""
    in_both = (
        ("base - removed", rows.base, rows.removed, -1),
        ("head - added", rows.head, rows.added, -1),
        ("changed + unchanged", rows.changed, rows.unchanged, 1),
    )
    known = [
        (f"{words} ({first} {'+' if sign > 0 else '-'} {second})", first + sign * second)
        for words, first, second, sign in in_both
        if first is not None and second is not None
    ]
    for (words, one), (others, other) in pairwise(known):
        if one != other:
            message = f"contradict each other: {words} is {one}, but {others} is {other}"
            yield PathProblem(path, message)
            return
    for words, one in known[:1]:
        message = f"contradict each other: {words} is {one}"
        for name, part in (("changed", rows.changed), ("unchanged", rows.unchanged)):
            if part is not None and one < part:
                yield PathProblem(path, f"{message}, less than the {part} {name}")
        for name, whole in (("base", rows.base), ("head", rows.head)):
            if whole is not None and one > whole:
                yield PathProblem(path, f"{message}, more than the {whole} rows of {name}")
