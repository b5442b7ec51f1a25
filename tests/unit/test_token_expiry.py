from datetime import date

import pytest

from bitbucket_integration.token_expiry import near_end


@pytest.mark.parametrize(
    ("expires", "near"),
    [
        ("", None),
        ("2026-12-06", None),
        ("2026-12-05", date(2026, 12, 5)),
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-20", date(2026, 11, 20)),
        ("1999-12-31", date(1999, 12, 31)),
    ],
)
def test_an_end_is_near_two_weeks_before_and_stays_so(expires: str, near: date | None) -> None:
    assert near_end(expires, date(2026, 11, 21)) == near
