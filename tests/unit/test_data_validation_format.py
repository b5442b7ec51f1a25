import json
from typing import Any

import pytest

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from formats.data_validation_format import parse, recognises
from formats.hints import Hints
from formats.submission_problems import SubmissionInvalid
from tests.unit.tool_samples import sample

NO_HINTS = Hints()


def result(**members: Any) -> dict[str, Any]:
    """A result of `validate column --count '*'`."""
    return {
        "validation_name": "count",
        "validation_type": "Column",
        "aggregation_type": "count",
        "source_table_name": "prod.orders",
        "source_column_name": None,
        "source_agg_value": "4",
        "target_table_name": "pr.orders",
        "target_column_name": None,
        "target_agg_value": "4",
        "group_by_columns": None,
        "primary_keys": None,
        "num_random_rows": None,
        "validation_status": "success",
    } | members


def aggregate(kind: str, column: str, status: str, **members: Any) -> dict[str, Any]:
    return result(
        validation_name=f"{kind}__{column}",
        aggregation_type=kind,
        validation_status=status,
        **members,
    )


def row(key: int, base: str | None, head: str | None, status: str, **members: Any) -> Any:
    """A result of `validate row` about the column amount of one row."""
    return (
        result(
            validation_name="amount",
            validation_type="Row",
            aggregation_type=None,
            source_column_name=base and "amount",
            target_column_name=head and "amount",
            source_agg_value=base,
            target_agg_value=head,
            group_by_columns=json.dumps({"id": key}),
            primary_keys="{id}" if base and head else None,
            validation_status=status,
        )
        | members
    )


def column(base: str, head: str, base_type: str, head_type: str, status: str = "fail") -> Any:
    return result(
        validation_name="Schema",
        validation_type="Schema",
        aggregation_type="Schema",
        source_column_name=base,
        target_column_name=head,
        source_agg_value=base_type,
        target_agg_value=head_type,
        validation_status=status,
    )


def read(*results: Any, hints: Hints = NO_HINTS) -> ModelDiff:
    [diff] = parse(json.dumps(results).encode(), hints)
    return diff


def problems(text: bytes) -> list[str]:
    with pytest.raises(SubmissionInvalid) as refused:
        parse(text, NO_HINTS)
    return [str(one) for one in refused.value.problems]


def test_validations_of_all_kinds_are_put_together_by_tables() -> None:
    orders, customers = parse(sample("data_validation/orders-and-customers.json"), NO_HINTS)
    assert orders == ModelDiff(
        model="orders",
        outcome=Outcome.DIFFERENT,
        base_table="prod.orders",
        head_table="pr.orders",
        primary_key=("id",),
        rows=RowCounts(base=4, head=5, added=2, removed=1, changed=2, unchanged=1),
        column_values=(
            ColumnValues("amount", different=1, compared=3),
            ColumnValues("note", different=2, compared=3),
            ColumnValues("count(amount)", different=1, compared=1),
            ColumnValues("count(id)", different=1, compared=1),
            ColumnValues("count(note)", different=1, compared=1),
            ColumnValues("count(status)", different=1, compared=1),
            ColumnValues("sum(amount)", different=1, compared=1),
        ),
        columns_added=(Column("region", "string"),),
        columns_removed=(Column("legacy", "string"),),
        types_changed=(TypeChange("status", "int64", "string"),),
    )
    assert customers == ModelDiff(
        model="customers",
        outcome=Outcome.IDENTICAL,
        base_table="prod.customers",
        head_table="pr.customers",
        primary_key=("customer_id",),
        rows=RowCounts(base=2, head=2, added=0, removed=0, changed=0, unchanged=2),
        column_values=(
            ColumnValues("count(customer_id)", different=0, compared=1),
            ColumnValues("count(name)", different=0, compared=1),
        ),
    )


def test_groups_are_values_of_an_aggregate() -> None:
    [diff] = parse(sample("data_validation/grouped.json"), NO_HINTS)
    assert diff.column_values == (
        ColumnValues("count(*)", different=7, compared=8),
        ColumnValues("count(id)", different=7, compared=8),
    )
    assert diff.rows is None


def test_of_failures_alone_no_totals_are_made() -> None:
    [diff] = parse(sample("data_validation/only-failures.json"), NO_HINTS)
    assert diff.rows == RowCounts(added=2, removed=1, changed=2)
    assert diff.column_values == (
        ColumnValues("amount", different=1),
        ColumnValues("note", different=2),
    )


