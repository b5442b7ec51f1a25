"""Reads what dbt's audit_helper macros return, as CSV or JSON (`dbt show --output json` included).

Relation a is production, our base, and b the pull request, our head. Which macro a row is of is
told by its columns. None of them names the model. The results of several macros about one model
may follow one another as JSON.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from bitbucket_integration.model_diff import ColumnValues, ModelDiff, Outcome, RowCounts
from formats.audit_helper_samples import samples
from formats.column_changes import ColumnChanges, column_changes
from formats.hints import Hints
from formats.json_text import beginning
from formats.outcomes import settled
from formats.result_rows import ResultRow, result_rows
from formats.submission_problems import LineProblem, Problem, SubmissionInvalid


class _Macro(StrEnum):
    ALL_COLUMNS = "compare_all_columns"
    CLASSIFIED = "compare_and_classify_query_results"
    SUMMARY = "compare_queries"
    SCHEMA = "compare_relation_columns"
    QUICK = "quick_are_queries_identical"


_COLUMNS = {
    _Macro.ALL_COLUMNS: {
        "column_name",
        "perfect_match",
        "missing_from_a",
        "missing_from_b",
        "conflicting_values",
    },
    _Macro.CLASSIFIED: {"dbt_audit_row_status", "dbt_audit_num_rows_in_status"},
    _Macro.SUMMARY: {"in_a", "in_b", "count"},
    _Macro.SCHEMA: {
        "column_name",
        "a_ordinal_position",
        "b_ordinal_position",
        "a_data_type",
        "b_data_type",
    },
    _Macro.QUICK: {"are_tables_identical"},
}
_STATUSES = ("identical", "modified", "added", "removed", "nonunique_pk")

_SHOWN = re.compile(rb'\{\s*("node"\s*:\s*"[^"]*"\s*,\s*)?"show"\s*:\s*')
_TELLING = re.compile(
    rb'(?:^|["\n,;\t])'
    rb"(?:dbt_audit_row_status|conflicting_values|are_tables_identical|a_ordinal_position)"
    rb'(?:$|["\r\n,;\t])'
)
_SUMMARY = re.compile(
    rb'[\[{\s]*"in_a"\s*:[^,]+,\s*"in_b"\s*:[^,]+,\s*"count"\s*:'
    rb'|"?in_a"?[,;\t]"?in_b"?[,;\t]"?count\b'
)


def recognises(text: bytes) -> bool:
    """Whether the text begins with a row, or with column names, that only these macros have."""
    start = beginning(text).lower()
    if shown := _SHOWN.match(start):
        start = start[shown.end() :]
    elif not start.startswith((b"{", b"[")):
        start = start.partition(b"\n")[0]
    return bool(_TELLING.search(start) or _SUMMARY.match(start))


def parse(text: bytes, hints: Hints) -> list[ModelDiff]:
    """Read the one model's diff. Raises SubmissionInvalid with everything that is wrong.

    Raises InvalidRequestError when the query does not name the model.
    """
    model = hints.required_model()
    problems: list[Problem] = []
    read: dict[_Macro, list[ResultRow]] = {macro: [] for macro in _Macro}
    for row in result_rows(text, problems):
        if macro := _macro(row):
            read[macro].append(row)
    if not problems and not any(read.values()):
        problems.append(LineProblem(1, "there is no row in it, only names of columns"))
    diff = _diff(model, hints, read)
    if problems:
        # A value that is read twice is wrong once.
        raise SubmissionInvalid(list(dict.fromkeys(problems)))
    return [diff]


def _macro(row: ResultRow) -> _Macro | None:
    for macro, columns in _COLUMNS.items():
        if columns <= row.values.keys():
            return macro
    if "perfect_match" in row.values or {"in_a", "in_b"} <= row.values.keys():
        row.refuse("is about a single row; call the macro with summarize=true")
    else:
        row.refuse(f"has not the columns of {', '.join(_Macro)}")
    return None


def _diff(model: str, hints: Hints, read: Mapping[_Macro, list[ResultRow]]) -> ModelDiff:
    statuses = _statuses(read[_Macro.CLASSIFIED])
    not_unique = statuses.get("nonunique_pk", 0)
    columns = _column_changes(read[_Macro.SCHEMA])
    rows = (
        _classified(statuses)
        or _by_column(read[_Macro.ALL_COLUMNS])
        or _summary(read[_Macro.SUMMARY])
    )
    return settled(
        ModelDiff(
            model=model,
            outcome=Outcome.IDENTICAL,
            base_table=hints.base_table,
            head_table=hints.head_table,
            primary_key=hints.primary_key,
            rows=None if not_unique else rows,
            column_values=() if not_unique else _values(read[_Macro.ALL_COLUMNS], hints),
            columns_added=columns.added,
            columns_removed=columns.removed,
            types_changed=columns.retyped,
            error=_not_unique(not_unique) if not_unique else None,
            path=hints.path,
            columns_reordered=columns.reordered,
            samples=samples(read[_Macro.CLASSIFIED], hints.primary_key),
        ),
        said_different=any(not row.flag("are_tables_identical") for row in read[_Macro.QUICK]),
    )


def _not_unique(rows: int) -> str:
    return (
        f"{rows:,} rows have a primary key that is not unique, so they could not be compared."
        " audit_helper does not say on which side they are."
    )


def _statuses(rows: list[ResultRow]) -> dict[str, int]:
    """How many rows there are in each status that has any."""
    found: dict[str, int] = {}
    for row in rows:
        status = row.text("dbt_audit_row_status")
        if status not in _STATUSES:
            row.note("dbt_audit_row_status", f"must be one of {', '.join(_STATUSES)}")
            continue
        in_status = row.count("dbt_audit_num_rows_in_status")
        if found.setdefault(status, in_status) != in_status:
            row.note("dbt_audit_num_rows_in_status", f"differs between rows that are {status}")
    return found


def _classified(statuses: Mapping[str, int]) -> RowCounts | None:
    if not statuses:
        return None
    added, removed, changed = (statuses.get(one, 0) for one in ("added", "removed", "modified"))
    unchanged = statuses.get("identical")
    if unchanged is None:
        # There is none, or a query around the macro's leaves them out.
        return RowCounts(added=added, removed=removed, changed=changed)
    in_both = changed + unchanged
    return RowCounts(in_both + removed, in_both + added, added, removed, changed, unchanged)


def _values(rows: list[ResultRow], hints: Hints) -> tuple[ColumnValues, ...]:
    # A conflict is any difference in a row that both sides have, also between a null and a value
    # (macros/compare_column_values_verbose.sql).
    key = {name.casefold() for name in hints.primary_key}
    return tuple(
        ColumnValues(name, row.count("conflicting_values"), _in_both(row))
        for row in rows
        if (name := row.text("column_name")).casefold() not in key
    )


def _in_both(row: ResultRow) -> int:
    return row.count("perfect_match") + row.count("conflicting_values")


def _by_column(rows: list[ResultRow]) -> RowCounts | None:
    """The rows of both sides, which every column counts alike when keys are unique."""
    counted = {
        (
            _in_both(row),
            row.count("missing_from_a"),
            row.count("missing_from_b"),
        )
        for row in rows
    }
    if len(counted) != 1:
        return None
    [(in_both, added, removed)] = counted
    return RowCounts(in_both + removed, in_both + added, added, removed)


def _summary(rows: list[ResultRow]) -> RowCounts | None:
    """Whole rows by where they are. There is no key: a changed row was removed and added."""
    if not rows:
        return None
    sides: dict[tuple[bool, bool], int] = {}
    for row in rows:
        side = row.flag("in_a"), row.flag("in_b")
        if side in sides:
            row.refuse("has the same `in_a` and `in_b` as a row before it")
        sides[side] = row.count("count")
    # No totals: the macro counts rows that are equal in all columns once (it uses `except`).
    return RowCounts(
        added=sides.get((False, True), 0),
        removed=sides.get((True, False), 0),
        unchanged=sides.get((True, True), 0),
    )


def _column_changes(rows: list[ResultRow]) -> ColumnChanges:
    return column_changes(_columns(rows, "a"), _columns(rows, "b"))


def _columns(rows: list[ResultRow], side: str) -> dict[str, str | None]:
    """A side's types by column, in the table's order."""
    position, type_ = f"{side}_ordinal_position", f"{side}_data_type"
    there = sorted((row for row in rows if row.has(position)), key=lambda row: row.count(position))
    return {row.text("column_name"): row.text(type_) or None for row in there}
