import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.loose_numbers import count


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (4, 4),
        (4.0, 4),
        ("4", 4),
        (" 4.00 ", 4),
        ("1e3", 1000),
        (0, 0),
        ("0e99", 0),
        (-1, None),
        (4.5, None),
        ("4,5", None),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
        (float("nan"), None),
        ("Infinity", None),
        ("1e999999999", None),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        ("1e18", 10**18),
    ],
    ids=repr,
)
def test_a_count_is_a_whole_number_or_text_that_says_one(value: object, read: int | None) -> None:
    assert count(value) == read


@given(st.integers(0, 2**63 - 1))
def test_every_count_is_read_from_number_and_text_alike(value: int) -> None:
    assert count(value) == count(str(value)) == count(f"{value}.0") == value


@given(st.text() | st.floats() | st.integers() | st.just(10**5000) | st.none())
def test_anything_is_a_count_or_none(value: object) -> None:
    read = count(value)
    assert read is None or 0 <= read < 2**63