def test_of_random_rows_no_counts_are_made() -> None:
    [diff] = parse(sample("data_validation/random-rows.json"), NO_HINTS)
    assert (diff.outcome, diff.rows) == (Outcome.DIFFERENT, None)
    sampled = read(row(1, "1", "2", "fail", num_random_rows=1))
    assert (sampled.outcome, sampled.rows) == (Outcome.DIFFERENT, None)
    assert sampled.column_values == (ColumnValues("amount", different=1),)


def test_a_query_needs_the_model_in_the_query() -> None:
    text = sample("data_validation/custom-query.json")
    with pytest.raises(InvalidRequestError) as refused:
        parse(text, NO_HINTS)
    assert refused.value.field == "model"
    [diff] = parse(text, Hints("orders", "models/orders.sql", "prod.orders", "pr.orders", ("id",)))
    assert diff == ModelDiff(
        model="orders",
        outcome=Outcome.DIFFERENT,
        base_table="prod.orders",
        head_table="pr.orders",
        primary_key=("id",),
        rows=RowCounts(base=4, head=5),
        column_values=(ColumnValues("count(id)", different=1, compared=1),),
        path="models/orders.sql",
    )


def test_a_row_only_in_production_is_removed() -> None:
    diff = read(row(1, "1", "1", "success"), row(2, "1", None, "fail"))
    assert diff.rows == RowCounts(base=2, head=1, added=0, removed=1, changed=0, unchanged=1)
    assert diff.outcome is Outcome.DIFFERENT


def test_counted_rows_of_both_sides_outrank_those_that_were_compared() -> None:
    compared = row(1, "1", "1", "success")
    both = read(compared, result(source_agg_value="4", target_agg_value="4"))
    assert both.rows == RowCounts(4, 4, added=0, removed=0, changed=0, unchanged=1)
    for one_side in ({"source_agg_value": None}, {"target_agg_value": None}):
        assert read(compared, result(**one_side)).rows == RowCounts(1, 1, 0, 0, 0, 1)


def test_a_null_on_one_side_is_a_change_and_no_missing_row() -> None:
    null = row(1, "x", "1", "fail", source_agg_value=None)
    diff = read(null, row(2, "1", "1", "success"))
    assert diff.rows == RowCounts(2, 2, added=0, removed=0, changed=1, unchanged=1)


def test_a_row_with_several_columns_counts_once() -> None:
    results = [row(1, "1", "2", "fail"), row(1, "1", "1", "success", validation_name="note")]
    for order in (results, results[::-1]):
        diff = read(*order)
        assert diff.rows == RowCounts(1, 1, added=0, removed=0, changed=1, unchanged=0)
        assert set(diff.column_values) == {
            ColumnValues("amount", different=1, compared=1),
            ColumnValues("note", different=0, compared=1),
        }


@pytest.mark.parametrize("name", ["hash__all", "concat__all"])
def test_whole_rows_are_no_column(name: str) -> None:
    whole = {"validation_name": name}
    diff = read(row(1, "1", "2", "fail", **whole), row(2, "1", "1", "success", **whole))
    assert diff.column_values == ()
    assert diff.rows == RowCounts(2, 2, added=0, removed=0, changed=1, unchanged=1)


def test_several_columns_of_a_key_are_told_apart() -> None:
    assert read(row(1, "1", "1", "success", primary_keys="{id, day}")).primary_key == ("id", "day")


def test_counted_rows_that_differ_outrank_a_threshold() -> None:
    diff = read(result(target_agg_value="5"))
    assert (diff.outcome, diff.rows) == (Outcome.DIFFERENT, RowCounts(base=4, head=5))


@pytest.mark.parametrize(
    ("value", "rows"), [("4", 4), ("4.0", 4), (4, 4), (4.0, 4), (None, None)], ids=repr
)
def test_counts_may_be_numbers_or_text(value: object, rows: int | None) -> None:
    assert read(result(source_agg_value=value)).rows == RowCounts(base=rows, head=4)


def test_an_aggregate_that_differs_is_named_as_in_sql() -> None:
    diff = read(aggregate("sum", "amount", "fail"), aggregate("max", "length__note", "success"))
    assert diff.column_values == (
        ColumnValues("sum(amount)", different=1, compared=1),
        ColumnValues("max(length__note)", different=0, compared=1),
    )
    assert (diff.outcome, diff.rows) == (Outcome.DIFFERENT, None)


def test_columns_are_added_removed_and_retyped_from_production_to_the_pull_request() -> None:
    diff = read(
        column("legacy", "N/A", "string", "N/A"),
        column("N/A", "region", "N/A", "!string"),
        column("status", "status", "!int64", "int64"),
        column("id", "id", "int64", "int64", "success"),
    )
    assert diff.columns_removed == (Column("legacy", "string"),)
    assert diff.columns_added == (Column("region", "string not null"),)
    assert diff.types_changed == (TypeChange("status", "int64 not null", "int64"),)
    untyped = read(result(**column("N/A", "region", "N/A", "string") | {"target_agg_value": None}))
    assert untyped.columns_added == (Column("region"),)


