import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.plain_words import count, some_of
from bitbucket_integration.shares import Share
from row_numbers import bar, limit_percent, number, percent, percent_beside, signed


def plain(told: str) -> str:
    return told.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "–"),  # noqa: RUF001 - the dash that a comment shows
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "10 k"),
        (12_345, "12.3 k"),
        (12_050, "12.1 k"),
        (184_211, "184 k"),
        (999_499, "999 k"),
        (999_500, "1 M"),
        (1_234_567, "1.23 M"),
        (1_204_000, "1.2 M"),
        (999_499_999, "999 M"),
        (999_500_000, "1 bn"),
        (5 * 10**12, "5 tn"),
        (2**63 - 1, "9,220,000 tn"),
    ],
)
def test_a_count_is_exact_while_that_is_short(value: int | None, told: str) -> None:
    assert plain(number(value)) == told


@given(st.integers(0, 10**20))
def test_a_count_in_short_is_off_by_half_a_percent_at_most(value: int) -> None:
    amount, _, unit = plain(number(value)).partition(" ")
    size = {"": 1, "k": 10**3, "M": 10**6, "bn": 10**9, "tn": 10**12}[unit]
    told = Fraction(amount.replace(",", "")) * size
    assert abs(told - value) * 200 <= value


def test_a_sign_is_for_what_is_not_zero() -> None:
    assert [signed(value, "+") for value in (5, 0)] == ["+5", "0"]


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (Share(1, 2), "50.0%"),
        (Share(2, 3), "66.7%"),
        (Share(0, 5), "0.0%"),
        (Share(5, 5), "100.0%"),
        (Share(1, 10_000), "<0.1%"),
        (Share(9_999, 10_000), ">99.9%"),
        (Share(30, 10), "300.0%"),
        (Share(123_456, 10), "1,234,560.0%"),
        (Share(3, 0), ""),
        (None, ""),
    ],
)
def test_a_share_never_rounds_to_nothing_or_to_all(share: Share | None, told: str) -> None:
    assert percent(share) == told


wholes = st.integers(1, 10**19)


@given(st.integers(0, 10**19), wholes, st.integers(0, 100), st.integers(1, 1_000))
def test_a_share_beside_a_limit_is_told_on_its_side(
    part: int, whole: int, above: int, below: int
) -> None:
    # Limits are decimals of at most so many digits.
    limit = Fraction(above) + Fraction(below, 1_000)
    told = Fraction(percent_beside(Share(part, whole), limit).rstrip("%").replace(",", ""))
    value = Fraction(100 * part, whole)
    for side in (limit, 0, 100):
        assert (told > side) is (value > side)
        assert (told < side) is (value < side)


def test_a_share_of_nothing_has_no_percentage() -> None:
    assert not percent_beside(Share(1, 0), Fraction(5))


@pytest.mark.parametrize(
    ("limit", "told"), [(5.0, "5%"), (0.5, "0.5%"), (99.95, "99.95%"), (1_000.0, "1,000%")]
)
def test_a_limit_is_told_as_it_was_set(limit: float, told: str) -> None:
    assert limit_percent(limit) == told


@pytest.mark.parametrize(
    ("share", "drawn"),
    [
        (Share(0, 9), ""),
        (Share(1, 10**9), "▏"),
        (Share(1, 2), "█████"),
        (Share(85, 100), "████████▌"),
        (Share(10**9 - 1, 10**9), "█████████▉"),
        (Share(9, 9), "██████████"),
    ],
)
def test_a_bar_is_full_or_empty_only_if_the_share_is(share: Share, drawn: str) -> None:
    assert bar(share) == drawn.ljust(10, "\N{NO-BREAK SPACE}")


@given(st.integers(0, 10**19), wholes)
def test_bars_are_of_one_width(part: int, whole: int) -> None:
    assert re.fullmatch("[█▏▎▍▌▋▊▉\N{NO-BREAK SPACE}]{10}", bar(Share(min(part, whole), whole)))


@pytest.mark.parametrize(
    ("amount", "told"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1234567, "1,234,567 rows")]
)
def test_a_number_agrees_with_its_noun(amount: int, told: str) -> None:
    assert count(amount, "row") == told


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("a", "a"),
        ("abc", "a, b, c"),
        ("abcd", "a, b, c and 1 more column"),
        ("abcde", "a, b, c and 2 more columns"),
    ],
)
def test_three_are_named_and_the_rest_counted(names: str, told: str) -> None:
    assert some_of(list(names), "column") == told
