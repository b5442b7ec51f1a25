import json
from typing import Any

import pytest

from bitbucket_integration.errors import InvalidRequestError
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
from formats.datafold_format import parse
from formats.hints import Hints
from formats.submission_problems import LineProblem, PathProblem, SubmissionInvalid
from tests.unit.tool_samples import sample

ORDERS = Hints(model="orders")
DIFFERENT: dict[str, Any] = json.loads(sample("datafold/different.json"))
EQUAL: dict[str, Any] = {
    "status": "done",
    "pks": {
        "total_rows": [5, 5],
        "nulls": [0, 0],
        "dupes": [0, 0],
        "exclusives": [0, 0],
        "distincts": [5, 5],
    },
    "values": {"total_rows": 5, "rows_with_differences": 0, "columns_diff_stats": []},
    "schema": None,
    "dependencies": None,
    "materialized_results": None,
}


def read(document: Any, hints: Hints = ORDERS) -> ModelDiff:
    [diff] = parse(json.dumps(document).encode(), hints)
    return diff


def problems(document: Any, hints: Hints = ORDERS) -> list[Any]:
    with pytest.raises(SubmissionInvalid) as caught:
        parse(json.dumps(document).encode(), hints)
    return list(caught.value.problems)


def columns(stats: list[tuple[Any, Any]], total_rows: int | None = None) -> list[ColumnValues]:
    """What is read of columns with these matches and numbers of differing values."""
    listed = [
        {"column_name": str(number), "match": match, "values_different": different}
        for number, (match, different) in enumerate(stats)
    ]
    values = {"total_rows": total_rows, "columns_diff_stats": listed}
    return list(read(EQUAL | {"values": values}).column_values)


class TestReading:
    def test_the_first_of_a_pair_is_production(self) -> None:
        hints = Hints("orders", "models/orders.sql", "prod.orders", "pr.orders", ("id",))
        assert parse(sample("datafold/different.json"), hints) == [
            ModelDiff(
                model="orders",
                outcome=Outcome.DIFFERENT,
                base_table="prod.orders",
                head_table="pr.orders",
                primary_key=("id",),
                rows=RowCounts(base=12, head=13, added=2, removed=1, changed=3),
                column_values=(
                    ColumnValues("customer", different=0, compared=11),
                    ColumnValues("amount", different=2, compared=11),
                    ColumnValues("note", different=1, compared=11),
                ),
                columns_added=(Column("region"),),
                columns_removed=(Column("legacy"),),
                types_changed=(TypeChange("quantity"),),
                path="models/orders.sql",
                keys=KeyCounts(base_nulls=0, head_nulls=1, base_duplicates=0, head_duplicates=2),
                columns_reordered=1,
                downstream=(Dependent("Revenue dashboard", "exposure"),),
            )
        ]

    def test_equal_tables_are_identical(self) -> None:
        diff = read(EQUAL)
        assert diff.outcome is Outcome.IDENTICAL
        assert diff.rows == RowCounts(base=5, head=5, added=0, removed=0, changed=0)

    @pytest.mark.parametrize(
        "change",
        [
            {"pks": {"exclusives": [1, 0]}},
            {"pks": {"exclusives": [0, 1]}},
            {"pks": {"total_rows": [5, 6]}},
            {"values": {"rows_with_differences": 1}},
            {"values": {"columns_diff_stats": [{"column_name": "a", "values_different": 1}]}},
            {"schema": {"exclusive_columns": [["a"], []]}},
            {"schema": {"exclusive_columns": [[], ["a"]]}},
            {"schema": {"column_type_differs": ["a"]}},
            {"schema": {"column_reorders": 1}},
        ],
    )
    def test_anything_that_differs_is_a_difference(self, change: dict[str, Any]) -> None:
        assert read(EQUAL | change).outcome is Outcome.DIFFERENT

    @pytest.mark.parametrize("nothing", [{}, None])
    def test_what_is_not_told_is_not_reported(self, nothing: Any) -> None:
        diff = read({"status": "done", "pks": nothing, "values": {}, "schema": nothing})
        assert diff.rows == RowCounts()
        assert diff.keys == KeyCounts()
        assert not diff.column_values

    def test_half_a_pair_may_be_null(self) -> None:
        diff = read(EQUAL | {"pks": {"total_rows": [None, 3], "exclusives": [2, None]}})
        assert diff.rows == RowCounts(head=3, removed=2, changed=0)

    def test_values_of_rows_are_not_kept(self) -> None:
        kept = repr(parse(sample("datafold/different.json"), ORDERS))
        assert "25" not in kept
        assert "amount_a" not in kept

    @pytest.mark.parametrize("name", [{}, {"name": None}, {"name": ""}])
    def test_a_dependency_without_a_name_goes_by_its_id(self, name: dict[str, Any]) -> None:
        diff = read(EQUAL | {"dependencies": [name | {"uid": "d1"}]})
        assert diff.downstream == (Dependent("d1"),)

    def test_members_that_are_not_known_are_passed_over(self) -> None:
        assert read(DIFFERENT | {"sampling": {"enabled": True}}) == read(DIFFERENT)


