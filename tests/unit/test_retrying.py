import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrying import retry_delay


@pytest.mark.parametrize(
    ("receives", "seconds"),
    [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 160), (7, 320), (8, 640), (9, 900)],
)
def test_the_delay_doubles_up_to_a_quarter_of_an_hour(receives: int, seconds: int) -> None:
    assert retry_delay(receives, None, jitter=1) == seconds


@pytest.mark.parametrize(
    ("jitter", "seconds"), [(0.0, 40), (0.25, 50), (0.5, 60), (0.75, 70), (1.0, 80)]
)
def test_jitter_spreads_a_delay_over_its_second_half(jitter: float, seconds: int) -> None:
    assert retry_delay(5, None, jitter) == seconds


@pytest.mark.parametrize(
    ("wish", "seconds"), [(30, 30), (5.6, 6), (899, 899), (900, 900), (901, 900), (math.inf, 900)]
)
@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_bitbuckets_wish_makes_a_delay_longer(wish: float, seconds: int, jitter: float) -> None:
    assert retry_delay(1, wish, jitter) == seconds


@pytest.mark.parametrize("wish", [0, 0.2, 1, 39])
def test_bitbuckets_wish_never_makes_a_delay_shorter(wish: float) -> None:
    assert retry_delay(5, wish, jitter=0) == 40


@given(
    st.integers(-5, 10_000), st.none() | st.floats(min_value=-10, allow_nan=False), st.floats(0, 1)
)
def test_a_delay_is_one_that_sqs_takes(receives: int, wish: float | None, jitter: float) -> None:
    assert 1 <= retry_delay(receives, wish, jitter) <= 900
