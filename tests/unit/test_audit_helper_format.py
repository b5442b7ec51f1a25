import json
from typing import Any

import pytest

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    ModelDiff,
    Outcome,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)
from formats import result_rows
from formats.audit_helper_format import parse, recognises
from formats.hints import Hints
from formats.submission_problems import SubmissionInvalid
from tests.unit.tool_samples import sample

ORDERS = Hints("orders", "models/orders.sql", "prod.orders", "pr.orders", ("id",))
ALL_COLUMNS = (
    ColumnValues("AMOUNT", different=1, compared=3),
    ColumnValues("NOTE", different=2, compared=3),
)


def read(text: bytes | str | object, hints: Hints = ORDERS) -> ModelDiff:
    if not isinstance(text, bytes | str):
        text = json.dumps(text)
    [diff] = parse(text.encode() if isinstance(text, str) else text, hints)
    return diff


def problems(text: bytes | str | object) -> list[str]:
    with pytest.raises(SubmissionInvalid) as refused:
        read(text)
    return [str(one) for one in refused.value.problems]


def compared(column: str, **counts: Any) -> dict[str, Any]:
    zero: dict[str, Any] = dict.fromkeys(
        ("perfect_match", "missing_from_a", "missing_from_b", "conflicting_values"), 0
    )
    return {"column_name": column} | zero | counts


def classified(status: str, rows: Any, **values: Any) -> dict[str, Any]:
    return values | {
        "dbt_audit_in_a": status == "removed",
        "dbt_audit_in_b": status == "added",
        "dbt_audit_row_status": status,
        "dbt_audit_num_rows_in_status": rows,
    }


class TestCompareAllColumns:
    @pytest.mark.parametrize("kind", ["json", "csv"])
    def test_its_result_is_read(self, kind: str) -> None:
        assert read(sample(f"audit_helper/compare_all_columns.{kind}")) == ModelDiff(
            model="orders",
            outcome=Outcome.DIFFERENT,
            base_table="prod.orders",
            head_table="pr.orders",
            primary_key=("id",),
            rows=RowCounts(base=4, head=5, added=2, removed=1),
            column_values=ALL_COLUMNS,
            path="models/orders.sql",
        )

    def test_a_row_only_in_production_is_removed(self) -> None:
        diff = read([compared("a", missing_from_b=1)])
        assert diff.rows == RowCounts(base=1, head=0, added=0, removed=1)
        assert diff.outcome is Outcome.DIFFERENT

    def test_columns_that_all_match_are_identical(self) -> None:
        diff = read([compared("a", perfect_match=3), compared("b", perfect_match=3)])
        assert diff.outcome is Outcome.IDENTICAL
        assert diff.rows == RowCounts(base=3, head=3, added=0, removed=0)

    def test_columns_that_disagree_about_rows_say_nothing_about_them(self) -> None:
        diff = read([compared("a", perfect_match=3), compared("b", perfect_match=4)])
        assert diff.rows is None

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_names_may_be_in_upper_case_and_cells_apart_by_other_characters(
        self, separator: str
    ) -> None:
        text = sample("audit_helper/compare_all_columns.csv").decode().upper()
        for body in (text, text.replace("\n", "\r\n"), "\ufeff" + text):
            assert read(body.replace(",", separator)).column_values == ALL_COLUMNS

    def test_single_rows_are_refused_with_the_cure(self) -> None:
        single = {"primary_key": 1, "column_name": "A", "perfect_match": True, "null_in_a": False}
        expected = ["`[0]` is about a single row; call the macro with summarize=true"]
        assert problems([single]) == expected


