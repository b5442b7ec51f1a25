"""Reads the format `model-diffs`, which any tool can write (docs/model-diffs.md)."""

import re
from itertools import islice

from pydantic import ValidationError

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    Dependent,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)
from formats import schema_problems
from formats.error_text import presentable
from formats.hints import Hints
from formats.json_object import storable
from formats.json_text import beginning, document
from formats.model_diffs_checks import UniqueNames, contradictions
from formats.model_diffs_schema import (
    ChangedRow,
    Envelope,
    KeyProblems,
    Model,
    ModelDiffs,
    Samples,
    Values,
)
from formats.outcomes import settled
from formats.submission_problems import MAX_PROBLEMS, Problem, SubmissionInvalid
from sample_rows import few, value_text

_FIRST_MEMBER = re.compile(
    rb'\{\s*("\$schema"\s*:\s*"[^"]*"\s*,\s*)?("version"\s*:\s*\d|"models"\s*:\s*\[)'
)


def recognises(text: bytes) -> bool:
    """Whether the text begins as this format does."""
    return _FIRST_MEMBER.match(beginning(text)) is not None


def parse(text: bytes, _: Hints) -> list[ModelDiff]:
    """Read the diffs in their order; they say themselves all that hints could.

    Raises SubmissionInvalid, also for what cannot be true.
    """
    try:
        envelope = Envelope.model_validate(document(text))
    except ValidationError as error:
        raise SubmissionInvalid(schema_problems.problems(error, ModelDiffs)) from None
    problems: list[Problem] = []
    diffs: list[ModelDiff] = []
    names = UniqueNames("models", "model")
    for position, submitted in enumerate(envelope.models):
        path = f"models[{position}]"
        try:
            model = Model.model_validate(submitted)
        except ValidationError as error:
            problems += schema_problems.problems(error, Model, path)
        else:
            problems += names.add(position, model.model)
            problems += islice(contradictions(model, path), MAX_PROBLEMS + 1)
            diffs.append(_diff(model))
        if len(problems) > MAX_PROBLEMS:
            break
    if problems:
        raise SubmissionInvalid(problems)
    return diffs


def _diff(model: Model) -> ModelDiff:
    columns = model.columns
    diff = ModelDiff(
        model=model.model,
        outcome=Outcome.IDENTICAL,
        base_table=model.base or "",
        head_table=model.head or "",
        primary_key=tuple(model.primary_key),
        rows=RowCounts(**model.rows.model_dump()) if model.rows else None,
        column_values=tuple(
            ColumnValues(one.column, one.different, one.compared, one.match_percent)
            for one in model.values or ()
        ),
        columns_added=tuple(Column(c.name, c.type) for c in columns.added) if columns else (),
        columns_removed=tuple(Column(c.name, c.type) for c in columns.removed) if columns else (),
        types_changed=(
            tuple(TypeChange(c.name, c.base, c.head) for c in columns.retyped) if columns else ()
        ),
        error=presentable(model.error, "the tool") if model.error is not None else None,
        path=model.path or "",
        keys=_keys(model.key_problems) if model.key_problems else None,
        columns_reordered=columns.reordered if columns else 0,
        downstream=tuple(Dependent(one.name, one.kind or "") for one in model.downstream),
        samples=_samples(model.samples) if model.samples else (),
    )
    return settled(diff)


def _keys(problems: KeyProblems) -> KeyCounts:
    base, head = problems.base, problems.head
    return KeyCounts(
        base_nulls=base.nulls if base else None,
        head_nulls=head.nulls if head else None,
        base_duplicates=base.duplicates if base else None,
        head_duplicates=head.duplicates if head else None,
    )


def _samples(samples: Samples) -> tuple[SampleRow, ...]:
    return few(
        (SampleRow(RowChange.ADDED, _cells({}, row)) for row in samples.added),
        (SampleRow(RowChange.REMOVED, _cells(row, {})) for row in samples.removed),
        (_changed(row) for row in samples.changed),
    )


def _changed(row: ChangedRow) -> SampleRow:
    return SampleRow(RowChange.CHANGED, _cells(row.key | row.base, row.key | row.head))


def _cells(base: Values, head: Values) -> tuple[SampleCell, ...]:
    return tuple(
        SampleCell(storable(name), value_text(base.get(name)), value_text(head.get(name)))
        for name in dict.fromkeys([*base, *head])
    )
