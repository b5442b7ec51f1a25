import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

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
from formats.hints import Hints
from formats.model_diffs_format import parse, recognises
from formats.model_diffs_schema import json_schema
from formats.submission_problems import MAX_PROBLEMS, LineProblem, PathProblem, SubmissionInvalid
from tests.deployed_template import ROOT
from tests.unit.tool_samples import sample

DOCUMENT = (ROOT / "docs" / "model-diffs.md").read_text()
BLOCK = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEAST, FULL = (json.loads(text) for text in BLOCK.findall(DOCUMENT))
SCHEMA = json.loads(json_schema())
FULL_DIFF = ModelDiff(
    model="orders",
    outcome=Outcome.DIFFERENT,
    base_table="analytics.prod.orders",
    head_table="analytics.pr_42.orders",
    primary_key=("id",),
    rows=RowCounts(base=100, head=99, added=2, removed=3, changed=5, unchanged=92),
    column_values=(
        ColumnValues("amount", different=4, compared=97),
        ColumnValues("note", different=2, compared=97, match_percent=97.9),
        ColumnValues("day", match_percent=100),
    ),
    columns_added=(Column("region", "VARCHAR"),),
    columns_removed=(Column("legacy", "BOOLEAN"),),
    types_changed=(TypeChange("status", "INTEGER", "VARCHAR"),),
    path="models/marts/orders.sql",
    keys=KeyCounts(base_nulls=0, head_nulls=0, base_duplicates=0, head_duplicates=0),
    columns_reordered=1,
    downstream=(Dependent("Revenue", "dashboard"),),
    samples=(
        SampleRow(
            RowChange.ADDED,
            (
                SampleCell("id", None, "101"),
                SampleCell("amount", None, "12.5"),
                SampleCell("note", None, None),
            ),
        ),
        SampleRow(
            RowChange.REMOVED,
            (
                SampleCell("id", "3", None),
                SampleCell("amount", "30", None),
                SampleCell("note", "c", None),
            ),
        ),
        SampleRow(
            RowChange.CHANGED, (SampleCell("id", "2", "2"), SampleCell("amount", "20", "25"))
        ),
    ),
)


def body(*models: dict[str, Any], **members: Any) -> bytes:
    return json.dumps({"version": 1, "models": list(models)} | members).encode()


def read(**members: Any) -> ModelDiff:
    [diff] = parse(body({"model": "orders"} | members), Hints())
    return diff


def problems(text: bytes) -> list[str]:
    with pytest.raises(SubmissionInvalid) as refused:
        parse(text, Hints())
    return [str(one) for one in refused.value.problems]


def refusals(**members: Any) -> list[str]:
    """What is said about one model, without the way to it."""
    found = problems(body({"model": "orders"} | members))
    return [one.replace("models[0].", "", 1) for one in found]


def test_the_sample_is_the_documents_example() -> None:
    assert json.loads(sample("model_diffs/full.json")) == FULL


def test_the_least_example_is_read() -> None:
    [diff] = parse(json.dumps(LEAST).encode(), Hints())
    assert diff == ModelDiff("orders", Outcome.DIFFERENT, rows=RowCounts(base=100, head=97))


def test_the_full_example_is_read_to_the_last_member() -> None:
    diffs = parse(json.dumps(FULL).encode(), Hints())
    error = "permission denied for table customers"
    assert diffs == [FULL_DIFF, ModelDiff("customers", Outcome.FAILED, error=error)]


@pytest.mark.parametrize("example", [LEAST, FULL], ids=["least", "full"])
def test_the_examples_fit_the_published_schema(example: object) -> None:
    Draft202012Validator(SCHEMA).validate(example)


def test_the_full_example_shows_every_member_of_the_schema() -> None:
    def members(value: object) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(members, value))
        if isinstance(value, dict):
            return value.keys() | members(list(value.values()))
        return set()

    parts = [SCHEMA, *SCHEMA["$defs"].values()]
    assert {name for part in parts for name in part["properties"]} - members(FULL) == {"$schema"}


