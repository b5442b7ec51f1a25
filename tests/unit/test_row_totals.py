import pytest

from bitbucket_integration.model_diff import RowCounts
from formats.row_totals import believable, in_both, without_totals

ALL = RowCounts(base=12, head=13, added=2, removed=1, changed=3, unchanged=8)
DIFFERING = RowCounts(added=2, removed=1, changed=3)


@pytest.mark.parametrize(
    "rows",
    [ALL, RowCounts(0, 0, 0, 0, 0, 0), RowCounts(5, 5, 0, 0, 5, 0), RowCounts(5, 0, 0, 5, 0, 0)],
)
def test_totals_that_agree_are_believed(rows: RowCounts) -> None:
    assert believable(rows) == rows


@pytest.mark.parametrize(
    "rows",
    [
        RowCounts(11, 13, 2, 1, 3, 8),
        RowCounts(12, 12, 2, 1, 3, 8),
        RowCounts(12, 13, 2, 1, 3, 9),
        RowCounts(3, 4, 2, 1, 3, -1),
        RowCounts(None, 13, 2, 1, 3, 8),
        RowCounts(12, None, 2, 1, 3, 8),
        RowCounts(12, 13, 2, 1, 3, None),
    ],
)
def test_totals_that_contradict_or_are_not_all_there_are_left_out(rows: RowCounts) -> None:
    assert believable(rows) == DIFFERING


@pytest.mark.parametrize(
    ("rows", "both"),
    [
        (ALL, 11),
        (RowCounts(changed=0, unchanged=0), 0),
        (RowCounts(changed=3), None),
        (RowCounts(unchanged=3), None),
        (RowCounts(12, 13, 2, None, 3, None), None),
    ],
)
def test_rows_in_both_are_known_from_those_that_changed_and_those_that_did_not(
    rows: RowCounts, both: int | None
) -> None:
    assert in_both(rows) == both


def test_without_totals_the_rows_that_differ_are_left() -> None:
    assert without_totals(ALL) == DIFFERING


@pytest.mark.parametrize("missing", [{"removed": None}, {"added": None}, {"changed": None}])
def test_counts_that_are_not_there_are_no_totals_to_believe(missing: dict[str, None]) -> None:
    counts = {"base": 12, "head": 13, "added": 2, "removed": 1, "changed": 3, "unchanged": 8}
    rows = RowCounts(**(counts | missing))
    assert believable(rows).base is None
    assert believable(rows).unchanged is None
