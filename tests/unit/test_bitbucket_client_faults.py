import gzip
import socket
import time
import traceback
from collections.abc import Iterator

import pytest

from bitbucket_integration.bitbucket import client as client_module
from bitbucket_integration.bitbucket.allowed_hosts import AllowedHosts
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.exchange import Call, Request, Response
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.errors import (
    BitbucketError,
    BitbucketUnavailableError,
    ConnectionProblem,
    NoAnswerError,
)
from tests.unit.web_server import Behaviour, Exchange, Web, web_server

TOKEN = "ATCTT3xFfGN0-token"
HERE = Network(AllowedHosts.parse("http://127.0.0.1"))


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as web:
        yield web


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_CONNECT_SECONDS", 1)
    monkeypatch.setattr(client_module, "_READ_SECONDS", 0.2)
    monkeypatch.setattr(client_module, "_WHOLE_ANSWER_SECONDS", 0.4)
    monkeypatch.setattr(client_module, "_MOST_BYTES", 1000)
    monkeypatch.setattr(client_module, "_CHUNK_BYTES", 100)


def failure(url: str) -> BitbucketError:
    """The error of a call to this address, which must not show the access token anywhere."""
    call: Call[Response] = Call(Request("POST", url, {"content": 1}), lambda response: response)
    with pytest.raises(BitbucketError) as caught:
        BitbucketClient(TOKEN, HERE).run(call)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    return caught.value


def drip(exchange: Exchange, count: int) -> Iterator[bytes]:
    """Chunks that come often enough for every single wait, and altogether far too long."""
    for _ in range(count):
        time.sleep(0.05)
        yield b" "


def somebody_waits(exchange: Exchange) -> bool:
    """Whether the client still listens after a time that no test should have to wait."""
    exchange.connection.settimeout(3)
    try:
        return bool(exchange.connection.recv(1))
    except TimeoutError:
        return True


def stay_silent(exchange: Exchange) -> None:
    if somebody_waits(exchange):
        exchange.send()


def stop_half_way(exchange: Exchange) -> None:
    exchange.send(200, b"{", Content_Length="2")
    if somebody_waits(exchange):
        exchange.say(b"}")


UNAVAILABLE: dict[str, Behaviour] = {
    "no answer in time": stay_silent,
    "half an answer in time": stop_half_way,
    "connection closed without an answer": lambda _: None,
    "connection closed within the headers": lambda exchange: exchange.say(b"HTTP/1.1 20"),
    "connection closed within the body": lambda exchange: exchange.send(200, Content_Length="500"),
    "connection closed within a chunk": lambda exchange: exchange.say(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"
    ),
    "not HTTP": lambda exchange: exchange.say(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "broken chunks": lambda exchange: exchange.say(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnine\r\n{}\r\n"
    ),
    "broken gzip": lambda exchange: exchange.send(200, b"not gzip at all", Content_Encoding="gzip"),
    "chunks for ever": lambda exchange: exchange.send_chunks(drip(exchange, 400)),
    "too large": lambda exchange: exchange.send(200, b"x" * 1001),
    "too large in chunks": lambda exchange: exchange.send_chunks(iter([b"x" * 90] * 400)),
    "too large when unpacked": lambda exchange: exchange.send(
        200, gzip.compress(b"x" * 100_000), Content_Encoding="gzip"
    ),
}


@pytest.mark.parametrize("behaviour", UNAVAILABLE.values(), ids=UNAVAILABLE)
def test_trouble_on_the_way_can_be_tried_again(web: Web, behaviour: Behaviour) -> None:
    web.behaviour = behaviour
    error = failure(web.url)
    assert isinstance(error, BitbucketUnavailableError)
    assert len(web.received) == 1


def test_an_announced_body_that_comes_in_drops_is_not_waited_for(web: Web) -> None:
    sent: list[bytes] = []

    def drops(exchange: Exchange) -> None:
        def counted() -> Iterator[bytes]:
            for one in drip(exchange, 90):
                sent.append(one)
                yield one

        exchange.send_slowly(counted(), 90)

    web.behaviour = drops
    assert type(failure(web.url)) is NoAnswerError
    assert len(sent) < 45


def test_an_answer_may_be_as_large_as_the_limit(web: Web) -> None:
    web.behaviour = lambda exchange: exchange.send(200, b"x" * 1000)
    call: Call[bytes] = Call(Request("GET", web.url), lambda response: response.body)
    assert BitbucketClient(TOKEN, HERE).run(call) == b"x" * 1000


def test_an_answer_may_be_packed(web: Web) -> None:
    packed = gzip.compress(b"x" * 1000)
    web.behaviour = lambda exchange: exchange.send(200, packed, Content_Encoding="gzip")
    call: Call[bytes] = Call(Request("GET", web.url), lambda response: response.body)
    assert BitbucketClient(TOKEN, HERE).run(call) == b"x" * 1000


def test_nobody_there_can_be_tried_again() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = failure(f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert type(error) is NoAnswerError
    assert error.problem is ConnectionProblem.REFUSED


@pytest.mark.parametrize("behaviour", ["no answer in time", "half an answer in time"])
def test_an_answer_that_takes_too_long_is_told_from_one_that_breaks_off(
    web: Web, behaviour: str
) -> None:
    for name, problem in (
        (behaviour, ConnectionProblem.TIMED_OUT),
        ("connection closed without an answer", ConnectionProblem.OTHER),
    ):
        web.behaviour = UNAVAILABLE[name]
        error = failure(web.url)
        assert isinstance(error, NoAnswerError)
        assert error.problem is problem


@pytest.mark.parametrize("url", ["http://[", "nowhere", "http://"])
def test_an_address_that_is_none_is_a_bitbucket_error(url: str) -> None:
    assert isinstance(failure(url), BitbucketError)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 503])
def test_no_refusal_shows_the_token(web: Web, status: int) -> None:
    web.behaviour = lambda exchange: exchange.send(status, b'{"error": {"message": "no"}}')
    with pytest.raises(BitbucketError) as caught:
        BitbucketClient(TOKEN, HERE).run(CloudRepository(web.url, "w", "r").describe())
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_a_client_keeps_its_token_to_itself() -> None:
    assert TOKEN not in repr(BitbucketClient(TOKEN, HERE))