def test_every_member_of_the_schema_is_described_in_it() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for part in (SCHEMA, *SCHEMA["$defs"].values()):
        assert part["description"]
        assert part["additionalProperties"] is False


def test_the_schema_file_is_what_the_code_reads() -> None:
    published = ROOT / "docs" / "model-diffs.schema.json"
    assert published.read_text() == json_schema(), "run `make schema`"


def test_a_row_only_in_production_is_removed() -> None:
    diff = read(rows={"base": 1, "head": 0, "removed": 1, "added": 0})
    assert diff.rows == RowCounts(base=1, head=0, added=0, removed=1)
    assert diff.outcome is Outcome.DIFFERENT


def test_a_column_only_in_production_is_removed() -> None:
    diff = read(columns={"removed": [{"name": "legacy"}]})
    assert (diff.columns_added, diff.columns_removed) == ((), (Column("legacy"),))


def test_what_is_left_out_or_null_is_not_reported() -> None:
    diff = read(
        rows={"base": 3, "added": None},
        key_problems={"head": {"nulls": 0}},
        values=[{"column": "a"}],
        path=None,
    )
    assert diff.rows == RowCounts(base=3)
    assert diff.keys == KeyCounts(head_nulls=0)
    assert diff.column_values == (ColumnValues("a"),)
    assert diff.path == ""


@pytest.mark.parametrize(
    "members",
    [
        {"rows": {"base": 3, "head": 3}},
        {"rows": {"added": 0, "removed": 0, "changed": 0}},
        {"columns": {}},
        {"values": [{"column": "a", "different": 0}]},
        {"values": [{"column": "a", "match_percent": 100}]},
        {"rows": {"base": 3}},
        {"key_problems": {"base": {"duplicates": 2}, "head": {"duplicates": 2}}},
    ],
)
def test_a_model_without_a_difference_is_identical(members: dict[str, Any]) -> None:
    assert read(**members).outcome is Outcome.IDENTICAL


@pytest.mark.parametrize(
    "members",
    [
        {"rows": {"base": 3, "head": 4}},
        {"rows": {"added": 1}},
        {"rows": {"removed": 1}},
        {"rows": {"changed": 1}},
        {"columns": {"added": [{"name": "a"}]}},
        {"columns": {"removed": [{"name": "a"}]}},
        {"columns": {"retyped": [{"name": "a"}]}},
        {"columns": {"reordered": 2}},
        {"values": [{"column": "a", "different": 1}]},
        {"values": [{"column": "a", "match_percent": 99.9}]},
        {"key_problems": {"base": {"duplicates": 0}, "head": {"duplicates": 2}}},
        {"key_problems": {"base": {"nulls": 3}, "head": {"nulls": 2}}},
        {"samples": {"added": [{"id": 1}]}},
    ],
)
def test_a_model_with_any_difference_is_different(members: dict[str, Any]) -> None:
    assert read(**members).outcome is Outcome.DIFFERENT


def test_an_error_outranks_what_else_is_known() -> None:
    diff = read(error="timeout at postgres://ann:secret@db/x", rows={"base": 3, "head": 3})
    assert diff.outcome is Outcome.FAILED
    assert diff.error == "timeout at postgres://***@db/x"
    assert diff.rows == RowCounts(base=3, head=3)


