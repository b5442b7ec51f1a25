from typing import Any

import pytest

from bitbucket_integration.bitbucket.cloud_errors import (
    missing_scopes,
    permission_names,
    raise_for,
    scopes,
)
from bitbucket_integration.bitbucket.exchange import Response
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    BitbucketError,
    BitbucketUnavailableError,
    NotFoundInBitbucketError,
    PermissionMissingError,
    RateLimitedError,
    RequestRefusedError,
    TryAgainLaterError,
)
from tests.unit.cloud_calls import answer

EXTRA_KEYS = {"error": {"message": "extra keys not allowed", "fields": {"pending": ["no"]}}}


def raised(response: Response) -> BitbucketError:
    with pytest.raises(BitbucketError) as caught:
        raise_for(response, "reading")
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, RequestRefusedError),
        (302, RequestRefusedError),
        (307, RequestRefusedError),
        (400, RequestRefusedError),
        (401, AccessTokenRejectedError),
        (403, PermissionMissingError),
        (404, NotFoundInBitbucketError),
        (405, RequestRefusedError),
        (408, BitbucketUnavailableError),
        (409, RequestRefusedError),
        (410, NotFoundInBitbucketError),
        (413, RequestRefusedError),
        (422, RequestRefusedError),
        (429, RateLimitedError),
        (500, BitbucketUnavailableError),
        (502, BitbucketUnavailableError),
        (503, BitbucketUnavailableError),
        (504, BitbucketUnavailableError),
        (555, BitbucketUnavailableError),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"type": "error"}', b"[]"], ids=repr)
def test_a_status_says_what_the_caller_should_do(
    status: int, kind: type[BitbucketError], body: bytes
) -> None:
    error = raised(Response(status, {}, body))
    assert type(error) is kind
    assert str(error).startswith("reading: ")


@pytest.mark.parametrize("status", [408, 429, 500, 503])
@pytest.mark.parametrize(("wish", "seconds"), [("30", 30.0), ("soon", None), ("9" * 400, None)])
def test_a_wish_to_wait_is_passed_on(status: int, wish: str, seconds: float | None) -> None:
    error = raised(Response(status, {"retry-after": wish}))
    assert isinstance(error, TryAgainLaterError)
    assert error.retry_after == seconds


def test_a_recorded_rate_limit_asks_for_no_delay() -> None:
    error = raised(Response(429, {}, b"Rate limit for this resource has been exceeded"))
    assert isinstance(error, RateLimitedError)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (EXTRA_KEYS, "reading: Bitbucket answered 400: extra keys not allowed"),
        # Code Insights answers without the frame.
        ({"code": 400, "message": "Too many."}, "reading: Bitbucket answered 400: Too many."),
        ({"error": {"message": None}}, "reading: Bitbucket answered 400: no reason given"),
        ({"error": "no"}, "reading: Bitbucket answered 400: no reason given"),
        ([], "reading: Bitbucket answered 400: no reason given"),
    ],
    ids=["recorded", "bare", "null", "text", "list"],
)
def test_a_refusal_is_told_in_bitbuckets_words(body: Any, message: str) -> None:
    assert str(raised(answer(body, 400))) == message


def test_a_long_refusal_is_cut() -> None:
    error = raised(answer({"error": {"message": "x" * 5000}}, 400))
    assert len(str(error)) < 400


def refusal(granted: str | None, accepted: str | None, detail: Any = None) -> Response:
    headers = {"x_oauth_scopes": granted, "x_accepted_oauth_scopes": accepted}
    body = {"error": {"message": "Your credentials lack scopes.", "detail": detail}}
    return answer(body, 403, **{name: value for name, value in headers.items() if value})


@pytest.mark.parametrize(
    ("response", "permissions"),
    [
        (
            refusal("repository:write", None, {"granted": ["x"], "required": ["pullrequest"]}),
            ("Pull requests: Read",),
        ),
        (refusal("pullrequest", None, {"required": ["webhook"]}), ("Webhooks: Read and write",)),
        (refusal(None, None, {"required": ["pullrequest"]}), ("Pull requests: Read",)),
        (
            refusal("pullrequest", None, {"required": ["pullrequest", "webhook"]}),
            ("Webhooks: Read and write",),
        ),
        (refusal("webhook", None, {"required": ["webhook"]}), ("Webhooks: Read and write",)),
        (refusal("pullrequest", "webhook"), ("Webhooks: Read and write",)),
        (refusal(None, "webhook"), ("Webhooks: Read and write",)),
        (refusal("webhook", "repository:write"), ("Repositories: Write",)),
        (refusal("webhook", "snippet:write"), ("snippet:write",)),
        (
            refusal("project", "webhook, pullrequest"),
            ("Pull requests: Read", "Webhooks: Read and write"),
        ),
        (refusal("pullrequest:write", "pullrequest"), ()),
        (refusal("webhook", None), ()),
        (refusal(None, None, {"required": []}), ()),
        (refusal(None, None, {"required": "webhook"}), ()),
        (Response(403), ()),
    ],
    ids=[
        "recorded",
        "body",
        "body, no headers",
        "body, one of two",
        "body contradicts the headers",
        "headers",
        "granted unknown",
        "another permission",
        "a permission without a name",
        "two permissions",
        "nothing lacks: forbidden for another reason",
        "nothing told",
        "empty list",
        "no list",
        "nothing at all",
    ],
)
def test_a_missing_permission_is_named_as_on_bitbuckets_screen(
    response: Response, permissions: tuple[str, ...]
) -> None:
    error = raised(response)
    assert isinstance(error, PermissionMissingError)
    assert error.permissions == permissions
    told = f"the access token lacks {' and '.join(permissions)}"
    assert (
        str(error) == f"reading: {told if permissions else 'Bitbucket says that the token may not'}"
    )


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("", set()),
        ("webhook", {"webhook"}),
        ("webhook, pullrequest:write", {"webhook", "pullrequest:write"}),
        (" webhook ,,webhook,", {"webhook"}),
    ],
)
def test_scopes_are_listed_with_commas(header: str, named: set[str]) -> None:
    assert scopes(header) == named


@pytest.mark.parametrize(
    ("granted", "required", "missing"),
    [
        ("", "pullrequest, webhook", {"pullrequest", "webhook"}),
        ("pullrequest, webhook", "pullrequest, webhook", set()),
        ("pullrequest:write, webhook", "pullrequest, webhook", set()),
        ("pullrequest:write", "repository, repository:write", set()),
        ("pullrequest", "repository", set()),
        ("pullrequest", "repository:write", {"repository:write"}),
        ("pullrequest", "pullrequest:write", {"pullrequest:write"}),
        ("repository", "pullrequest", {"pullrequest"}),
        ("repository:write", "repository", set()),
        ("repository:write", "pullrequest", {"pullrequest"}),
        ("repository:admin", "repository", {"repository"}),
        ("project:admin", "webhook", {"webhook"}),
        ("webhook", "", set()),
    ],
)
def test_a_scope_implies_what_bitbucket_says_it_does(
    granted: str, required: str, missing: set[str]
) -> None:
    assert missing_scopes(scopes(granted), scopes(required)) == missing


def test_permissions_are_named_in_a_fixed_order() -> None:
    names = permission_names(frozenset({"webhook", "repository", "unknown", "pullrequest:write"}))
    assert names == (
        "Pull requests: Write",
        "Repositories: Read",
        "unknown",
        "Webhooks: Read and write",
    )
