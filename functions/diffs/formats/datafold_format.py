"""Reads what Datafold's API answers to `GET /api/v1/datadiffs/{id}/summary_results`.

Of every pair the first is production (our base), as it is in a diff that CI submits
(`{"prod": …, "pr": …}`). Values of rows are not read.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    Dependent,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from formats.error_text import presentable
from formats.hints import Hints
from formats.json_object import JsonObject, objects_in
from formats.json_text import beginning, document
from formats.outcomes import settled
from formats.submission_problems import (
    MAX_PROBLEMS,
    LineProblem,
    PathProblem,
    SubmissionInvalid,
)

_CURE = "send the answer of `summary_results` unchanged"
_NOTHING_COMPARED = "Datafold compared no values, since it knows no primary key of the table"
_BEGINNING = re.compile(
    rb'(\[\s*)?\{\s*"(model|name|path|status|pks|values|schema|dependencies|materialized_results|error)"'
)
_MEMBER = re.compile(rb'"(pks|values|materialized_results|error_type)"\s*:')


def recognises(text: bytes) -> bool:
    """Whether it is an object, or an array of them, with members as Datafold names them."""
    head = beginning(text)
    return (
        _BEGINNING.match(head) is not None
        and _MEMBER.search(head) is not None
        and b'"dataset1"' not in head
    )


def parse(text: bytes, hints: Hints) -> list[ModelDiff]:
    """Read one diff, whose model a hint names, or an array of diffs that say `model` themselves.

    Raises SubmissionInvalid, or InvalidRequestError when a single diff has no model.
    """
    value = document(text)
    problems: list[PathProblem] = []
    if isinstance(value, dict):
        one = JsonObject(value, "", problems, _CURE)
        diffs = [_read(one, _own_model(one) or hints.required_model(), hints)]
    else:
        diffs = []
        for one in objects_in(value, problems, _CURE):
            diffs.append(_read(one, _named_model(one), Hints()))
            if len(problems) > MAX_PROBLEMS:
                break
    if problems:
        raise SubmissionInvalid(problems)
    if not diffs:
        raise SubmissionInvalid([LineProblem(1, f"there is no diff in the array; {_CURE}")])
    return diffs


def _own_model(diff: JsonObject) -> str:
    for member in ("model", "name"):
        if diff.has(member):
            return diff.name(member)
    return ""


def _named_model(diff: JsonObject) -> str:
    model = _own_model(diff)
    if not model:
        diff.note("model", "is missing; add it to every diff of an array: Datafold names none")
    return model


def _read(diff: JsonObject, model: str, hints: Hints) -> ModelDiff:
    status = diff.choice("status", ("done", "success", "failed", "running", "pending"))
    if status in {"running", "pending"}:
        diff.note("status", f"is {status}: the diff is not finished yet; ask for it again later")
    pks, values, schema = (_part(diff, name) for name in ("pks", "values", "schema"))
    found = ModelDiff(
        model=model,
        outcome=Outcome.IDENTICAL,
        base_table=hints.base_table,
        head_table=hints.head_table,
        primary_key=hints.primary_key,
        rows=_rows(pks, values),
        column_values=tuple(_columns(values)),
        columns_removed=_exclusive(schema, 0),
        columns_added=_exclusive(schema, 1),
        types_changed=tuple(TypeChange(name) for name in _texts(schema, "column_type_differs")),
        path=diff.name("path") if diff.has("path") else hints.path,
        keys=_keys(pks),
        columns_reordered=_count(schema, "column_reorders") or 0,
        downstream=tuple(map(_dependent, diff.objects("dependencies")))
        if diff.has("dependencies")
        else (),
    )
    error = _error(diff, failed=status == "failed")
    if not error and not diff.has("values"):
        error = _NOTHING_COMPARED
    return settled(replace(found, error=error or None))


def _part(diff: JsonObject, name: str) -> JsonObject:
    return diff.object(name) if diff.has(name) else JsonObject({}, name, None, _CURE)


def _error(diff: JsonObject, *, failed: bool) -> str:
    if not diff.has("error"):
        return "Datafold gave no reason" if failed else ""
    error = diff.object("error")
    told = [error.text(part) or "" for part in ("error_type", "error_value") if error.has(part)]
    return presentable(": ".join(filter(None, told)), "Datafold")


def _rows(pks: JsonObject, values: JsonObject) -> RowCounts:
    base, head = _pair(pks, "total_rows")
    removed, added = _pair(pks, "exclusives")
    changed = _count(values, "rows_with_differences")
    return RowCounts(base, head, added, removed, changed)


def _keys(pks: JsonObject) -> KeyCounts:
    base_nulls, head_nulls = _pair(pks, "nulls")
    base_duplicates, head_duplicates = _pair(pks, "dupes")
    return KeyCounts(base_nulls, head_nulls, base_duplicates, head_duplicates)


def _pair(part: JsonObject, key: str) -> tuple[int | None, int | None]:
    both = part.pair(key)
    return _count(both, f"{key}[0]"), _count(both, f"{key}[1]")


def _count(part: JsonObject, key: str) -> int | None:
    return part.count(key) if part.has(key) else None


def _texts(part: JsonObject, key: str) -> list[str]:
    return part.texts(key) if part.has(key) else []


def _exclusive(schema: JsonObject, side: int) -> tuple[Column, ...]:
    both = schema.pair("exclusive_columns")
    return tuple(Column(name) for name in _texts(both, f"exclusive_columns[{side}]"))


def _dependent(dependency: JsonObject) -> Dependent:
    kind = dependency.text("item_type") if dependency.has("item_type") else None
    name = dependency.text("name") if dependency.has("name") else None
    return Dependent(name or dependency.name("uid"), kind or "")


def _columns(values: JsonObject) -> Iterator[ColumnValues]:
    if not values.has("columns_diff_stats"):
        return
    compared = _count(values, "total_rows")
    stats = [
        (one.name("column_name"), _count(one, "values_different"), _match(one))
        for one in values.objects("columns_diff_stats")
    ]
    whole = _whole(stats)
    for name, different, match in stats:
        percent = None if match is None or whole is None else 100 * match / whole
        if _agree(different, compared, percent):
            yield ColumnValues(name, different, compared)
        else:
            yield ColumnValues(name, different, match_percent=percent)


def _agree(different: int | None, compared: int | None, percent: float | None) -> bool:
    """Whether these are numbers of one column, as far as they are known."""
    if different is None or not compared or different > compared:
        return False
    # Datafold's own match is rounded.
    return percent is None or abs(100 * (compared - different) / compared - percent) <= 1


def _match(column: JsonObject) -> float | None:
    if not column.has("match"):
        return None
    match = column.number("match")
    if not 0 <= match <= 100:
        column.note("match", "must be from 0 to 100")
    return match


def _whole(stats: Iterable[tuple[str, int | None, float | None]]) -> int | None:
    """What `match` says of a column that is equal throughout, 1 or 100, if that can be told.

    Datafold's description of its API does not say it.
    """
    matches = [(different, match) for _, different, match in stats if match is not None]
    if any(match > 1 for _, match in matches):
        return 100
    return 1 if (0, 1) in matches else None