class TestModels:
    def test_an_array_says_its_models_itself(self) -> None:
        first, second = DIFFERENT | {"model": "a", "path": "a.sql"}, EQUAL | {"name": "b"}
        diffs = parse(json.dumps([first, second]).encode(), Hints())
        assert [(diff.model, diff.path) for diff in diffs] == [("a", "a.sql"), ("b", "")]

    def test_a_single_diff_may_say_its_model_itself(self) -> None:
        assert read(EQUAL | {"model": "a"}, Hints(path="a.sql")).model == "a"

    def test_a_single_diff_without_a_model_needs_it_in_the_query(self) -> None:
        with pytest.raises(InvalidRequestError, match="&model=orders") as caught:
            parse(json.dumps(EQUAL).encode(), Hints())
        assert caught.value.field == "model"

    def test_a_diff_in_an_array_without_a_model_is_named(self) -> None:
        message = "is missing; add it to every diff of an array: Datafold names none"
        assert problems([EQUAL | {"model": "a"}, EQUAL]) == [PathProblem("[1].model", message)]

    def test_an_empty_model_is_named(self) -> None:
        assert PathProblem("[0].model", "must not be empty") in problems([EQUAL | {"model": " "}])

    def test_an_array_of_nothing_is_refused(self) -> None:
        assert problems([]) == [
            LineProblem(
                1,
                "there is no diff in the array; send the answer of `summary_results` unchanged",
            )
        ]


class TestFailures:
    def test_a_failed_diff_keeps_its_error_without_passwords(self) -> None:
        orders, _ = parse(sample("datafold/several.json"), Hints())
        assert orders.outcome is Outcome.FAILED
        assert orders.error == "DatabaseError: postgresql://***@db.example/prod: timeout"

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (None, "Datafold gave no reason"),
            ({}, "Datafold gave no reason"),
            ({"error_type": None, "error_value": ""}, "Datafold gave no reason"),
            ({"error_value": "timeout"}, "timeout"),
            ({"error_type": "Timeout"}, "Timeout"),
        ],
    )
    def test_a_failed_diff_has_an_error(self, error: Any, told: str) -> None:
        diff = read({"status": "failed", "error": error})
        assert (diff.outcome, diff.error) == (Outcome.FAILED, told)

    def test_an_error_outranks_a_status_that_denies_it(self) -> None:
        assert read(EQUAL | {"error": {"error_type": "x"}}).outcome is Outcome.FAILED

    def test_a_diff_without_compared_values_failed_and_keeps_its_schema(self) -> None:
        _, events = parse(sample("datafold/several.json"), Hints())
        assert events.outcome is Outcome.FAILED
        assert events.error is not None
        assert "no primary key" in events.error
        assert events.columns_added == (Column("source"),)

    @pytest.mark.parametrize("status", ["running", "pending"])
    def test_a_diff_that_is_not_finished_is_refused(self, status: str) -> None:
        message = f"is {status}: the diff is not finished yet; ask for it again later"
        assert problems(EQUAL | {"status": status}) == [PathProblem("status", message)]


