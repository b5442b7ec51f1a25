import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.model_diff import ColumnValues, RowCounts
from bitbucket_integration.shares import match_of
from full_report.figures import full_percent, match, number, share, total


def value(percent: str) -> float:
    return float(percent.strip("<>%").replace(",", ""))


@given(st.integers(1, 10**18), st.integers(1, 10**18))
def test_a_share_never_rounds_to_none_or_all(part: int, whole: int) -> None:
    told = share(part, whole)
    assert value(told) > 0
    assert (told == "100.00%") == (part == whole)
    if part < whole:
        assert value(told) <= 99.99


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (9, 1_856, "0.48%"),
        (1, 3, "33.33%"),
        (2, 3, "66.67%"),
        (1, 10**9, "<0.01%"),
        (10**9 - 1, 10**9, ">99.99%"),
        (3, 2, "150.00%"),
        (12_345, 10, "123,450.00%"),
        (0, 5, ""),
        (5, 0, ""),
        (None, 5, ""),
        (5, None, ""),
        (-5, 5, ""),
        (5, -5, ""),
    ],
)
def test_a_share_is_told_where_there_is_one(part: int | None, whole: int | None, told: str) -> None:
    assert share(part, whole) == told


@pytest.mark.parametrize(
    ("column", "told", "floor"),
    [
        (ColumnValues("a", 0, 10), "100%", 100),
        (ColumnValues("a", 10, 10), "0%", 0),
        (ColumnValues("a", 1, 10**6), ">99.99%", 99),
        (ColumnValues("a", 10**6 - 1, 10**6), "<0.01%", 0),
        (ColumnValues("a", 1, 3), "66.67%", 66),
        (ColumnValues("a", 20, 10), "0%", 0),
        (ColumnValues("a", None, None, 99.999), ">99.99%", 99),
        (ColumnValues("a", None, None, 0.001), "<0.01%", 0),
        (ColumnValues("a", None, None, 100.0), "100%", 100),
        (ColumnValues("a", None, None, 0.0), "0%", 0),
        (ColumnValues("a", None, None, 12.5), "12.50%", 12),
        (ColumnValues("a", 3, None, 12.5), "12.50%", 12),
        (ColumnValues("a", 3), "not reported", None),
        (ColumnValues("a"), "not reported", None),
    ],
)
def test_a_columns_match_is_full_only_where_all_is_equal(
    column: ColumnValues, told: str, floor: int | None
) -> None:
    equal = match_of(column, RowCounts())
    assert match(equal) == told
    assert full_percent(equal) == floor


@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_the_bar_of_a_column_that_differs_is_never_full(different: int, compared: int) -> None:
    percent = full_percent(match_of(ColumnValues("a", different, compared), RowCounts()))
    assert percent is not None
    assert 0 <= percent <= 100
    if different > compared // 10**12:
        assert percent < 100


def test_what_was_not_reported_is_not_zero() -> None:
    assert number(None) == "not reported"
    assert number(0) == "0"
    assert number(1_234_567) == "1,234,567"


@pytest.mark.parametrize(
    ("values", "summed"),
    [([], (None, 0)), ([None], (None, 1)), ([0, None], (0, 1)), ([1, None, 2], (3, 1))],
)
def test_a_total_says_of_how_many_it_knows_nothing(
    values: list[int | None], summed: tuple[int | None, int]
) -> None:
    assert total(values) == summed
