"""The one place that talks to Bitbucket over the network."""

import re
from collections.abc import Iterator

import requests
from urllib3.exceptions import HTTPError

from bitbucket_integration.bitbucket.connection_trouble import connection_trouble
from bitbucket_integration.bitbucket.exchange import Call, Page, Response
from bitbucket_integration.bitbucket.guarded_connection import GuardedAdapter
from bitbucket_integration.bitbucket.moved import follow
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    BitbucketUnavailableError,
    MovedInBitbucketError,
)

_CONNECT_SECONDS = 3.05
_READ_SECONDS = 10
_WHOLE_ANSWER_SECONDS = 20
_MOST_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_MOST_PAGES = 200
_TOKEN = re.compile(r"[\x21-\x7e]+")
USER_AGENT = "bitbucket-data-diff"


class BitbucketClient:
    """Performs calls with one access token.

    Redirects are not followed, proxies and .netrc are not read from the environment of the host,
    every wait is bounded, and so is the size of an answer. Where connections may lead is for the
    network to say; without one, to the public internet alone.
    """

    def __init__(self, access_token: str, network: Network | None = None) -> None:
        """Open no connection yet; the token goes with every request as a bearer token.

        Raises AccessTokenRejectedError for what cannot go into a header: it is no token of
        Bitbucket's.
        """
        if _TOKEN.fullmatch(access_token) is None:
            raise AccessTokenRejectedError(
                "the access token has characters that no token of Bitbucket's has"
            )
        self._network = network or Network()
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, GuardedAdapter(self._network, _WHOLE_ANSWER_SECONDS))
        self._session.headers.update(
            {
                "Authorization": f"Bearer {access_token}",
                "Accept": "application/json",
                "User-Agent": USER_AGENT,
            }
        )
        # A .netrc entry for the host would silently replace the Authorization header.
        self._session.trust_env = False

    def run[T](self, call: Call[T]) -> T:
        """Perform a call. Raises a BitbucketError; one of network trouble can be tried again."""
        return call.read(self._exchange(call))

    def follow[T](self, call: Call[T]) -> T:
        """Perform a call that reads, at the new address if Bitbucket has moved it on its server.

        Raises a BitbucketError, as `run` and `moved.follow` do.
        """
        try:
            return self.run(call)
        except MovedInBitbucketError as error:
            return self.run(follow(call, error.location))

    def items[T](self, call: Call[Page[T]]) -> Iterator[T]:
        """All items of a paged list, read page by page as they are asked for."""
        following = call
        for _ in range(_MOST_PAGES):
            page = self.run(following)
            yield from page.items
            if page.following is None:
                return
            following = page.following
        raise BitbucketUnavailableError(f"{call.request.url}: more than {_MOST_PAGES} pages")

    def _exchange[T](self, call: Call[T]) -> Response:
        request = call.request
        # Here, too, since requests changes what it is given: it drops blanks, decodes, and takes
        # a user name in the URL for a reason to replace the token.
        origin = self._network.admit(request.url)
        try:
            with self._session.request(
                request.method,
                request.url,
                json=request.body,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = _bounded_body(answer)
        except (requests.RequestException, HTTPError) as error:
            # The exception's own text may hold what was sent; its kind says enough.
            raise connection_trouble(error, origin.host) from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, headers, body)


def _bounded_body(answer: requests.Response) -> bytes:
    body = bytearray()
    # One receive at a time: a larger read waits for all its bytes, however slowly they come.
    while chunk := answer.raw.read1(_CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise BitbucketUnavailableError("Bitbucket's answer is too large")
    return bytes(body)