def test_of_many_sample_rows_some_of_each_kind_are_read() -> None:
    rows = [{"id": one} for one in range(100)]
    changed = [{"key": row, "base": {"a": 1}, "head": {"a": 2}} for row in rows]
    diff = read(samples={"added": rows, "removed": rows, "changed": changed})
    assert len(diff.samples) == 20
    assert {row.change for row in diff.samples} == set(RowChange)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"rwos": {}}, "`rwos` is unknown here; did you mean `rows`?"),
        ({"rows": {"Added": 1}}, "`rows.Added` is unknown here; did you mean `added`?"),
        ({"values": [{"column": "a", "matched": 1}]}, "`values[0].matched` is unknown here; did"),
        (
            {"samples": {"xyz": []}},
            "`samples.xyz` is unknown here; there can be `added`, `removed`, ",
        ),
        ({"samples": {"deleted": []}}, "`samples.deleted` is unknown here; did you mean `added`?"),
        ({"rows": {"base": "3"}}, "`rows.base` must be a whole number, not text"),
        ({"rows": {"base": 3.5}}, "`rows.base` must be a whole number, not a fraction"),
        ({"rows": {"base": True}}, "`rows.base` must be a whole number, not true or false"),
        ({"rows": {"base": -1}}, "`rows.base` must be at least 0"),
        ({"rows": {"base": 2**63}}, "`rows.base` must be at most 9223372036854775807"),
        ({"rows": [1]}, "`rows` must be an object, not an array"),
        ({"values": {}}, "`values` must be an array, not an object"),
        ({"values": [{}]}, "`values[0].column` is missing"),
        ({"primary_key": [""]}, "`primary_key[0]` must not be empty"),
        ({"path": " "}, "`path` must not be blank"),
        ({"path": "x" * 1001}, "`path` is longer than 1,000 characters"),
        ({"values": [{"column": "a", "match_percent": 101}]}, "`values[0].match_percent` must be "),
        ({"values": [{"column": "a", "match_percent": "1"}]}, "`values[0].match_percent` must be "),
        ({"samples": {"added": [{"a": [1]}]}}, "`samples.added[0].a` must be text, a number, true"),
        (
            {"samples": {"changed": [{"key": {}, "base": {}, "head": {}}]}},
            "`samples.changed[0].key` must not be empty",
        ),
        ({"error": "\ud800"}, "`error` has half of a surrogate pair, which is no character"),
        ({"error": " "}, "`error` must not be blank"),
        ({"x\x1b" + "y" * 99: 1}, f"`x\ufffd{'y' * 77}…` is unknown here"),
    ],
)
def test_what_the_format_does_not_have_is_refused(members: dict[str, Any], problem: str) -> None:
    [found] = refusals(**members)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({}, "`models[0]` reports nothing; give `rows`, "),
        ({"rows": {}, "values": [], "samples": {}, "key_problems": {"base": {}}}, "`models[0]` re"),
        ({"rows": {"added": 4, "head": 3}}, "`rows.added` is 4, more than the 3 rows of head"),
        ({"rows": {"removed": 4, "base": 3}}, "`rows.removed` is 4, more than the 3 rows of base"),
        ({"rows": {"changed": 4, "base": 3}}, "`rows.changed` is 4, more than the 3 rows of base"),
        ({"rows": {"changed": 4, "head": 3}}, "`rows.changed` is 4, more than the 3 rows of head"),
        ({"rows": {"unchanged": 4, "base": 3}}, "`rows.unchanged` is 4, more than the 3 rows of b"),
        ({"rows": {"unchanged": 4, "head": 3}}, "`rows.unchanged` is 4, more than the 3 rows of h"),
        (
            {"rows": {"base": 10, "removed": 1, "added": 2, "head": 10}},
            "`rows` contradict each other: base - removed (10 - 1) is 9, but head - added (10 - ",
        ),
        (
            {"rows": {"base": 10, "removed": 1, "changed": 2, "unchanged": 8}},
            "`rows` contradict each other: base - removed (10 - 1) is 9, but changed + unchanged ",
        ),
        (
            {"rows": {"head": 10, "added": 1, "changed": 2, "unchanged": 8}},
            "`rows` contradict each other: head - added (10 - 1) is 9, but changed + unchanged (2",
        ),
        (
            {"rows": {"base": 2, "head": 3, "added": 0}},
            "`rows` contradict each other: head - added (3 - 0) is 3, more than the 2 rows of base",
        ),
        (
            {"rows": {"base": 4, "removed": 1, "changed": 4}},
            "`rows` contradict each other: base - removed (4 - 1) is 3, less than the 4 changed",
        ),
        (
            {"rows": {"base": 4, "removed": 1, "unchanged": 4}},
            "`rows` contradict each other: base - removed (4 - 1) is 3, less than the 4 unchanged",
        ),
        (
            {"values": [{"column": "a", "compared": 3, "different": 4}]},
            "`values[0].different` is 4, more than the 3 that were compared",
        ),
        (
            {"values": [{"column": "a", "compared": 4, "different": 1, "match_percent": 76}]},
            "`values[0].match_percent` is 76, but `compared` and `different` make 75",
        ),
        (
            {"rows": {"head": 3}, "key_problems": {"head": {"nulls": 4}}},
            "`key_problems.head.nulls` is 4, more than the 3 rows of head",
        ),
        (
            {"rows": {"base": 3}, "key_problems": {"base": {"duplicates": 4}}},
            "`key_problems.base.duplicates` is 4, more than the 3 rows of base",
        ),
        (
            {"values": [{"column": "a"}, {"column": "b"}, {"column": "a"}]},
            "`values[2].column` is the same as in `models[0].values[0]`; each may be there once",
        ),
        (
            {"columns": {"added": [{"name": "a"}], "removed": [{"name": "a"}]}},
            "`columns.removed[0].name` is in `columns.added`, too, which only one side has",
        ),
        (
            {"columns": {"added": [{"name": "a"}, {"name": "a"}]}},
            "`columns.added[1].name` is the same as in `models[0].columns.added[0]`; each may be",
        ),
        (
            {"columns": {"removed": [{"name": "a"}], "retyped": [{"name": "a"}]}},
            "`columns.retyped[0].name` is in `columns.removed`, too, which only one side has",
        ),
        (
            {"columns": {"added": [{"name": "a"}]}, "values": [{"column": "a"}]},
            "`values[0].column` is in `columns.added`, too, which only one side has",
        ),
    ],
)
def test_what_cannot_be_true_is_refused_with_the_numbers(
    members: dict[str, Any], problem: str
) -> None:
    [found] = refusals(**members)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    "members",
    [
        {"rows": {"base": 10, "head": 9, "added": 2, "removed": 3, "changed": 6, "unchanged": 1}},
        {"rows": {"base": 3, "head": 3, "added": 3, "removed": 3, "changed": 0, "unchanged": 0}},
        {"rows": {"added": 3, "removed": 4, "changed": 5}},
        {"values": [{"column": "a", "compared": 3, "different": 3, "match_percent": 0}]},
        {"values": [{"column": "a", "compared": 3, "different": 1, "match_percent": 66}]},
        {"values": [{"column": "a", "compared": 0, "different": 0, "match_percent": 100}]},
        {"rows": {"base": 3, "head": 2}, "key_problems": {"base": {"nulls": 3, "duplicates": 2}}},
    ],
)
def test_what_can_be_true_is_taken(members: dict[str, Any]) -> None:
    assert read(**members).model == "orders"


