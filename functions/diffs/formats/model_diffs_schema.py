"""The format `model-diffs`, version 1: diffs of models as any tool can write them.

These models are the published JSON Schema, too: what they say is what its readers read.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, FailFast, Field, WithJsonSchema

VERSION = 1

_MOST_ROWS_IN_A_TABLE = 2**63 - 1
_MOST_ITEMS = 10_000
"""No warehouse has tables of more columns."""


def _is_scalar(value: object) -> object:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise ValueError("must be text, a number, true, false or null")


Name = Annotated[str, Field(min_length=1, max_length=1_000, pattern=r"\S")]
Type = Annotated[
    str | None, Field(max_length=1_000, description="As the database writes it, if you know it.")
]
Count = Annotated[int, Field(ge=0, le=_MOST_ROWS_IN_A_TABLE)]
Value = Annotated[
    Any,
    AfterValidator(_is_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean", "null"]}),
]
Values = dict[str, Value]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Rows(_Part):
    """Rows by what happened to them. Leave out, or set to null, what you did not count."""

    base: Annotated[Count | None, Field(description="Rows in base.")] = None
    head: Annotated[Count | None, Field(description="Rows in head.")] = None
    added: Annotated[Count | None, Field(description="Rows whose key only head has.")] = None
    removed: Annotated[Count | None, Field(description="Rows whose key only base has.")] = None
    changed: Annotated[
        Count | None, Field(description="Rows whose key both have, with a value that differs.")
    ] = None
    unchanged: Annotated[
        Count | None, Field(description="Rows whose key both have, with all values equal.")
    ] = None


class KeyProblemsOfSide(_Part):
    """Rows whose primary key is wrong, on one side."""

    nulls: Annotated[Count | None, Field(description="Rows with a null in their key.")] = None
    duplicates: Annotated[
        Count | None,
        Field(
            description="Rows beyond the first of their key: two with one key are one duplicate."
        ),
    ] = None


class KeyProblems(_Part):
    """Rows whose primary key is wrong. Zeros say that you looked and found none."""

    base: KeyProblemsOfSide | None = None
    head: KeyProblemsOfSide | None = None


class Column(_Part):
    """A column that only one side has."""

    name: Name
    type: Type = None


class TypeChange(_Part):
    """A column whose type is not the same on both sides."""

    name: Name
    base: Type = None
    head: Type = None


class Columns(_Part):
    """How the columns differ."""

    added: Annotated[
        list[Column],
        Field(max_length=_MOST_ITEMS, description="Columns that only head has."),
    ] = []
    removed: Annotated[
        list[Column],
        Field(max_length=_MOST_ITEMS, description="Columns that only base has."),
    ] = []
    retyped: Annotated[
        list[TypeChange],
        Field(max_length=_MOST_ITEMS, description="Columns of another type in head."),
    ] = []
    reordered: Annotated[
        Count, Field(description="How many columns are at another position in head.")
    ] = 0


class ColumnValues(_Part):
    """How the values of a column compare, over the rows whose key both sides have."""

    column: Name
    compared: Annotated[Count | None, Field(description="Values that were compared.")] = None
    different: Annotated[Count | None, Field(description="Values that differ.")] = None
    match_percent: Annotated[
        float | None,
        Field(
            ge=0,
            le=100,
            allow_inf_nan=False,
            description="The share of equal values, for tools that count none: 0 to 100.",
        ),
    ] = None


class Dependent(_Part):
    """What is built on the model, such as a dashboard."""

    name: Name
    kind: Annotated[
        str | None,
        Field(max_length=1_000, description="Your word for what it is.", examples=["dashboard"]),
    ] = None


class ChangedRow(_Part):
    """A row that both sides have, with values that differ. Equal values can be left out."""

    key: Annotated[Values, Field(min_length=1, description="The primary key: column to value.")]
    base: Annotated[Values, Field(description="Its values in base, column to value.")]
    head: Annotated[Values, Field(description="Its values in head, column to value.")]


class Samples(_Part):
    """Some rows that differ, each an object from column to value.

    They are dropped unless the integration's settings allow sample rows. At most 20 of a model are
    kept, with values cut to 200 characters.
    """

    # There may be as many rows as in a table, of which the first wrong one says enough.
    added: Annotated[list[Values], FailFast(), Field(description="Rows that only head has.")] = []
    removed: Annotated[list[Values], FailFast(), Field(description="Rows that only base has.")] = []
    changed: Annotated[list[ChangedRow], FailFast()] = []


class Model(_Part):
    """The diff of one model. It has to report something beyond names, or an error."""

    model: Annotated[
        Name,
        Field(
            description="What it is called in reports. Diffs of one commit are put together by it.",
            examples=["orders"],
        ),
    ]
    path: Annotated[
        Name | None,
        Field(
            description="The model's file, from the top of the repository.",
            examples=["models/marts/orders.sql"],
        ),
    ] = None
    base: Annotated[
        Name | None, Field(description="Production's table.", examples=["analytics.prod.orders"])
    ] = None
    head: Annotated[
        Name | None,
        Field(description="The pull request's table.", examples=["analytics.pr_42.orders"]),
    ] = None
    primary_key: Annotated[
        list[Name],
        Field(max_length=_MOST_ITEMS, description="The columns by which rows were matched."),
    ] = []
    rows: Rows | None = None
    key_problems: KeyProblems | None = None
    columns: Columns | None = None
    values: Annotated[
        list[ColumnValues] | None,
        Field(
            max_length=_MOST_ITEMS,
            description="One entry for each column whose values were compared.",
        ),
    ] = None
    downstream: Annotated[
        list[Dependent],
        Field(max_length=_MOST_ITEMS, description="What is built on the model."),
    ] = []
    samples: Samples | None = None
    error: Annotated[
        Name | None,
        Field(
            max_length=100_000, description="Why the model could not be diffed, if it could not."
        ),
    ] = None


class Envelope(_Part):
    """A document whose models are yet to be read, one by one."""

    schema_: Annotated[
        str | None,
        Field(alias="$schema", description="For editors: where this schema is. It is not read."),
    ] = None
    version: Literal[1]
    models: Annotated[list[Any], Field(min_length=1)]


class ModelDiffs(Envelope):
    """The differences between the tables of a pull request (head) and production's (base).

    Added is always what only head has, removed what only base has. What was not counted is left
    out or null, and never 0. Members that are not listed here are refused.
    """

    models: Annotated[list[Model], Field(min_length=1)]


def json_schema() -> str:
    """The format as a JSON Schema."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"model-diffs, version {VERSION}",
    }
    return json.dumps(head | _plain(ModelDiffs.model_json_schema()), indent=2) + "\n"


def _plain(value: Any) -> Any:
    """Without titles that repeat names, and without defaults that say what leaving out says."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _plain(member)
        for name, member in value.items()
        if not (name == "title" and isinstance(member, str))
        and not (name == "default" and member in (None, []))
    }
