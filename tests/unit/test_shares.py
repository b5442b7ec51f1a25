import pytest

from bitbucket_integration.model_diff import ColumnValues, RowCounts
from bitbucket_integration.shares import Share, match_of, rows_in_both, share


@pytest.mark.parametrize(
    ("rows", "in_both"),
    [
        (RowCounts(changed=2, unchanged=3), 5),
        (RowCounts(base=9, removed=1, changed=2, unchanged=3), 5),
        (RowCounts(base=9, removed=1, changed=2), 8),
        (RowCounts(base=9, removed=9), 0),
        (RowCounts(base=9, removed=10), None),
        (RowCounts(base=9), None),
        (RowCounts(removed=9), None),
        (RowCounts(head=9, added=1), None),
    ],
)
def test_the_rows_in_both_are_counted_as_far_as_the_tool_says(
    rows: RowCounts, in_both: int | None
) -> None:
    assert rows_in_both(rows) == in_both


@pytest.mark.parametrize(
    ("part", "whole", "found"),
    [
        (3, 4, Share(3, 4)),
        (3, 0, Share(3, 0)),
        (0, None, Share(0, 1)),
        (3, None, None),
        (None, 4, None),
    ],
)
def test_a_share_needs_both_numbers_unless_it_is_nothing(
    part: int | None, whole: int | None, found: Share | None
) -> None:
    assert share(part, whole) == found


@pytest.mark.parametrize(
    ("column", "rows", "match"),
    [
        (ColumnValues("a", 1, 4), RowCounts(), Share(3, 4)),
        (ColumnValues("a", 1), RowCounts(changed=1, unchanged=9), Share(9, 10)),
        (ColumnValues("a", 5, 4), RowCounts(), Share(0, 4)),
        (ColumnValues("a", 0), RowCounts(), Share(1, 1)),
        (ColumnValues("a", 1, match_percent=97.5), RowCounts(), Share(195, 200)),
        (ColumnValues("a"), RowCounts(changed=0), Share(1, 1)),
        (ColumnValues("a"), RowCounts(changed=1), None),
        (ColumnValues("a", 1), RowCounts(), None),
    ],
)
def test_a_match_is_taken_from_what_says_most(
    column: ColumnValues, rows: RowCounts, match: Share | None
) -> None:
    assert match_of(column, rows) == match


def test_a_share_is_compared_with_the_number_that_was_written() -> None:
    assert not Share(7, 10_000).above(0.07)
    assert not Share(7, 10_000).below(0.07)
    assert Share(3, 0).above(10**9)
