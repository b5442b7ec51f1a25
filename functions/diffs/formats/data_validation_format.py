"""Reads the JSON of Google's data-validation-tool: `data-validation validate … --format json`.

The source is production, our base, and the target the pull request, our head. Results of several
validations may follow one another; they are put together by their pair of tables. The rows of its
results table in BigQuery are read, too, as an array or a row on each line.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.model_diff import ModelDiff, Outcome, RowCounts
from formats.data_validation_results import Aggregates, RowResults, SchemaResults, failed
from formats.error_text import presentable
from formats.hints import Hints
from formats.json_documents import documents
from formats.json_object import JsonObject, kind
from formats.json_text import beginning
from formats.outcomes import settled
from formats.submission_problems import (
    MAX_PROBLEMS,
    LineProblem,
    PathProblem,
    SubmissionInvalid,
)

type _Tables = tuple[str, str]

_CURE = "send what data-validation printed with `--format json`"
_NOTHING = (
    "there is no validation in it; with `--filter-status fail` nothing is printed for tables that"
    " are alike, so leave that option out"
)


def recognises(text: bytes) -> bool:
    """Whether the text begins with the result of a validation."""
    start = beginning(text)
    return b'"validation_name"' in start and b'"source_table_name"' in start


def parse(text: bytes, hints: Hints) -> list[ModelDiff]:
    """Read the diffs in the order of their tables. Raises SubmissionInvalid with all problems.

    Raises InvalidRequestError when the query names one model for several pairs of tables, or none
    for results that name no tables.
    """
    problems: list[PathProblem] = []
    found: dict[_Tables, list[JsonObject]] = {}
    for result in _results(text, problems):
        tables = _table(result, "source_table_name"), _table(result, "target_table_name")
        found.setdefault(tables, []).append(result)
    if not problems and not found:
        raise SubmissionInvalid([LineProblem(1, _NOTHING)])
    models = _models(found, hints)
    if len(found) > 1:
        hints = Hints()  # which are about one model
    diffs = [_diff(models[tables], tables, results, hints) for tables, results in found.items()]
    if problems:
        # A value that is read twice is wrong once.
        raise SubmissionInvalid(list(dict.fromkeys(problems)))
    return diffs


def _results(text: bytes, problems: list[PathProblem]) -> Iterator[JsonObject]:
    values = documents(text)
    for number, value in enumerate(values):
        place = f"[{number}]" if len(values) > 1 else ""
        results: Iterable[tuple[str, Any]]
        if isinstance(value, list):
            results = ((f"[{position}]", one) for position, one in enumerate(value))
        elif isinstance(value, dict) and "validation_name" not in value:
            # pandas writes an object from the rows' numbers to the rows.
            dot = "." if place else ""
            results = ((f"{dot}{index}", one) for index, one in value.items())
        elif place or isinstance(value, dict):
            results = [("", value)]
        else:
            message = f"expected results of validations, found {kind(value)}; {_CURE}"
            raise SubmissionInvalid([LineProblem(1, message)])
        for below, result in results:
            if isinstance(result, dict):
                yield JsonObject(result, f"{place}{below}", problems, _CURE)
            else:
                holder = JsonObject({}, "", problems, _CURE)
                holder.note(f"{place}{below}", f"must be a result, not {kind(result)}")
                if len(problems) > MAX_PROBLEMS:
                    return


def _table(result: JsonObject, member: str) -> str:
    return result.name(member) if result.has(member) else ""


def _models(found: dict[_Tables, list[JsonObject]], hints: Hints) -> dict[_Tables, str]:
    """What the tables of the pull request are called, with as little of it as tells them apart."""
    if hints.model is not None and len(found) > 1:
        message = f"names one model, but there are results of {len(found)} pairs of tables"
        raise InvalidRequestError("model", message)
    if hints.model is not None or ("", "") in found:
        model = hints.required_model()
        return dict.fromkeys(found, model)
    names = {tables: (tables[1] or tables[0]).rpartition(".")[2] for tables in found}
    times = Counter(names.values())
    return {
        tables: name if times[name] == 1 else " = ".join(filter(None, tables))
        for tables, name in names.items()
    }


def _diff(model: str, tables: _Tables, results: list[JsonObject], hints: Hints) -> ModelDiff:
    schema, aggregates, rows = SchemaResults(), Aggregates(), RowResults()
    errors: list[str] = []
    for result in results:
        if result.has("error_result"):
            errors.append(_error(result))
        elif result.has("validation_type") and result.text("validation_type") == "Schema":
            schema.add(result)
        elif result.has("aggregation_type"):
            aggregates.add(result)
        else:
            rows.add(result)
    return settled(
        ModelDiff(
            model=model,
            outcome=Outcome.IDENTICAL,
            base_table=tables[0] or hints.base_table,
            head_table=tables[1] or hints.head_table,
            primary_key=rows.primary_key or hints.primary_key,
            rows=_rows(aggregates, rows.rows()),
            column_values=(*rows.values(), *aggregates.values()),
            columns_added=tuple(schema.added),
            columns_removed=tuple(schema.removed),
            types_changed=tuple(schema.retyped),
            error="\n".join(dict.fromkeys(errors)) if errors else None,
            path=hints.path,
        ),
        said_different=any(map(failed, results)),
    )


def _error(result: JsonObject) -> str:
    error = result.value("error_result")
    if isinstance(error, dict):
        error = error.get("details") or error.get("code")
    return presentable(error if isinstance(error, str) else "", "data-validation")


def _rows(aggregates: Aggregates, rows: RowCounts | None) -> RowCounts | None:
    base, head = aggregates.base, aggregates.head
    if rows is None:
        return None if base is None and head is None else RowCounts(base, head)
    return rows if base is None or head is None else replace(rows, base=base, head=head)