def test_rows_with_key_problems_need_not_add_up() -> None:
    rows = {"base": 10, "removed": 1, "added": 2, "head": 10}
    assert read(rows=rows, key_problems={"head": {"nulls": 1}}).rows == RowCounts(**rows)
    [found] = refusals(rows=rows, key_problems={"head": {"nulls": 0, "duplicates": 0}})
    assert found.startswith("`rows` contradict each other")


def test_a_model_may_be_there_once() -> None:
    orders = {"model": "orders", "rows": {"base": 1}}
    expected = "`models[2].model` is the same as in `models[0]`; each may be there once"
    assert problems(body(orders, orders | {"model": "b"}, orders)) == [expected]


def test_all_problems_are_named_in_one_answer() -> None:
    text = body({"model": "", "rows": {"base": -1}}, {"modle": "b"})
    assert problems(text) == [
        "`models[0].model` must not be empty",
        "`models[0].rows.base` must be at least 0",
        "`models[1].model` is missing",
        "`models[1].modle` is unknown here; did you mean `model`?",
    ]


def test_of_many_problems_the_first_are_named() -> None:
    with pytest.raises(SubmissionInvalid) as refused:
        parse(body(*[{"model": "", "x": 1}] * 5_000), Hints())
    assert len(refused.value.problems) == MAX_PROBLEMS
    assert refused.value.more


