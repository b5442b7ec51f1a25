import requests

from tests.functional.aws_resources import ADMIN_TOKEN, SIGNING_KEY
from tests.functional.conftest import System


def test_the_page_is_there_for_anyone(system: System) -> None:
    answer = system.call("GET", "/", token=None)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>Data diff reports</title>" in answer.text


def test_the_page_is_there_without_a_slash_behind_the_stage(system: System) -> None:
    assert requests.get(system.url, timeout=30).text == system.call("GET", "/").text


def test_the_page_is_the_same_for_everyone_and_knows_no_secret(system: System) -> None:
    before = system.call("GET", "/", token=None).text
    connection = system.connect()
    after = system.call("GET", "/").text
    assert after == before
    for secret in (ADMIN_TOKEN, SIGNING_KEY, system.access_token, connection.ci_token):
        assert secret not in after


def test_the_page_reads_no_secret_and_no_row(system: System) -> None:
    system.call("GET", "/", token=None)
    assert system.account.calls.made == []


def test_the_page_is_not_kept_framed_or_found(system: System) -> None:
    headers = system.call("GET", "/", token=None).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_all_that_the_page_does_needs_the_admin_token(system: System) -> None:
    for path in ("/integrations", "/integrations/abc"):
        assert system.call("GET", path, token=None).status_code == 401
