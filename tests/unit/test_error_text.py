from time import process_time

import pytest

from formats.error_text import MAX_CHARACTERS, presentable


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("at pg://ann:secret@db/x: timeout", "at pg://***@db/x: timeout"),
        ("at pg://ann:s@cr/e:t@db/x", "at pg://***@db/x"),
        ("pg://a:b@c and pg://d:e@f", "pg://***@c and pg://***@f"),
        ("at pg://db/x of ann@example.com", "at pg://db/x of ann@example.com"),
        ("DRIVER=x;UID=sa;PWD=s3cret;Encrypt=yes", "DRIVER=x;UID=sa;PWD=***;Encrypt=yes"),
        ("host=db password=s3cret user=ann", "host=db password=*** user=ann"),
        ("https://db.example/sql?token=abc&x=1", "https://db.example/sql?token=***&x=1"),
        ("password authentication failed", "password authentication failed"),
        ("  \n ", "the tool gave no reason"),
    ],
)
def test_an_error_shows_no_passwords(error: str, shown: str) -> None:
    assert presentable(error, "the tool") == shown


def test_no_part_of_a_password_is_left_where_an_error_is_cut() -> None:
    error = "x" * (MAX_CHARACTERS - 10) + " pg://ann:secret@db"
    assert "sec" not in presentable(error, "the tool")


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("piece", ["://", "://@", "a://b ", "@", "pwd=", "token=a;"])
def test_a_longer_error_takes_longer_only_in_proportion(piece: str) -> None:
    def seconds(times: int) -> float:
        error = piece * times
        started = process_time()
        presentable(error, "the tool")
        return process_time() - started

    few = max(min(seconds(10_000) for _ in range(3)), 0.001)
    assert seconds(160_000) / few < 80