def test_the_model_is_the_name_of_the_pull_requests_table() -> None:
    assert read(result(source_table_name="a.old", target_table_name="b.c.new")).model == "new"
    assert read(result(), hints=Hints(model="fct_orders")).model == "fct_orders"


def test_tables_of_the_same_name_are_told_apart() -> None:
    both = [result(), result(source_table_name="prod_eu.orders", target_table_name="pr_eu.orders")]
    diffs = parse(json.dumps(both).encode(), NO_HINTS)
    expected = ["prod.orders = pr.orders", "prod_eu.orders = pr_eu.orders"]
    assert [diff.model for diff in diffs] == expected


def test_what_the_query_says_is_about_one_pair_of_tables_or_none() -> None:
    hints = Hints(path="models/orders.sql", primary_key=("id",))
    other = result(target_table_name="pr.customers")
    assert read(result(), hints=hints).path == "models/orders.sql"
    for diff in parse(json.dumps([result(), other]).encode(), hints):
        assert (diff.path, diff.primary_key) == ("", ())


def test_one_model_for_several_tables_is_refused() -> None:
    both = [result(), result(target_table_name="pr.customers")]
    with pytest.raises(InvalidRequestError, match="names one model, but there are results of 2"):
        parse(json.dumps(both).encode(), Hints(model="orders"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("at oracle://u:pw@h", "at oracle://***@h"),
        ({"code": "13", "details": "no such table"}, "no such table"),
        ({}, "data-validation gave no reason"),
    ],
)
def test_a_validation_that_failed_is_a_failed_model(error: object, said: str) -> None:
    diff = read(result(error_result=error, validation_status=None), result())
    assert (diff.outcome, diff.error, diff.rows) == (Outcome.FAILED, said, RowCounts(4, 4))


def test_results_are_read_as_pandas_or_bigquery_write_them() -> None:
    one, two = result(), aggregate("sum", "amount", "success")
    expected = read(one, two)
    by_index = json.dumps({"0": one, "1": two})
    by_line = f"{json.dumps(one)}\n{json.dumps(two)}\n"
    by_file = json.dumps({"0": one}) + json.dumps({"0": two})
    for text in (by_index, by_line, by_file):
        assert parse(text.encode(), NO_HINTS) == [expected]


@pytest.mark.parametrize("text", [b"{}", b"[]"])
def test_results_without_a_validation_are_refused_with_the_cure(text: bytes) -> None:
    [problem] = problems(text)
    assert problem.startswith("line 1: there is no validation in it; with `--filter-status fail`")


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"source_agg_value": "many"}, "`0.source_agg_value` must be a count of rows"),
        ({"target_agg_value": "-1"}, "`0.target_agg_value` must be a count of rows"),
        ({"validation_status": "maybe"}, '`0.validation_status` must be "success" or "fail"'),
        ({"validation_name": ""}, "`0.validation_name` must not be empty"),
        ({"aggregation_type": None}, "`0.group_by_columns` must be text, not null"),
        ({"source_table_name": 3}, "`0.source_table_name` must be text"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(members: dict[str, Any], problem: str) -> None:
    text = json.dumps({"0": result(**members)}).encode()
    assert problems(text)[0].startswith(problem)


def test_a_wrong_value_is_named_once() -> None:
    text = json.dumps([result(validation_status=3)]).encode()
    assert problems(text) == ["`[0].validation_status` must be text, not a number"]


def test_places_are_named_in_all_forms() -> None:
    wrong = result(validation_status=None)
    said = "validation_status` must be text, not null"
    assert problems(json.dumps([result(), wrong]).encode()) == [f"`[1].{said}"]
    assert problems(f"{json.dumps(result())}\n{json.dumps(wrong)}".encode()) == [f"`[1].{said}"]
    by_file = f"{json.dumps({'0': result()})}\n{json.dumps({'7': wrong})}"
    assert problems(by_file.encode()) == [f"`[1].7.{said}"]
    assert problems(b'{"0": 3}') == ["`0` must be a result, not a number"]
    [problem] = problems(b"3")
    assert problem.startswith("line 1: expected results of validations, found a number; send what")


def test_results_are_recognised_by_their_members() -> None:
    for name in ("grouped", "only-failures", "random-rows", "custom-query"):
        assert recognises(sample(f"data_validation/{name}.json"))
    assert not recognises(b'{"validation_name": "count"}')