class TestMatch:
    @pytest.mark.parametrize("match", [75.0, 75, 0.75, None])
    def test_is_counted_where_there_are_counts(self, match: float | None) -> None:
        [column] = columns([(match, 1)], total_rows=4)
        assert column == ColumnValues("0", different=1, compared=4)

    def test_above_1_is_in_percent_for_all_columns(self) -> None:
        assert columns([(1.5, None), (0.5, None)]) == [
            ColumnValues("0", match_percent=1.5),
            ColumnValues("1", match_percent=0.5),
        ]

    def test_of_1_without_differences_is_a_share(self) -> None:
        assert columns([(1, 0), (0.5, 3)]) == [
            ColumnValues("0", different=0, match_percent=100.0),
            ColumnValues("1", different=3, match_percent=50.0),
        ]

    @pytest.mark.parametrize("stats", [(0.5, 3), (1, 3), (1, None), (0, 5)])
    def test_that_could_be_either_is_not_reported(self, stats: tuple[float, int | None]) -> None:
        [column] = columns([stats])
        assert column == ColumnValues("0", different=stats[1])

    @pytest.mark.parametrize("match", [50.0, 73.99, 76.01])
    def test_that_contradicts_the_number_of_rows_outranks_it(self, match: float) -> None:
        assert columns([(match, 1)], total_rows=4) == [
            ColumnValues("0", different=1, match_percent=match)
        ]

    @pytest.mark.parametrize("match", [74.0, 74.01, 75.99, 76.0])
    def test_may_be_rounded(self, match: float) -> None:
        assert columns([(match, 1)], total_rows=4) == [ColumnValues("0", different=1, compared=4)]

    def test_is_none_where_all_rows_differ(self) -> None:
        [column] = columns([(0, 4)], total_rows=4)
        assert column == ColumnValues("0", different=4, compared=4)
        assert column.match == 0

    def test_is_not_counted_of_more_differences_than_rows(self) -> None:
        assert columns([(None, 5)], total_rows=4) == [ColumnValues("0", different=5)]


class TestProblems:
    @pytest.mark.parametrize(
        ("change", "path", "message"),
        [
            (
                {"status": "cancelled"},
                "status",
                (
                    'must be "done" or "success" or "failed" or "running" or "pending", '
                    'not "cancelled"'
                ),
            ),
            ({"pks": []}, "pks", "must be an object, not an array"),
            ({"pks": {"nulls": [1]}}, "pks.nulls", "must have 2 items, not 1"),
            ({"pks": {"nulls": 1}}, "pks.nulls", "must be an array, not a number"),
            ({"pks": {"dupes": [0, -1]}}, "pks.dupes[1]", "is negative, but counts rows"),
            (
                {"pks": {"exclusives": ["Alice", 0]}},
                "pks.exclusives[0]",
                "must be a whole number, not text",
            ),
            (
                {"values": {"columns_diff_stats": [{"column_name": "a", "match": 101}]}},
                "values.columns_diff_stats[0].match",
                "must be from 0 to 100",
            ),
            (
                {"values": {"columns_diff_stats": [{"column_name": "a", "match": float("nan")}]}},
                "values.columns_diff_stats[0].match",
                "must be a finite number",
            ),
            (
                {"values": {"columns_diff_stats": [{"match": 1}]}},
                "values.columns_diff_stats[0].column_name",
                "is missing; send the answer of `summary_results` unchanged",
            ),
            (
                {"schema": {"exclusive_columns": [["a"], [1]]}},
                "schema.exclusive_columns[1][0]",
                "must be text, not a number",
            ),
            (
                {"dependencies": [{"item_type": "model"}]},
                "dependencies[0].uid",
                "is missing; send the answer of `summary_results` unchanged",
            ),
        ],
    )
    def test_are_named_by_their_path(self, change: dict[str, Any], path: str, message: str) -> None:
        assert problems(EQUAL | change) == [PathProblem(path, message)]

    def test_of_a_diff_in_an_array_are_named_by_its_place(self) -> None:
        found = problems([EQUAL | {"model": "a"}, EQUAL | {"model": "b", "status": 1}])
        assert found == [PathProblem("[1].status", "must be text, not a number")]

    @pytest.mark.parametrize(("document", "is_"), [("x", "text"), (1, "a number"), (None, "null")])
    def test_another_document_is_refused(self, document: Any, is_: str) -> None:
        message = f"expected a JSON object or an array of objects, found {is_}"
        assert problems(document) == [LineProblem(1, message)]
