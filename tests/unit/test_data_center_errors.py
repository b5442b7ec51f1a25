from typing import Any

import pytest

from bitbucket_integration.bitbucket.data_center_errors import raise_for
from bitbucket_integration.bitbucket.exchange import Response
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    BitbucketError,
    BitbucketUnavailableError,
    MovedInBitbucketError,
    NotFoundInBitbucketError,
    OutOfDateError,
    PermissionMissingError,
    RateLimitedError,
    RequestRefusedError,
    TryAgainLaterError,
)
from tests.unit.cloud_calls import answer
from tests.unit.data_center_calls import CALLS, GONE_IS_FINE, NEED_ADMIN, NEED_NOTHING, error_body

NO_PERMISSION = error_body(
    "AuthorisationException", "You are not permitted to access this resource"
)
HTML = Response(401, {"content-type": "text/html"}, b"<html>Log in</html>")


def raised(response: Response, permission: str | None = "Repository read") -> BitbucketError:
    with pytest.raises(BitbucketError) as caught:
        raise_for(response, "reading", permission)
    assert str(caught.value).startswith("reading: ")
    return caught.value


@pytest.mark.parametrize(
    ("status", "exception", "kind"),
    [
        (400, "validation.ArgumentValidationException", RequestRefusedError),
        (400, None, RequestRefusedError),
        (401, "AuthorisationException", PermissionMissingError),
        (401, "auth.IncorrectPasswordAuthenticationException", AccessTokenRejectedError),
        (401, "auth.NoAccessAuthenticationException", AccessTokenRejectedError),
        (401, "rest.api.security.AuthenticationRequiredException", AccessTokenRejectedError),
        (401, "NotAuthorisationException", AccessTokenRejectedError),
        (401, None, AccessTokenRejectedError),
        (403, None, PermissionMissingError),
        (404, "repository.NoSuchRepositoryException", NotFoundInBitbucketError),
        (404, "project.NoSuchProjectException", NotFoundInBitbucketError),
        (404, "pull.NoSuchPullRequestException", NotFoundInBitbucketError),
        (404, "commit.NoSuchCommitException", NotFoundInBitbucketError),
        (404, None, NotFoundInBitbucketError),
        (405, None, RequestRefusedError),
        (406, None, RequestRefusedError),
        (408, None, BitbucketUnavailableError),
        (409, "comment.CommentOutOfDateException", OutOfDateError),
        (409, None, OutOfDateError),
        (409, "pull.IllegalPullRequestStateException", RequestRefusedError),
        (409, "IntegrityException", RequestRefusedError),
        (415, None, RequestRefusedError),
        (429, None, RateLimitedError),
        (500, "ServerException", BitbucketUnavailableError),
        (502, None, BitbucketUnavailableError),
        (503, None, BitbucketUnavailableError),
    ],
)
def test_status_and_exception_say_what_the_caller_should_do(
    status: int, exception: str | None, kind: type[BitbucketError]
) -> None:
    assert type(raised(answer(error_body(exception), status))) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, RequestRefusedError),
        (303, RequestRefusedError),
        (400, RequestRefusedError),
        (401, AccessTokenRejectedError),
        (403, PermissionMissingError),
        (404, NotFoundInBitbucketError),
        (409, OutOfDateError),
        (429, RateLimitedError),
        (502, BitbucketUnavailableError),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>", b"[]", b"null", b"{}", b'{"errors": []}', b'{"errors": [7]}'),
        *(b'{"errors": {"message": 1}}', b'{"errors": [{"exceptionName": 7, "message": 7}]}'),
    ],
    ids=repr,
)
def test_a_proxys_page_is_judged_by_its_status(
    status: int, kind: type[BitbucketError], body: bytes
) -> None:
    assert type(raised(Response(status, {}, body))) is kind


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_missing_permission_is_named_as_on_bitbuckets_screen(name: str) -> None:
    with pytest.raises(PermissionMissingError) as caught:
        CALLS[name].read(answer(NO_PERMISSION, 401))
    if name in NEED_NOTHING:
        assert caught.value.permissions == ()
        assert "says that the token may not" in str(caught.value)
    else:
        named = "Repository admin" if name in NEED_ADMIN else "Repository read"
        assert caught.value.permissions == (named,)
        assert str(caught.value).endswith(f": the access token lacks {named}")


def test_a_user_without_a_licence_is_told_apart() -> None:
    licence = raised(answer(error_body("auth.NoAccessAuthenticationException"), 401))
    assert "licence" in str(licence)
    assert "expired" in str(raised(HTML))


@pytest.mark.parametrize("status", [408, 429, 500, 503])
@pytest.mark.parametrize(("wish", "seconds"), [("30", 30.0), ("soon", None), ("9" * 400, None)])
def test_a_wish_to_wait_is_passed_on(status: int, wish: str, seconds: float | None) -> None:
    error = raised(Response(status, {"retry-after": wish}))
    assert isinstance(error, TryAgainLaterError)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            error_body(None, "Please enter a non-empty value less than 32768 characters"),
            "Please enter a non-empty value less than 32768 characters",
        ),
        ({"errors": [{"message": "first"}, {"message": "second"}]}, "first"),
        ({"status-code": 400, "message": "of the REST framework"}, "of the REST framework"),
        (error_body(None, None), "no reason given"),
        ({"errors": ["text"]}, "no reason given"),
        ([], "no reason given"),
    ],
)
def test_a_refusal_is_told_in_bitbuckets_words(body: Any, message: str) -> None:
    assert str(raised(answer(body, 400))) == f"reading: Bitbucket answered 400: {message}"


def test_a_long_refusal_is_cut() -> None:
    assert len(str(raised(answer(error_body(None, "x" * 5000), 400)))) < 400


@pytest.mark.parametrize("status", [301, 307, 308])
def test_what_has_moved_says_whereto(status: int) -> None:
    error = raised(Response(status, {"location": "/git/rest/api/latest/projects/NEW"}))
    assert isinstance(error, MovedInBitbucketError)
    assert error.location == "/git/rest/api/latest/projects/NEW"
    assert error.location not in str(error)
    assert type(raised(Response(status))) is RequestRefusedError


@pytest.mark.parametrize("status", [302, 303])
def test_a_login_page_is_no_new_address(status: int) -> None:
    error = raised(Response(status, {"location": "https://login.example"}))
    assert type(error) is RequestRefusedError


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_call_tells_that_it_has_moved(name: str) -> None:
    with pytest.raises(MovedInBitbucketError):
        CALLS[name].read(Response(307, {"location": "/x"}))


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>404</html>", b'{"message": "null for uri: /rest", "status-code": 404}'],
    ids=["nothing", "a page", "no such path"],
)
def test_where_build_statuses_are_not_is_no_answer_about_one(body: bytes) -> None:
    with pytest.raises(NotFoundInBitbucketError):
        CALLS["see"].read(Response(404, {}, body))


@pytest.mark.parametrize("name", sorted(GONE_IS_FINE))
def test_what_is_gone_already_is_no_error_where_that_is_fine(name: str) -> None:
    assert CALLS[name].read(answer(error_body("comment.NoSuchCommentException"), 404)) is None
