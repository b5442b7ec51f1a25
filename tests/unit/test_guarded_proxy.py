import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from bitbucket_integration.bitbucket import client as client_module
from bitbucket_integration.bitbucket.allowed_hosts import AllowedHosts
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.guarded_connection import GuardedAdapter
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.errors import (
    AddressRefusedError,
    BitbucketUnavailableError,
    TlsError,
    TlsProblem,
)
from tests.unit.certificates import Authority
from tests.unit.connect_proxy import ConnectProxy, connect_proxy
from tests.unit.internet import Internet, Names, get, internet, leading_to
from tests.unit.web_server import Exchange, Web, web_server

TOKEN = "ATCTT3xFfGN0-token"
NAME = "bitbucket.corp.example"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(autouse=True)
def net() -> Iterator[Internet]:
    with internet() as net:
        yield net


@pytest.fixture
def proxy() -> Iterator[ConnectProxy]:
    with connect_proxy() as proxy:
        yield proxy


@pytest.fixture
def web(authority: Authority) -> Iterator[Web]:
    with web_server(tls=authority.server(NAME)) as web:
        yield web


@pytest.fixture
def names() -> Names:
    return leading_to("127.0.0.1")


@pytest.fixture
def network(authority: Authority, proxy: ConnectProxy, names: Names) -> Network:
    return Network(
        AllowedHosts.parse("*.corp.example"),
        ca_bundle_pem=authority.pem,
        proxy_url=proxy.url,
        resolver=names,
    )


def test_a_listed_host_is_reached_through_the_proxy(
    web: Web, proxy: ConnectProxy, names: Names, network: Network, net: Internet
) -> None:
    answer = BitbucketClient(TOKEN, network).run(get(f"https://{NAME}:{web.port}/x"))
    assert answer.status == 200
    [asked] = proxy.asked
    assert asked.startswith(f"CONNECT {NAME}:{web.port} HTTP/".encode())
    assert web.received[0].headers["authorization"] == f"Bearer {TOKEN}"
    # The proxy resolves names; nothing is connected to but the proxy.
    assert names.asked == []
    assert net.connected == []


def test_the_proxy_never_sees_the_token(web: Web, proxy: ConnectProxy, network: Network) -> None:
    BitbucketClient(TOKEN, network).run(get(f"https://{NAME}:{web.port}/x"))
    assert TOKEN.encode() not in proxy.asked[0]
    assert b"authorization" not in proxy.asked[0].lower()


@pytest.mark.parametrize(
    "host",
    [
        "bitbucket.org",
        "evil.example",
        "corp.example",
        "localhost",
        "10.0.0.1",
        "127.0.0.1",
        "93.184.216.34",
        "[::1]",
        "[2606:2800:220:1:248:1893:25c8:1946]",
        "127.1",
    ],
)
def test_nothing_else_is_reached_through_the_proxy(
    proxy: ConnectProxy, names: Names, network: Network, net: Internet, host: str
) -> None:
    with pytest.raises(AddressRefusedError):
        BitbucketClient(TOKEN, network).run(get(f"https://{host}/x"))
    assert (proxy.asked, names.asked, net.connected) == ([], [], [])


def test_the_adapter_refuses_by_itself(proxy: ConnectProxy, network: Network) -> None:
    with requests.Session() as session:
        session.mount("https://", GuardedAdapter(network, 1))
        with pytest.raises(AddressRefusedError):
            session.get("https://evil.example", timeout=1)
    assert proxy.asked == []


def test_a_refusal_names_the_host_and_the_cure(network: Network) -> None:
    with pytest.raises(
        AddressRefusedError, match=r"evil\.example .* proxy.* AllowedBitbucketHosts"
    ):
        network.admit("https://evil.example")


def test_what_the_operator_trusts_is_reached_through_the_proxy(
    authority: Authority, proxy: ConnectProxy
) -> None:
    with web_server(tls=authority.server("api.bitbucket.example")) as web:
        url = f"https://api.bitbucket.example:{web.port}/2.0"
        network = Network(ca_bundle_pem=authority.pem, proxy_url=proxy.url).trusting(url)
        assert BitbucketClient(TOKEN, network).run(get(f"{url}/x")).status == 200
    assert len(proxy.asked) == 1


def test_the_certificate_is_that_of_the_host_also_through_the_proxy(
    authority: Authority, proxy: ConnectProxy, network: Network
) -> None:
    with web_server(tls=authority.server("other.corp.example")) as web:
        with pytest.raises(TlsError) as caught:
            BitbucketClient(TOKEN, network).run(get(f"https://{NAME}:{web.port}"))
        assert caught.value.problem is TlsProblem.WRONG_NAME
        assert web.received == []


def test_the_way_to_the_proxy_may_be_encrypted_too(
    web: Web, authority: Authority, network: Network
) -> None:
    with connect_proxy(authority.server("127.0.0.1")) as proxy:
        encrypted = replace(network, proxy_url=proxy.url)
        call = get(f"https://{NAME}:{web.port}/x")
        assert BitbucketClient(TOKEN, encrypted).run(call).status == 200
        assert len(proxy.asked) == 1
    with connect_proxy(authority.server("other.example")) as proxy:
        encrypted = replace(network, proxy_url=proxy.url)
        with pytest.raises(BitbucketUnavailableError, match="outbound proxy"):
            BitbucketClient(TOKEN, encrypted).run(call)
        assert proxy.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 403 Forbidden\r\n\r\n",
        b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
    ],
)
def test_a_proxy_that_refuses_is_told_apart(
    web: Web, proxy: ConnectProxy, network: Network, answer: bytes
) -> None:
    proxy.answer = answer
    with pytest.raises(BitbucketUnavailableError, match=f"outbound proxy .* {NAME}"):
        BitbucketClient(TOKEN, network).run(get(f"https://{NAME}:{web.port}"))
    assert web.connections == 0


def test_a_proxy_that_is_not_there_is_told_apart(web: Web, network: Network) -> None:
    with connect_proxy() as gone:
        pass
    lost = replace(network, proxy_url=gone.url)
    with pytest.raises(BitbucketUnavailableError, match="outbound proxy"):
        BitbucketClient(TOKEN, lost).run(get(f"https://{NAME}:{web.port}"))
    assert web.connections == 0


def test_plain_http_needs_no_proxy(proxy: ConnectProxy, names: Names) -> None:
    with web_server() as web:
        network = Network(AllowedHosts.parse(f"http://{NAME}"), proxy_url=proxy.url, resolver=names)
        url = f"http://{NAME}:{web.port}"
        assert BitbucketClient(TOKEN, network).run(get(url)).status == 200
    assert proxy.asked == []
    assert len(names.asked) == 1


def test_an_answer_that_never_ends_ends_also_through_the_proxy(
    web: Web, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_WHOLE_ANSWER_SECONDS", 0.3)

    def drip(exchange: Exchange) -> None:
        exchange.send(200, b"", Content_Length="100000")
        for _ in range(200):
            time.sleep(0.02)
            if not exchange.write(b"x"):
                break

    web.behaviour = drip
    started = time.monotonic()
    with pytest.raises(BitbucketUnavailableError):
        BitbucketClient(TOKEN, network).run(get(f"https://{NAME}:{web.port}"))
    assert time.monotonic() - started < 2