class TestCompareAndClassify:
    @pytest.mark.parametrize("kind", ["json", "csv"])
    def test_its_result_is_read(self, kind: str) -> None:
        diff = read(sample(f"audit_helper/compare_and_classify.{kind}"))
        assert diff.rows == RowCounts(base=4, head=5, added=2, removed=1, changed=2, unchanged=1)
        assert diff.outcome is Outcome.DIFFERENT
        assert diff.column_values == ()
        assert [row.change for row in diff.samples] == [
            RowChange.ADDED,
            RowChange.ADDED,
            RowChange.REMOVED,
            RowChange.CHANGED,
            RowChange.CHANGED,
        ]
        assert diff.samples[2].cells == (
            SampleCell("id", "3", None),
            SampleCell("amount", "30.0", None),
            SampleCell("note", "c", None),
        )
        assert diff.samples[4].cells == (
            SampleCell("id", "6", "6"),
            SampleCell("amount", "60.0", "60.0"),
            SampleCell("note", "f", "F"),
        )

    def test_the_columns_of_the_key_come_first(self) -> None:
        diff = read(
            [classified("added", 1, amount=2, DAY="x", id=1)], Hints("a", primary_key=("id", "day"))
        )
        expected = (
            SampleCell("id", None, "1"),
            SampleCell("DAY", None, "x"),
            SampleCell("amount", None, "2"),
        )
        assert diff.samples == (SampleRow(RowChange.ADDED, expected),)

    def test_half_of_a_changed_row_is_no_sample(self) -> None:
        diff = read([classified("modified", 2, id=1, dbt_audit_surrogate_key="x")])
        assert diff.samples == ()
        assert diff.rows == RowCounts(added=0, removed=0, changed=2)

    def test_without_rows_that_are_identical_there_are_no_totals(self) -> None:
        diff = read([classified("removed", 2, id=1), classified("removed", 2, id=2)])
        assert diff.rows == RowCounts(added=0, removed=2, changed=0)

    def test_rows_whose_key_is_not_unique_fail_the_diff(self) -> None:
        diff = read([classified("nonunique_pk", 1200, id=1), classified("identical", 3, id=2)])
        assert diff.outcome is Outcome.FAILED
        assert (diff.error or "").startswith("1,200 rows have a primary key that is not unique, so")
        assert (diff.rows, diff.keys) == (None, None)
        body = [classified("nonunique_pk", 2, id=1), compared("a", perfect_match=3)]
        assert read(body).column_values == ()

    def test_counts_that_contradict_each_other_are_refused(self) -> None:
        found = problems([classified("added", 2), classified("added", 3)])
        expected = "`[1].dbt_audit_num_rows_in_status` differs between rows that are added"
        assert found == [expected]

    def test_another_status_is_refused(self) -> None:
        [found] = problems([classified("changed", 2)])
        assert found.startswith("`[0].dbt_audit_row_status` must be one of identical, modified, ")


class TestCompareQueries:
    def test_its_result_is_read_as_rows_without_a_key(self) -> None:
        diff = read(sample("audit_helper/compare_queries.json"))
        assert diff.rows == RowCounts(added=4, removed=3, unchanged=1)
        assert diff.outcome is Outcome.DIFFERENT

    def test_a_row_only_in_production_is_removed(self) -> None:
        diff = read("in_a,in_b,count,percent_of_total\nTRUE,FALSE,1,100\n")
        assert diff.rows == RowCounts(added=0, removed=1, unchanged=0)

    @pytest.mark.parametrize("flag", [True, "true", "T", "1", 1], ids=repr)
    def test_equal_rows_are_identical(self, flag: object) -> None:
        diff = read([{"IN_A": flag, "IN_B": flag, "COUNT": "7"}])
        assert (diff.outcome, diff.rows) == (
            Outcome.IDENTICAL,
            RowCounts(added=0, removed=0, unchanged=7),
        )

    def test_a_side_that_is_there_twice_is_refused(self) -> None:
        row = {"in_a": True, "in_b": True, "count": 1}
        assert problems([row, row]) == ["`[1]` has the same `in_a` and `in_b` as a row before it"]

    def test_single_rows_are_refused_with_the_cure(self) -> None:
        found = problems([{"id": 1, "in_a": True, "in_b": False}])
        assert found == ["`[0]` is about a single row; call the macro with summarize=true"]


class TestCompareRelationColumns:
    def test_its_result_is_read_from_production_to_the_pull_request(self) -> None:
        diff = read(sample("audit_helper/compare_relation_columns.json"))
        assert diff.columns_added == (Column("region", "VARCHAR"),)
        assert diff.columns_removed == (Column("legacy", "VARCHAR"),)
        assert diff.types_changed == (TypeChange("status", "BIGINT", "VARCHAR"),)
        assert (diff.outcome, diff.columns_reordered, diff.rows) == (Outcome.DIFFERENT, 0, None)

    def test_columns_that_changed_places_are_reordered(self) -> None:
        header = "column_name,a_ordinal_position,b_ordinal_position,a_data_type,b_data_type\n"
        diff = read(f"{header}id,1,3,INT,INT\na,2,2,INT,INT\nnew,,1,,INT\n")
        assert diff.columns_reordered == 2
        assert diff.columns_added == (Column("new", "INT"),)


@pytest.mark.parametrize(
    ("identical", "outcome"), [(True, Outcome.IDENTICAL), (False, Outcome.DIFFERENT)]
)
def test_whether_queries_are_identical_is_read(identical: object, outcome: Outcome) -> None:
    diff = read({"show": [{"are_tables_identical": identical}]})
    assert (diff.outcome, diff.rows) == (outcome, None)


