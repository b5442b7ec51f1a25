import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    ModelDiff,
    RowCounts,
    TypeChange,
    merge,
)
from tests.unit.model_diffs import different, failed, identical, model_diffs


def test_an_added_removed_or_retyped_column_changes_the_schema() -> None:
    assert different("a", columns_added=(Column("x"),)).schema_changed
    assert different("a", columns_removed=(Column("x"),)).schema_changed
    assert different("a", types_changed=(TypeChange("x"),)).schema_changed


def test_changed_values_do_not_change_the_schema() -> None:
    assert not different(
        "a", RowCounts(1, 1, 1, 1, 1, 0), column_values=(ColumnValues("x", 1),)
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


@pytest.mark.parametrize(
    ("column", "match", "differs"),
    [
        (ColumnValues("x", different=1, compared=4), 75.0, True),
        (ColumnValues("x", different=0, compared=4), 100.0, False),
        (ColumnValues("x", different=1, compared=4, match_percent=99.0), 75.0, True),
        (ColumnValues("x", different=3), None, True),
        (ColumnValues("x", different=3, compared=0), None, True),
        (ColumnValues("x", match_percent=99.5), 99.5, True),
        (ColumnValues("x", match_percent=100), 100, False),
        (ColumnValues("x"), None, False),
    ],
)
def test_a_columns_match_is_counted_where_there_are_counts(
    column: ColumnValues,
    match: float | None,
    differs: bool,  # noqa: FBT001 - a table's cell
) -> None:
    assert column.match == match
    assert column.differs is differs


def test_the_columns_that_differ_come_worst_first() -> None:
    columns = (
        ColumnValues("equal", 0, 10),
        ColumnValues("few", 1, 10),
        ColumnValues("b", 2, 10),
        ColumnValues("a", 2, 10),
        ColumnValues("half", match_percent=50),
        ColumnValues("most", match_percent=90),
    )
    diff = different("orders", column_values=columns)
    names = [column.name for column in diff.differing_columns]
    assert names == ["a", "b", "few", "half", "most"]
