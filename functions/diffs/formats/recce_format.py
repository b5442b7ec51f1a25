"""Reads recce_state.json, which `recce run` writes (Recce 1.x).

Of each model the newest row_count_diff and the newest value_diff count. In both, base is
production and curr the pull request. Recce compares columns by dbt's catalogs, which the state
carries; it keeps no run of it. Runs of other types compare no tables by their keys and are passed
over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bitbucket_integration.model_diff import ColumnValues, ModelDiff, Outcome, RowCounts
from formats.dbt_artifacts import Artifacts
from formats.error_text import presentable
from formats.hints import Hints
from formats.json_object import JsonObject, kind, storable
from formats.json_text import beginning, document
from formats.loose_numbers import count
from formats.outcomes import settled
from formats.submission_problems import LineProblem, PathProblem, SubmissionInvalid

_CURE = "send recce_state.json as `recce run` wrote it"
_NOTHING = (
    "there is neither a row_count_diff nor a value_diff in it, and no column differs;"
    " add such checks to recce.yml, so that `recce run` runs them"
)
_NO_ROWS_TO_COUNT = {"unsupported_materialization", "unsupported_resource_type"}
"""An ephemeral model, or a seed, which Recce counts on neither side."""

_UNREADABLE = {"permission_denied", "table_not_found"}


def recognises(text: bytes) -> bool:
    """Whether the text begins with the metadata of a Recce state."""
    start = beginning(text)
    return start.startswith(b"{") and b'"recce_version"' in start


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the newest row_count_diff says about one model."""

    base: int | None = None
    head: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Values:
    """What the newest value_diff says about one model; `matched` counts by column."""

    primary_key: tuple[str, ...] = ()
    in_both: int = 0
    added: int = 0
    removed: int = 0
    matched: Mapping[str, int] = field(default_factory=dict)
    all_columns: bool = False
    error: str | None = None


type _Found = tuple[_Counts | None, _Values | None]


def parse(text: bytes, _: Hints) -> list[ModelDiff]:
    """Read the diffs, by model; they say themselves all that hints could.

    Raises SubmissionInvalid with everything that is wrong.
    """
    state = document(text)
    if not isinstance(state, dict):
        message = f"expected the object of a Recce state, found {kind(state)}; {_CURE}"
        raise SubmissionInvalid([LineProblem(1, message)])
    problems: list[PathProblem] = []
    found = _found(JsonObject(state, "", problems, _CURE))
    if problems:
        raise SubmissionInvalid(problems)
    artifacts = _artifacts(state.get("artifacts"))
    for model in artifacts.changed_models():
        found.setdefault(storable(model), (None, None))
    if not found:
        raise SubmissionInvalid([LineProblem(1, _NOTHING)])
    return [_diff(model, found[model], artifacts) for model in sorted(found)]


def _found(root: JsonObject) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    runs = root.objects("runs") if root.has("runs") else ()
    # Oldest first, so that newer runs replace what older ones found.
    for run in sorted(runs, key=_run_at):
        match run.text("type"):
            case "row_count_diff":
                for model, counts in _counts(run):
                    found[model] = (counts, found.get(model, (None, None))[1])
            case "value_diff":
                for model, values in _values(run):
                    found[model] = (found.get(model, (None, None))[0], values)
    return found


def _run_at(run: JsonObject) -> str:
    # All of them are of the form 2026-01-31T12:00:00Z.
    return (run.text("run_at") if run.has("run_at") else None) or ""


def _failure(run: JsonObject) -> str | None:
    """Why a run has no result; None for one that has."""
    # Files of old versions have the status in lower case.
    status = (run.text("status") or "").lower() if run.has("status") else ""
    error = run.text("error") if run.has("error") else None
    if status == "finished" or (not status and error is None and run.has("result")):
        return None
    if error is not None:
        return presentable(error, "Recce")
    how = {"cancelled": "was cancelled", "running": "was still running"}.get(status, "failed")
    return f"the {run.text('type')} {how}, and Recce gave no reason"


def _counts(run: JsonObject) -> Iterator[tuple[str, _Counts]]:
    if error := _failure(run):
        for model in _counted_models(run):
            yield model, _Counts(error=error)
        return
    result = run.object("result")
    for model in result.names():
        if counts := _count(result.object(model)):
            yield storable(model), counts


def _counted_models(run: JsonObject) -> list[str]:
    """The models of a run that failed, or the run's own name when a selector chose them."""
    params = run.object("params") if run.has("params") else None
    if params and params.has("node_names"):
        return params.texts("node_names")
    if params and params.has("node_ids"):
        return [one.rpartition(".")[2] for one in params.texts("node_ids")]
    return [run.text("name") or "" if run.has("name") else "row_count_diff"]


