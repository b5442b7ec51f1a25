import json

from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.model_diff import (
    Column,
    ColumnDifference,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
    merge,
)
from tests.unit.model_diffs import different, failed, identical, model_diffs

FULL = ModelDiff(
    "model.shop.orders",
    Outcome.DIFFERENT,
    "prod.orders",
    "pr.orders",
    ("id", "day"),
    RowCounts(1, 2, 3, 4, 5, None),
    (ColumnDifference("amount", 5),),
    (Column("region", "VARCHAR"),),
    (Column("legacy"),),
    (TypeChange("status", "INTEGER", None),),
)


@given(model_diffs)
def test_a_stored_diff_reads_back_as_itself(diff: ModelDiff) -> None:
    assert ModelDiff.from_json(json.loads(json.dumps(diff.to_json()))) == diff


def test_a_diff_read_back_has_the_types_it_had() -> None:
    again = ModelDiff.from_json(json.loads(json.dumps(FULL.to_json())))
    assert repr(again) == repr(FULL)


def test_the_stored_form_names_every_field() -> None:
    assert FULL.to_json() == {
        "model": "model.shop.orders",
        "outcome": "different",
        "base_table": "prod.orders",
        "head_table": "pr.orders",
        "primary_key": ("id", "day"),
        "rows": {
            "base": 1,
            "head": 2,
            "added": 3,
            "removed": 4,
            "changed": 5,
            "unchanged": None,
        },
        "column_differences": ({"name": "amount", "rows": 5},),
        "columns_added": ({"name": "region", "type": "VARCHAR"},),
        "columns_removed": ({"name": "legacy", "type": None},),
        "types_changed": ({"name": "status", "base": "INTEGER", "head": None},),
        "error": None,
    }


def test_an_added_removed_or_retyped_column_changes_the_schema() -> None:
    assert different("a", columns_added=(Column("x"),)).schema_changed
    assert different("a", columns_removed=(Column("x"),)).schema_changed
    assert different("a", types_changed=(TypeChange("x"),)).schema_changed


def test_changed_values_do_not_change_the_schema() -> None:
    assert not different(
        "a", RowCounts(1, 1, 1, 1, 1, 0), column_differences=(ColumnDifference("x", 1),)
    ).schema_changed


def test_the_latest_submission_of_a_model_wins() -> None:
    assert merge([[identical("a"), failed("b")], [different("b")], []]) == [
        identical("a"),
        different("b"),
    ]


def test_the_later_of_two_lines_of_one_submission_wins() -> None:
    assert merge([[failed("a"), identical("a")]]) == [identical("a")]


def test_merged_diffs_are_sorted_by_model_whatever_their_order() -> None:
    assert [diff.model for diff in merge([[identical("b")], [identical("a"), identical("B")]])] == [
        "B",
        "a",
        "b",
    ]


@given(st.lists(model_diffs, max_size=6))
def test_merging_what_is_merged_changes_nothing(diffs: list[ModelDiff]) -> None:
    once = merge([diffs])
    assert merge([once, once]) == once
