"""Making calls and reading their answers, as far as both Bitbuckets are alike."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from bitbucket_integration.bitbucket.exchange import (
    Call,
    Page,
    Request,
    Response,
    retry_after_seconds,
)
from bitbucket_integration.errors import (
    BitbucketUnavailableError,
    NotFoundInBitbucketError,
    RateLimitedError,
    RequestRefusedError,
)

_SUCCESS = range(200, 300)
_NOT_FOUND, _GONE = 404, 410
_TOO_MANY_REQUESTS, _REQUEST_TIMEOUT, _SERVER_ERROR = 429, 408, 500
_MESSAGE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes the calls on one kind of Bitbucket.

    `raise_for` raises the error that an unsuccessful answer stands for. What is being done begins
    the message of every error.
    """

    raise_for: Callable[[Response, str], NoReturn]

    def call[T](self, request: Request, doing: str, read: Callable[[Response], T]) -> Call[T]:
        """A call whose answer is checked before it is read."""

        def read_checked(response: Response) -> T:
            if response.status not in _SUCCESS:
                self.raise_for(response, doing)
            return _shaped(response, doing, read)

        return Call(request, read_checked)

    def page[T](
        self,
        request: Request,
        doing: str,
        items: Callable[[Any], Iterable[T]],
        following: Callable[[Any], Call[Page[T]] | None],
    ) -> Call[Page[T]]:
        """A call for a page, given what a page's body holds and what comes after it."""

        def read_page(response: Response) -> Page[T]:
            body = response.json()
            return Page(tuple(items(body)), following(body))

        return self.call(request, doing, read_page)


def _shaped[T](response: Response, doing: str, read: Callable[[Response], T]) -> T:
    # An answer of another shape than Bitbucket's is none of Bitbucket's.
    try:
        return read(response)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BitbucketUnavailableError(
            f"{doing}: Bitbucket's answer has an unexpected shape ({type(error).__name__})"
        ) from error


def of_body[T](read: Callable[[Any], T]) -> Callable[[Response], T]:
    """Read an answer's body as JSON."""
    return lambda response: read(response.json())


def each[T](read: Callable[[Any], T]) -> Callable[[Any], Iterable[T]]:
    """Read every one of a page's values."""
    return lambda body: [read(value) for value in body["values"]]


def first[T](read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Read a page's first value, None when it has none."""
    return lambda body: next((read(value) for value in body["values"]), None)


def nothing(_: Response) -> None:
    """Read nothing: success says all."""


def none_if_gone[T](call: Call[T]) -> Call[T | None]:
    """The same call; what does not exist (any more) is None instead of an error."""

    def read(response: Response) -> T | None:
        try:
            return call.read(response)
        except NotFoundInBitbucketError:
            return None

    return Call(call.request, read)


def raise_for_status(response: Response, doing: str, message: str | None) -> NoReturn:
    """Raise the error of an unsuccessful answer that means the same on both Bitbuckets.

    `message` is what Bitbucket gave as the reason.
    """
    status = response.status
    if status in {_NOT_FOUND, _GONE}:
        raise NotFoundInBitbucketError(f"{doing}: not found, or the access token may not see it")
    if status == _TOO_MANY_REQUESTS:
        raise RateLimitedError(
            f"{doing}: Bitbucket's rate limit for this access token is used up",
            retry_after_seconds(response.headers),
        )
    if status >= _SERVER_ERROR or status == _REQUEST_TIMEOUT:
        raise BitbucketUnavailableError(
            f"{doing}: Bitbucket answered {status}", retry_after_seconds(response.headers)
        )
    reason = (message or "no reason given")[:_MESSAGE_CHARACTERS]
    raise RequestRefusedError(f"{doing}: Bitbucket answered {status}: {reason}")
