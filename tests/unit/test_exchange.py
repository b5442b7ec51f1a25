import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.exchange import Response, retry_after_seconds
from bitbucket_integration.errors import BitbucketUnavailableError


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Bad gateway</html>", b"{", b"\xff", b"[" * 200_000, b"1" * 5000],
    ids=["empty", "a proxy's page", "cut off", "not text", "too deep", "too long a number"],
)
def test_an_answer_that_is_not_json_counts_as_none(body: bytes) -> None:
    with pytest.raises(BitbucketUnavailableError, match="502"):
        Response(502, {}, body).json()


def test_what_a_proxy_said_stays_out_of_the_error() -> None:
    with pytest.raises(BitbucketUnavailableError) as caught:
        Response(200, {}, b"<html>secret</html>").json()
    assert "secret" not in str(caught.value)


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.none() | st.text(), max_size=3))
def test_json_reads_back(value: dict[str, int | str | None]) -> None:
    assert Response(200, {}, json.dumps(value).encode()).json() == value


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 7 ", 7),
        ("0", 0),
        ("999999999", 999999999),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("inf", None),
        ("٣", None),
        ("²", None),
        ("9" * 400, None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_a_delay_is_read_from_whole_seconds_only(header: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": header}) == seconds


def test_without_a_header_there_is_no_wish() -> None:
    assert retry_after_seconds({}) is None