def test_of_many_wrong_sample_rows_the_first_is_named() -> None:
    wrong = [{"a": 1}, *[{"a": []}] * 5_000]
    rows = {"added": wrong, "removed": wrong, "changed": [{}, {}]}
    assert [one.partition(" ")[0] for one in refusals(samples=rows)] == [
        "`samples.added[1].a`",
        "`samples.removed[1].a`",
        *(f"`samples.changed[0].{name}`" for name in ("key", "base", "head")),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (body(version=2), "`version` must be 1"),
        (body(), "`models` must not be empty"),
        (b"[]", "line 1: the document must be an object, not an array"),
        (b'{"version": 1,\n"models": [', "line 2: is not JSON"),
        (b"", "line 1: is not JSON"),
        (b"[" * 100_000, "line 1: is not JSON (it is nested too deeply"),
    ],
)
def test_another_document_is_refused(text: bytes, problem: str) -> None:
    assert problems(text)[0].startswith(problem)


def test_problems_are_at_paths_or_lines() -> None:
    with pytest.raises(SubmissionInvalid) as refused:
        parse(body({"model": "a"}), Hints())
    assert isinstance(refused.value.problems[0], PathProblem)
    with pytest.raises(SubmissionInvalid) as refused:
        parse(b"", Hints())
    assert isinstance(refused.value.problems[0], LineProblem)


def test_no_message_repeats_a_value() -> None:
    secret = "s3cr3t"
    for wrong in ([secret], {"a": secret}):
        found = refusals(samples={"added": [{"a": wrong}], "removed": secret}, rows=secret)
        assert found
        assert secret not in "".join(found)


@pytest.mark.parametrize(
    "text",
    [
        b'{"version": 1, "models": []}',
        b'\xef\xbb\xbf \r\n{\n  "models" : [',
        b'{"$schema": "https://example.com/schemas/model-diffs.json", "version":1',
    ],
)
def test_it_is_recognised_by_its_first_member(text: bytes) -> None:
    assert recognises(text)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b'{"version": "1.1.0"}', b'{"models": {}}', b'{"a": 1, "version": 1}']
)
def test_other_documents_are_not_recognised(text: bytes) -> None:
    assert not recognises(text)


counts = st.none() | st.integers(0, 6)


@given(
    st.fixed_dictionaries(
        dict.fromkeys(("base", "head", "added", "removed", "changed", "unchanged"), counts)
    )
)
def test_counts_are_taken_exactly_when_some_tables_have_them(rows: dict[str, int | None]) -> None:
    """Some numbers of rows in both, only in base and only in head lead to them."""

    def fits(name: str, value: int) -> bool:
        return rows[name] in {None, value}

    possible = any(
        fits("base", changed + unchanged + removed)
        and fits("head", changed + unchanged + added)
        and fits("added", added)
        and fits("removed", removed)
        and fits("changed", changed)
        and fits("unchanged", unchanged)
        for added in range(7)
        for removed in range(7)
        for changed in range(7)
        for unchanged in range(7)
    )
    text = body({"model": "orders", "rows": rows, "columns": {}})
    if possible:
        assert parse(text, Hints())
    else:
        assert problems(text)
