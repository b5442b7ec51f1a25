import copy
import json
from typing import Any

import pytest

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from formats.datacompy_format import parse, recognises
from formats.hints import Hints
from formats.submission_problems import SubmissionInvalid
from tests.unit.tool_samples import sample

NO_HINTS = Hints()
DIFFERENT: dict[str, Any] = json.loads(sample("datacompy/different.json"))
UNIQUE = KeyCounts(base_duplicates=0, head_duplicates=0)


def report(**members: Any) -> dict[str, Any]:
    """The report of datacompy with other members, of which `a__b` is b in a."""
    changed = copy.deepcopy(DIFFERENT)
    for path, value in members.items():
        *above, last = path.split("__")
        place = changed
        for key in above:
            place = place[key]
        place[last] = value
    return changed


def read(document: object, hints: Hints = NO_HINTS) -> list[ModelDiff]:
    return parse(json.dumps(document).encode(), hints)


def test_a_report_is_read() -> None:
    assert parse(sample("datacompy/different.json"), NO_HINTS) == [
        ModelDiff(
            model="orders",
            outcome=Outcome.DIFFERENT,
            base_table="prod.orders",
            head_table="pr.orders",
            primary_key=("id",),
            rows=RowCounts(base=4, head=5, added=2, removed=1, changed=3, unchanged=0),
            column_values=(
                ColumnValues("amount", different=1, compared=3),
                ColumnValues("note", different=2, compared=3),
                ColumnValues("status", different=3, compared=3),
            ),
            columns_added=(Column("region"),),
            columns_removed=(Column("legacy"),),
            types_changed=(TypeChange("status", "Int64", "String"),),
            keys=UNIQUE,
        )
    ]


def test_a_report_without_differences_is_identical() -> None:
    [diff] = parse(sample("datacompy/identical.json"), Hints(model="orders"))
    assert diff.outcome is Outcome.IDENTICAL
    assert diff.rows == RowCounts(4, 4, added=0, removed=0, changed=0, unchanged=4)
    assert diff.column_values == ()


def test_the_pandas_backend_says_the_same_with_its_own_types() -> None:
    hints = Hints(model="orders", base_table="prod.orders", head_table="pr.orders")
    [pandas] = parse(sample("datacompy/pandas.json"), hints)
    [polars] = parse(sample("datacompy/different.json"), hints)
    assert (pandas.rows, pandas.column_values) == (polars.rows, polars.column_values)
    assert pandas.types_changed == (TypeChange("status", "int64", "str"),)


def test_a_row_only_in_production_is_removed() -> None:
    rows = {
        "row_summary__df1_unique": 1,
        "row_summary__df2_unique": 0,
        "row_summary__common_rows": 0,
        "row_summary__unequal_rows": 0,
    }
    [diff] = read(report(**rows, df1_shape=[1, 2], df2_shape=[0, 2], mismatch_stats__stats=[]))
    assert diff.rows == RowCounts(base=1, head=0, added=0, removed=1, changed=0, unchanged=0)


def test_a_key_that_is_not_unique_is_a_failed_diff_without_counts_by_key() -> None:
    [diff] = parse(sample("datacompy/duplicates.json"), Hints(model="orders"))
    assert diff.outcome is Outcome.FAILED
    assert (diff.error or "").startswith("The key (legacy) is not unique, so rows could not be")
    assert diff.rows == RowCounts(base=4, head=4)
    assert diff.keys is None
    assert diff.column_values == ()


@pytest.mark.parametrize(
    ("base", "head", "model"),
    [
        ("prod.orders", "pr.orders", "orders"),
        ("analytics.prod.ORDERS", "analytics.pr_42.orders", "orders"),
        ("orders", "orders", "orders"),
        ("orders_1", "orders_2", "orders"),
        ("prod.orders_1", "pr.orders_2", "orders"),
    ],
)
def test_names_that_are_alike_say_the_model(base: str, head: str, model: str) -> None:
    [diff] = read(report(df1_name=base, df2_name=head))
    assert (diff.model, diff.base_table, diff.head_table) == (model, base, head)


@pytest.mark.parametrize(
    ("base", "head"), [("df1", "df2"), ("base", "head"), ("orders_2", "orders_1"), ("a.", "b.")]
)
def test_names_that_are_not_alike_need_the_model_in_the_query(base: str, head: str) -> None:
    named = report(df1_name=base, df2_name=head)
    with pytest.raises(InvalidRequestError) as refused:
        read(named)
    assert refused.value.field == "model"
    [diff] = read(named, Hints(model="orders"))
    assert diff.model == "orders"