def test_results_of_several_macros_are_put_together() -> None:
    names = ("compare_queries", "compare_all_columns", "compare_and_classify")
    body = b"".join(
        sample(f"audit_helper/{name}.json") for name in (*names, "compare_relation_columns")
    )
    diff = read(body)
    assert diff.rows == RowCounts(base=4, head=5, added=2, removed=1, changed=2, unchanged=1)
    assert diff.column_values == ALL_COLUMNS
    assert diff.columns_added == (Column("region", "VARCHAR"),)
    assert read(
        b"".join(sample(f"audit_helper/{name}.json") for name in names[:2])
    ).rows == RowCounts(base=4, head=5, added=2, removed=1)


def test_the_query_has_to_name_the_model() -> None:
    with pytest.raises(InvalidRequestError) as refused:
        read(sample("audit_helper/compare_queries.json"), Hints())
    assert refused.value.field == "model"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: there is no row in it, only names of columns"),
        ("in_a,in_b,count\n", "line 1: there is no row in it, only names of columns"),
        ("a,b\n1,2\n", "line 2: has not the columns of compare_all_columns, compare_and_classify_"),
        ("in_a,in_b,count\n\ntrue,true\n", "line 3: has 2 cells, but there are 3 columns"),
        ("in_a,in_b,count\nyes,true,1\n", "line 2: `in_a` must be true or false"),
        ("in_a,in_b,count\ntrue,true,many\n", "line 2: `count` must be a count of rows"),
        ("in_a,in_b,count\ntrue,true,-1\n", "line 2: `count` must be a count of rows"),
        ('in_a,in_b,count\ntrue,"true,1\n', "line 2: is not CSV (unexpected end of data)"),
        ([compared("a") | {"column_name": 3}], "`[0].column_name` must be text, not a number"),
        ({"show": [3]}, "`show[0]` must be an object, not a number"),
        ({"show": [{}]}, "`show[0]` has not the columns of compare_all_columns"),
        ([compared("a", perfect_match=None)], "`[0].perfect_match` must be a count of rows"),
        ([3], "`[0]` must be an object, not a number"),
        (b"in_a\n\xff", "line 2: is not UTF-8; send UTF-8"),
        (b"\xff\xfei\0", "line 1: the body is UTF-16"),
        ("[1] [\n", "line 2: is not JSON"),
        ('{"in_a": 1, "in_b": 1, "count": 1} {"in_a": 3}', "`[1]` has not the columns of compare"),
        ('{"show": []} {"show": [{"a": 3}]}', "`[1].show[0]` has not the columns of compare"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: object, problem: str) -> None:
    assert problems(text)[0].startswith(problem)


def test_more_rows_than_can_be_held_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_rows, "_MOST_ROWS", 2)
    as_csv, as_json = "are_tables_identical\n", ""
    for row in ("true\n", "true\n", "true\n"):
        as_csv += row
        as_json += '{"are_tables_identical": true}\n'
        if len(as_csv.splitlines()) <= 3:
            assert read(as_csv) == read(as_json)
    for text in (as_csv, as_json):
        expected = "line 1: there are more than 2 rows; send summaries, not tables"
        assert problems(text) == [expected]


def test_a_wrong_value_is_named_once() -> None:
    expected = ["`[0].perfect_match` must be a count of rows"]
    assert problems([compared("a", perfect_match="x")]) == expected


def test_lines_are_counted_through_cells_of_several_lines() -> None:
    header = "note,dbt_audit_row_status,dbt_audit_num_rows_in_status\n"
    found = problems(f'{header}"a\nb",added,1\nc,removed,x\n')
    assert found == ["line 4: `dbt_audit_num_rows_in_status` must be a count of rows"]


@pytest.mark.parametrize(
    "text",
    [
        b"in_a,in_b,count,percent_of_total\ntrue,true,1,100\n",
        b'"IN_A";"IN_B";"COUNT"\n',
        b'[{"in_a": true, "in_b": false, "count": 1}]',
        b'{"node": "inline", "show": [{"are_tables_identical": true}]}',
        b"ARE_TABLES_IDENTICAL\r\ntrue\r\n",
        b"id,dbt_audit_row_status\n",
    ],
)
def test_results_are_recognised_by_their_columns(text: bytes) -> None:
    assert recognises(text)


@pytest.mark.parametrize(
    "text",
    [b"", b"count,in_a\n", b"a,b\nconflicting_values,1\n", b"my_conflicting_values\n", b'{"in_a":'],
)
def test_other_text_is_not_recognised(text: bytes) -> None:
    assert not recognises(text)
