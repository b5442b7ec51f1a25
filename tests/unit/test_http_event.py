import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration import http_event

AWS_HOST = "a1b2c3.execute-api.eu-central-1.amazonaws.com"


def event(
    host: str, path: str, full_path: str | None, *, proto: str | None = "https"
) -> dict[str, Any]:
    """A REST proxy event; `full_path` is what its context calls path."""
    headers = {"Host": host} | ({"X-Forwarded-Proto": proto} if proto else {})
    context = {"domainName": host} | ({} if full_path is None else {"path": full_path})
    return {"path": path, "headers": headers, "requestContext": context}


@pytest.mark.parametrize(
    ("asked", "url"),
    [
        (event(AWS_HOST, "/integrations", "/v1/integrations"), f"https://{AWS_HOST}/v1"),
        (event(AWS_HOST, "/integrations/", "/v1/integrations/"), f"https://{AWS_HOST}/v1"),
        (event(AWS_HOST, "/v1", "/v1/v1"), f"https://{AWS_HOST}/v1"),
        (event(AWS_HOST, "/", "/v1/"), f"https://{AWS_HOST}/v1"),
        (event("diffs.acme.example", "/x", "/x"), "https://diffs.acme.example"),
        (
            event("127.0.0.1:3000", "/integrations", "/integrations", proto="http"),
            "http://127.0.0.1:3000",
        ),
        (
            event(
                "127.0.0.1:3000",
                "/integrations/abc/diffs",
                "/integrations/{integration_id}/diffs",
                proto="http",
            ),
            "http://127.0.0.1:3000",
        ),
        (event(AWS_HOST, "/integrations", None), f"https://{AWS_HOST}"),
        (
            event(AWS_HOST, "/integrations", "/v1/integrations", proto=None),
            f"https://{AWS_HOST}/v1",
        ),
    ],
    ids=[
        "AWS",
        "AWS, slash at the end",
        "AWS, a path that looks like the stage",
        "AWS, root",
        "custom domain",
        "sam local",
        "sam local, a route with a parameter",
        "no path in the context",
        "no protocol header",
    ],
)
def test_the_public_address_is_where_the_request_came_to(asked: dict[str, Any], url: str) -> None:
    assert http_event.public_url(asked, None) == url


def test_a_configured_address_wins() -> None:
    asked = event(AWS_HOST, "/integrations", "/v1/integrations")
    configured = "https://diffs.acme.example/data"
    assert http_event.public_url(asked, configured) == configured


def test_without_a_context_the_host_header_is_taken() -> None:
    asked = {"path": "/integrations", "headers": {"HOST": "localhost:3000"}}
    assert http_event.public_url(asked, None) == "https://localhost:3000"


@pytest.mark.parametrize("headers", [None, {}], ids=["null", "empty"])
def test_an_event_may_be_without_headers(headers: Any) -> None:
    assert http_event.headers({"headers": headers}) == {}
    assert http_event.headers({}) == {}


def test_header_names_are_told_in_lower_case_and_values_as_they_are() -> None:
    asked = {"headers": {"X-Event-Key": "Repo:Push", "HOST": "a"}}
    assert http_event.headers(asked) == {"x-event-key": "Repo:Push", "host": "a"}


@given(st.binary(max_size=100))
def test_a_base64_body_is_what_was_sent(body: bytes) -> None:
    asked = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    assert http_event.raw_body(asked) == body


@given(st.text(max_size=50))
def test_a_text_body_is_its_utf_8(body: str) -> None:
    assert http_event.raw_body({"body": body, "isBase64Encoded": False}) == body.encode()
    assert http_event.raw_body({"body": body}) == body.encode()


@pytest.mark.parametrize("body", ["?", "YQ", "YQ==YQ==x", "Y Q==", "ä", "YQ=="[:-1]])
def test_broken_base64_is_no_body(body: str) -> None:
    assert http_event.raw_body({"body": body, "isBase64Encoded": True}) == b""


@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("asked", [{}, {"body": None}, {"body": ""}], ids=repr)
def test_a_request_may_be_without_a_body(asked: dict[str, Any], encoded: bool) -> None:  # noqa: FBT001
    assert http_event.raw_body(asked | {"isBase64Encoded": encoded}) == b""


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER   abc  ", "abc"),
        ("Bearer a b", "a b"),
        ("Bearer", ""),
        ("Bearer ", ""),
        ("Basic YTpi", ""),
        ("abc", ""),
        ("", ""),
        ("Bearerabc", ""),
        ("Token Bearer abc", ""),
    ],
)
def test_a_bearer_token_is_what_follows_its_scheme(header: str, token: str) -> None:
    assert http_event.bearer_token({"headers": {"AUTHORIZATION": header}}) == token


def test_without_an_authorization_header_there_is_no_token() -> None:
    assert not http_event.bearer_token({"headers": {"X-Authorization": "Bearer abc"}})