def test_default_names_are_no_tables() -> None:
    [diff] = read(report(df1_name="df1", df2_name="df2"), Hints(model="orders"))
    assert (diff.base_table, diff.head_table) == ("", "")


def test_the_query_outranks_names_and_fills_the_rest() -> None:
    hints = Hints("fct_orders", "models/fct_orders.sql", "prod.a", "pr.b", ("day",))
    [diff] = read(report(), hints)
    assert (diff.model, diff.path, diff.base_table, diff.head_table, diff.primary_key) == (
        "fct_orders",
        "models/fct_orders.sql",
        "prod.a",
        "pr.b",
        ("id",),
    )
    [diff] = read(report(row_summary__match_columns=[]), hints)
    assert diff.primary_key == ("day",)


def test_several_reports_are_read_whichever_way_they_follow_one_another() -> None:
    other = report(df1_name="prod.customers", df2_name="pr.customers")
    expected = ["orders", "customers"]
    assert [diff.model for diff in read([report(), other])] == expected
    for between in (b"\n", b"", b"\n\xef\xbb\xbf"):
        body = between.join(json.dumps(one, indent=2).encode() for one in (report(), other))
        assert [diff.model for diff in parse(body, NO_HINTS)] == expected


def test_what_the_query_says_is_about_one_report_or_none() -> None:
    other = report(df1_name="prod.customers", df2_name="pr.customers")
    for diff in read([report(), other], Hints(path="models/orders.sql", base_table="a")):
        assert (diff.path, diff.base_table) == ("", f"prod.{diff.model}")


def test_one_model_for_several_reports_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="names one model, but there are 2 reports"):
        read([report(), report()], Hints(model="orders"))


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"df1_name": ""}, "`df1_name` must not be empty"),
        ({"df1_shape": [1]}, "`df1_shape` must have 2 items, not 1"),
        ({"df2_shape": ["1", 2]}, "`df2_shape[0]` must be a whole number, not text"),
        ({"row_summary__df1_unique": -1}, "`row_summary.df1_unique` is negative"),
        ({"row_summary__has_duplicates": 0}, "`row_summary.has_duplicates` must be true or false"),
        ({"row_summary": {}}, "`row_summary.match_columns` is missing; send the report as datacom"),
        ({"column_summary__df2_unique_columns": [1]}, "`column_summary.df2_unique_columns[0]` mu"),
        ({"mismatch_stats__stats": [{}]}, "`mismatch_stats.stats[0].unequal_cnt` is missing; "),
        ({"row_summary__common_rows": 2}, "`mismatch_stats.stats[2].unequal_cnt` is 3, more than"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(members: dict[str, Any], problem: str) -> None:
    with pytest.raises(SubmissionInvalid) as refused:
        read(report(**members), Hints(model="orders"))
    assert str(refused.value.problems[0]).startswith(problem)


def test_a_wrong_value_is_named_once() -> None:
    column = DIFFERENT["mismatch_stats"]["stats"][2] | {"column": 3}
    with pytest.raises(SubmissionInvalid) as refused:
        read(report(mismatch_stats__stats=[column]))
    [problem] = refused.value.problems
    assert str(problem) == "`mismatch_stats.stats[0].column` must be text, not a number"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"[]", "line 1: there is no report in it; send the report as datacompy 1 wrote it"),
        (b"", "line 1: the body is empty"),
        (b"3", "line 1: expected a JSON object or an array of objects, found a number"),
        (b"[3]", "`[0]` must be an object, not a number"),
        (b'{"df1_name":\n', "line 2: is not JSON (Expecting value at character 1); was the file"),
        (b"\xff", "line 1: is not UTF-8"),
    ],
)
def test_a_body_without_a_report_is_refused(text: bytes, problem: str) -> None:
    with pytest.raises(SubmissionInvalid) as refused:
        parse(text, NO_HINTS)
    assert str(refused.value.problems[0]).startswith(problem)


def test_a_report_is_recognised_by_its_first_members() -> None:
    for name in ("different", "identical", "pandas", "duplicates"):
        assert recognises(sample(f"datacompy/{name}.json"))
    assert recognises(json.dumps([DIFFERENT]).encode())
    assert not recognises(b'{"df1_name": "a", "df2_name": "b"}')