def _count(counted: JsonObject) -> _Counts | None:
    base, head = (counted.count(side) if counted.has(side) else None for side in ("base", "curr"))
    trouble = [
        said
        for rows, member in ((base, "base_meta"), (head, "curr_meta"))
        if rows is None and (said := _trouble(counted, member))
    ]
    statuses = {status for status, _ in trouble}
    if base is None and head is None:
        if statuses and statuses <= _NO_ROWS_TO_COUNT:
            return None
        messages = [message for _, message in trouble]
        error = "; ".join(messages) or "Recce counted the rows of neither side and gave no reason"
        return _Counts(error=presentable(error, "Recce"))
    # A model that only one side's manifest has is new, or was removed.
    errors = [message for status, message in trouble if status in _UNREADABLE]
    return _Counts(base, head, presentable("; ".join(errors), "Recce") if errors else None)


def _trouble(counted: JsonObject, member: str) -> tuple[str, str] | None:
    if not counted.has(member):
        return None
    meta = counted.object(member)
    status = meta.text("status") if meta.has("status") else None
    message = meta.text("message") if meta.has("message") else None
    return (status, message or status) if status else None


def _values(run: JsonObject) -> Iterator[tuple[str, _Values]]:
    params = run.object("params")
    model = params.name("model")
    if error := _failure(run):
        yield model, _Values(error=error)
        return
    result = run.object("result")
    summary = result.object("summary")
    added, removed = summary.count("added"), summary.count("removed")
    in_both = summary.count("total") - added - removed
    if in_both < 0:
        summary.note("total", "is less than `added` and `removed` together")
    yield (
        model,
        _Values(
            primary_key=_primary_key(params),
            in_both=in_both,
            added=added,
            removed=removed,
            matched=_matched(result.object("data"), in_both),
            all_columns=not params.has("columns"),
        ),
    )


def _primary_key(params: JsonObject) -> tuple[str, ...]:
    if isinstance(params.value("primary_key"), str):
        return (params.name("primary_key"),)
    return tuple(params.texts("primary_key"))


def _matched(data: JsonObject, in_both: int) -> dict[str, int]:
    matched: dict[str, int] = {}
    rows_of_columns = data.value("data")
    if not isinstance(rows_of_columns, list):
        data.note("data", f"must be an array, not {kind(rows_of_columns)}")
        return matched
    for position, row in enumerate(rows_of_columns):
        rows = count(row[1]) if isinstance(row, list) and len(row) >= 2 else None
        if rows is None or not isinstance(row[0], str):
            data.note(f"data[{position}]", "must be a column, the rows that match, and their share")
        elif rows > in_both:
            data.note(f"data[{position}][1]", f"is {rows}, more than the {in_both} rows of both")
        else:
            matched[storable(row[0])] = rows
    return matched


def _artifacts(value: Any) -> Artifacts:
    sides = value if isinstance(value, dict) else {}
    return Artifacts(sides.get("base"), sides.get("current"))


def _diff(model: str, found: _Found, artifacts: Artifacts) -> ModelDiff:
    counts, values = found[0] or _Counts(), found[1] or _Values()
    errors = [one for one in (counts.error, values.error) if one is not None]
    base_table, head_table = artifacts.tables(model)
    columns = artifacts.columns(model)
    rows = _rows(counts, found[1])
    return settled(
        ModelDiff(
            model=model,
            outcome=Outcome.IDENTICAL,
            base_table=base_table,
            head_table=head_table,
            primary_key=values.primary_key,
            rows=None if rows == RowCounts() else rows,
            column_values=_column_values(values),
            columns_added=columns.added,
            columns_removed=columns.removed,
            types_changed=columns.retyped,
            error="\n".join(errors) if errors else None,
            path=artifacts.path(model),
            columns_reordered=columns.reordered,
            downstream=artifacts.exposures(model),
        ),
        said_different=not errors and (counts.base is None) != (counts.head is None),
    )


def _rows(counts: _Counts, values: _Values | None) -> RowCounts:
    if values is None or values.error is not None:
        return RowCounts(base=counts.base, head=counts.head)
    base, head = values.in_both + values.removed, values.in_both + values.added
    if counts.base not in {None, base} or counts.head not in {None, head}:
        # Counted at another time; or value_diff's first column, on which its totals rest, is null
        # in some rows (recce/tasks/valuediff.py: such a row counts as one of both sides).
        return RowCounts(base=counts.base, head=counts.head)
    equal = values.all_columns and all(rows == values.in_both for rows in values.matched.values())
    return RowCounts(
        base,
        head,
        values.added,
        values.removed,
        changed=0 if equal else None,
        unchanged=values.in_both if equal else None,
    )


def _column_values(values: _Values) -> tuple[ColumnValues, ...]:
    return tuple(
        ColumnValues(name, different=values.in_both - rows, compared=values.in_both)
        for name, rows in values.matched.items()
        if name not in values.primary_key
    )
