import socket
from collections.abc import Iterator
from unittest import mock

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from bitbucket_integration.bitbucket import guarded_connection
from bitbucket_integration.bitbucket.allowed_hosts import AllowedHosts
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.exchange import Response
from bitbucket_integration.bitbucket.guarded_connection import GuardedAdapter
from bitbucket_integration.bitbucket.network import Network, Resolver
from bitbucket_integration.errors import (
    AddressRefusedError,
    BitbucketError,
    BitbucketUnavailableError,
    RequestRefusedError,
)
from tests.unit.certificates import Authority
from tests.unit.internet import (
    OTHER_PUBLIC,
    PUBLIC,
    Internet,
    Names,
    get,
    getaddrinfo,
    internet,
    leading_to,
)
from tests.unit.web_server import Web, web_server

TOKEN = "ATCTT3xFfGN0-token"
NAME = "bitbucket.example"
INSIDE = "127.0.0.2"
NOT_FOUND = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(autouse=True)
def net() -> Iterator[Internet]:
    with internet() as net:
        yield net


@pytest.fixture
def web(authority: Authority) -> Iterator[Web]:
    """A Bitbucket on the internet: what PUBLIC leads to."""
    with web_server(tls=authority.server(NAME)) as web:
        yield web


@pytest.fixture
def inside(authority: Authority, web: Web) -> Iterator[Web]:
    """A server at the same port that only this stack can reach, and that would pass for it."""
    with web_server(INSIDE, web.port, authority.server(NAME)) as inside:
        yield inside


def ask(url: str, authority: Authority, resolver: Resolver | None, allowed: str = "") -> Response:
    network = Network(AllowedHosts.parse(allowed), ca_bundle_pem=authority.pem, resolver=resolver)
    return BitbucketClient(TOKEN, network).run(get(url))


def test_it_connects_to_the_address_and_speaks_to_the_name(
    web: Web, authority: Authority, net: Internet
) -> None:
    names = leading_to(PUBLIC)
    assert ask(f"https://{NAME}:{web.port}/x", authority, names).status == 200
    assert names.asked == [(NAME, web.port)]
    assert net.connected == [PUBLIC]
    [received] = web.received
    assert received.headers["host"] == f"{NAME}:{web.port}"
    assert received.headers["authorization"] == f"Bearer {TOKEN}"


def test_the_server_is_told_which_name_is_meant(authority: Authority) -> None:
    told: list[object] = []
    context = authority.server(NAME)
    context.sni_callback = lambda _socket, name, _context: told.append(name)
    with web_server(tls=context) as web:
        ask(f"https://{NAME}:{web.port}", authority, leading_to(PUBLIC))
    assert told == [NAME]


@pytest.mark.allow_hosts(["127.0.0.1", INSIDE])
@pytest.mark.parametrize("whose", ["resolver given", "system's resolver"])
def test_a_name_that_leads_elsewhere_a_moment_later_stays_where_it_was_checked(
    web: Web, inside: Web, authority: Authority, net: Internet, whose: str
) -> None:
    names = Names([[PUBLIC], [INSIDE]])
    url = f"https://{NAME}:{web.port}/x"
    if whose == "resolver given":
        answer = ask(url, authority, names)
    else:
        with mock.patch.object(socket, "getaddrinfo", getaddrinfo(names)):
            answer = ask(url, authority, None)
    assert answer.status == 200
    assert names.asked == [(NAME, web.port)]
    assert net.connected == [PUBLIC]
    assert (len(web.received), inside.connections) == (1, 0)
    # The second answer is what an attacker would have led the connection to.
    assert names(NAME, web.port) == [INSIDE]


@pytest.mark.allow_hosts(["127.0.0.1", INSIDE])
def test_every_connection_is_judged_anew(
    web: Web, inside: Web, authority: Authority, net: Internet
) -> None:
    network = Network(ca_bundle_pem=authority.pem, resolver=Names([[PUBLIC], [INSIDE]]))
    client = BitbucketClient(TOKEN, network)
    call = get(f"https://{NAME}:{web.port}/x")
    assert client.run(call).status == 200
    with pytest.raises(AddressRefusedError):
        client.run(call)
    assert net.connected == [PUBLIC]
    assert (web.connections, inside.connections) == (1, 0)


@pytest.mark.allow_hosts(["127.0.0.1", INSIDE])
def test_a_listed_name_stays_where_it_was_checked_too(
    web: Web, inside: Web, authority: Authority, net: Internet
) -> None:
    names = Names([["127.0.0.1"], [INSIDE]])
    assert ask(f"https://{NAME}:{web.port}", authority, names, allowed=NAME).status == 200
    assert net.connected == ["127.0.0.1"]
    assert (web.connections, inside.connections) == (1, 0)


@pytest.mark.allow_hosts(["127.0.0.1", INSIDE])
@pytest.mark.parametrize("answer", [[PUBLIC, INSIDE], [INSIDE, PUBLIC], [PUBLIC, "::1", PUBLIC]])
def test_an_answer_that_is_public_only_in_part_is_refused(
    web: Web, inside: Web, authority: Authority, net: Internet, answer: list[str]
) -> None:
    with pytest.raises(AddressRefusedError):
        ask(f"https://{NAME}:{web.port}", authority, leading_to(*answer))
    assert net.connected == []
    assert (web.connections, inside.connections) == (0, 0)


def test_the_next_address_is_tried_when_nobody_is_at_the_first(
    web: Web, authority: Authority, net: Internet
) -> None:
    net.hosts[OTHER_PUBLIC] = "nobody"
    ask(f"https://{NAME}:{web.port}", authority, leading_to(OTHER_PUBLIC, PUBLIC))
    assert net.connected == [OTHER_PUBLIC, PUBLIC]


def test_nobody_at_any_address_can_be_tried_again(authority: Authority, net: Internet) -> None:
    net.hosts = {PUBLIC: "nobody", OTHER_PUBLIC: "nobody"}
    with pytest.raises(BitbucketUnavailableError, match="connection refused"):
        ask(f"https://{NAME}", authority, leading_to(OTHER_PUBLIC, PUBLIC))
    assert net.connected == [OTHER_PUBLIC, PUBLIC]


def test_a_host_out_of_reach_is_not_called_slow(authority: Authority, net: Internet) -> None:
    net.hosts = {PUBLIC: "unreachable"}
    with pytest.raises(BitbucketUnavailableError) as caught:
        ask(f"https://{NAME}", authority, leading_to(PUBLIC))
    assert "in time" not in str(caught.value)


def test_of_many_silent_addresses_two_are_waited_for(
    authority: Authority, net: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded_connection, "monotonic", lambda: net.waited)
    addresses = [f"93.184.216.{last}" for last in range(5)]
    net.hosts = dict.fromkeys(addresses, "silent")
    with pytest.raises(BitbucketUnavailableError, match="no connection in time"):
        ask(f"https://{NAME}", authority, leading_to(*addresses))
    assert net.connected == addresses[:2]


def test_a_name_with_a_dot_at_its_end_is_the_same_name(net: Internet) -> None:
    with web_server() as web:
        url = f"http://{NAME}:{web.port}"
        trusting = Network(resolver=leading_to("127.0.0.1")).trusting(url)
        client = BitbucketClient(TOKEN, trusting)
        assert client.run(get(url.replace(NAME, f"{NAME}."))).status == 200


def test_an_address_is_not_looked_up(net: Internet) -> None:
    names = leading_to(INSIDE)
    with web_server() as web:
        network = Network(AllowedHosts.parse("http://127.0.0.1"), resolver=names)
        assert BitbucketClient(TOKEN, network).run(get(web.url)).status == 200
    assert names.asked == []
    assert net.connected == ["127.0.0.1"]


@pytest.mark.parametrize("names", [Names([NOT_FOUND]), leading_to()], ids=["error", "no address"])
def test_a_name_without_an_address_can_be_tried_again(authority: Authority, names: Names) -> None:
    with pytest.raises(BitbucketUnavailableError, match="name of its host is not known"):
        ask(f"https://{NAME}", authority, names)


INTERNAL = {
    # What a name may be resolved to.
    "metadata.attacker.example": "169.254.169.254",
    "runtime.attacker.example": "127.0.0.1",
    "zero.attacker.example": "0.0.0.0",  # noqa: S104
    "vpc.attacker.example": "10.0.0.1",
    "docker.attacker.example": "172.17.0.1",
    "router.attacker.example": "192.168.1.1",
    "cgnat.attacker.example": "100.100.100.200",
    "loopback6.attacker.example": "::1",
    "unspecified6.attacker.example": "::",
    "unique.attacker.example": "fd00:ec2::254",
    "link6.attacker.example": "fe80::1",
    "zone.attacker.example": "fe80::1%eth0",
    "mapped.attacker.example": "::ffff:169.254.169.254",
    "compatible.attacker.example": "::127.0.0.1",
    "sixtofour.attacker.example": "2002:a9fe:a9fe::1",
    "teredo.attacker.example": "2001:0:4136:e378:8000:63bf:5601:5601",
    "nat64.attacker.example": "64:ff9b::a9fe:a9fe",
    "multicast.attacker.example": "224.0.0.1",
    "broadcast.attacker.example": "255.255.255.255",
    "localhost": "127.0.0.1",
    "localhost.": "127.0.0.1",
    "bitbucket": "10.0.0.1",
    "127.0.0.1.nip.attacker.example": "127.0.0.1",
    "0x7f.attacker.example": "127.0.0.1",
    "intern.example": "10.0.0.1",
    "allowed.corp.example.attacker.example": "10.0.0.1",
    "xallowed.corp.example": "10.0.0.1",
}
ATTEMPTS = [
    # Addresses as they are.
    "https://127.0.0.1",
    "https://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "https://127.0.0.1./",
    "https://0.0.0.0",
    "https://0",
    "https://10.0.0.1",
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/v2/credentials",
    "https://192.168.1.1:7990",
    "https://100.64.0.1",
    # In decimal, octal and hexadecimal, short or too long.
    "https://2130706433",
    "https://2852039166/latest/meta-data/",
    "https://017700000001",
    "https://0177.0.0.1",
    "https://0177.0.0.01",
    "https://0x7f000001",
    "https://0x7f.0.0.1",
    "https://0x7f.1",
    "https://0xa9.0xfe.0xa9.0xfe",
    "https://127.1",
    "https://127.0.1",
    "https://127.0x1",
    "https://127.0.0.01",
    "https://127.0.0.1.0x",
    "https://256.256.256.256",
    "https://1.1.1.1.1",
    # IPv6.
    "https://[::1]",
    "https://[::1]:9001",
    "https://[::]",
    "https://[0:0:0:0:0:0:0:1]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[::127.0.0.1]",
    "https://[2002:7f00:1::]",
    "https://[64:ff9b::7f00:1]",
    "https://[64:ff9b::169.254.169.254]",
    "https://[2001:0:4136:e378:8000:63bf:5601:5601]",
    "https://[fe80::1]",
    "https://[fe80::1%25eth0]",
    "https://[fe80::1%eth0]",
    "https://[fd00:ec2::254]",
    "https://[::1",
    "https://::1",
    "https://[127.0.0.1]",
    "https://[v1.127.0.0.1]",
    # What different parsers take for the host.
    "https://bitbucket.org@127.0.0.1",
    "https://bitbucket.org:443@127.0.0.1/",
    "https://127.0.0.1@bitbucket.org",
    "https://bitbucket.org%40127.0.0.1",
    "https://bitbucket.org%2f@127.0.0.1",
    "https://bitbucket.org\\@127.0.0.1",
    "https://127.0.0.1\\@bitbucket.org",
    "https://127.0.0.1\\.bitbucket.org",
    "https:\\\\127.0.0.1",
    "https:/127.0.0.1",
    "https:127.0.0.1",
    "https:///127.0.0.1",
    "https:////127.0.0.1",
    "https://bitbucket.org:80:127.0.0.1",
    "https://bitbucket.org:@127.0.0.1",
    "https://[::1]bitbucket.org",
    "https://bitbucket.org[::1]",
    "https://127.0.0.1#@bitbucket.org",
    "https://127.0.0.1?@bitbucket.org",
    "https://127.0.0.1;bitbucket.org",
    "https://127.0.0.1 bitbucket.org",
    "https://127.0.0.1\tbitbucket.org",
    "https://127.0.0.1\r\nHost: bitbucket.org",
    "https://127.0.0.1%0d%0aHost:%20bitbucket.org",
    "https://127.0.0.1\x00.bitbucket.org",
    "https://127.0.0.1%00.bitbucket.org",
    "https://%31%32%37.0.0.1",
    "https://127%2e0%2e0%2e1",
    " https://127.0.0.1",
    "\thttps://127.0.0.1",
    "https://\n127.0.0.1",
    # Unicode that is turned into ASCII on the way.
    "https://127\u30020\u30020\u30021",
    "https://127\uff0e0\uff0e0\uff0e1",
    "https://127\uff610\uff610\uff611",
    "https://\uff11\uff12\uff17.0.0.1",
    "https://\u2460\u2461\u2466.0.0.1",
    "https://\u0661\u0662\u0667.0.0.1",
    "https://loc\u00adalhost",
    "https://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
    "https://bitbucket.org\uff0f@127.0.0.1",
    "https://bitbucket.org\u2100127.0.0.1",
    "https://bitbucket\u3002org",
    # Ports and schemes.
    "https://bitbucket.org:0",
    "https://bitbucket.org:65536",
    "https://bitbucket.org:99999999999999999999",
    "https://bitbucket.org:-1",
    "https://bitbucket.org:0x1bb",
    "https://bitbucket.org:\u0664\u0664\u0663",
    "https://bitbucket.org:",
    "http://bitbucket.org",
    "http://allowed.corp.example",
    "http://127.0.0.1",
    "file:///etc/passwd",
    "ftp://127.0.0.1",
    "gopher://127.0.0.1:6379/_",
    "//127.0.0.1",
    "127.0.0.1",
    "https://",
    "https://.",
    "https://..",
    "https://a..example",
    "https://-a.example",
    "https://*.corp.example",
    "",
    # Names that lead to where they should not.
    *(f"https://{name}" for name in INTERNAL),
]


@pytest.mark.parametrize("url", ATTEMPTS, ids=ascii)
def test_an_attempt_to_reach_what_only_this_stack_can_is_refused(net: Internet, url: str) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        # With a trailing dot it is the same name.
        return [INTERNAL.get(host) or INTERNAL[f"{host}."]]

    network = Network(AllowedHosts.parse("allowed.corp.example"), resolver=resolver)
    with pytest.raises(AddressRefusedError) as caught:
        BitbucketClient(TOKEN, network).run(get(url))
    assert net.connected == []
    message = str(caught.value)
    assert TOKEN not in message
    if asked:
        assert asked[0] in message
        assert "AllowedBitbucketHosts" in message
        assert INTERNAL.get(asked[0], "none") not in message.replace(asked[0], "")


def test_the_attempts_are_many_and_different() -> None:
    assert len(set(ATTEMPTS)) == len(ATTEMPTS) >= 30


@pytest.mark.parametrize("url", [one for one in ATTEMPTS if "bitbucket" in one], ids=ascii)
def test_no_attempt_is_taken_for_the_listed_host_that_it_names(net: Internet, url: str) -> None:
    names = leading_to("127.0.0.1")
    network = Network(AllowedHosts.parse("http://bitbucket.org *.bitbucket.org"), resolver=names)
    if url == "http://bitbucket.org":
        network.admit(url)
        return
    with pytest.raises(AddressRefusedError):
        BitbucketClient(TOKEN, network).run(get(url))
    assert {host for host, _ in names.asked} <= {"bitbucket"}
    assert net.connected == []


@given(st.text())
@example("127.0.0.1\u2100")
@example("a.example:443/\udcff")
@example("xn--\u00df.example")
@example("a.example/%")
@example("a.example/[")
def test_whatever_is_typed_ends_in_an_error_of_the_taxonomy(typed: str) -> None:
    network = Network(resolver=Names([NOT_FOUND]))
    with (
        mock.patch("socket.socket.connect", side_effect=ConnectionRefusedError),
        pytest.raises(BitbucketError),
    ):
        BitbucketClient(TOKEN, network).run(get(f"https://{typed}"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["https://127.0.0.2/", "http://169.254.169.254/", "//10.0.0.1", "/elsewhere"]
)
def test_no_redirect_is_followed(
    web: Web, authority: Authority, net: Internet, status: int, target: str
) -> None:
    web.behaviour = lambda exchange: exchange.send(status, b"", Location=target)
    network = Network(ca_bundle_pem=authority.pem, resolver=leading_to(PUBLIC))
    repository = CloudRepository(f"https://{NAME}:{web.port}", "w", "r")
    with pytest.raises(RequestRefusedError):
        BitbucketClient(TOKEN, network).run(repository.describe())
    assert net.connected == [PUBLIC]
    assert len(web.received) == 1


def test_a_refused_host_gets_no_token_over_plain_http(net: Internet) -> None:
    with web_server() as web:
        url = f"http://{NAME}:{web.port}"
        listed = Network(AllowedHosts.parse(NAME), resolver=leading_to("127.0.0.1"))
        with pytest.raises(AddressRefusedError, match="must be addressed with https://"):
            BitbucketClient(TOKEN, listed).run(get(url))
        assert web.connections == 0
        plain = Network(AllowedHosts.parse(f"http://{NAME}"), resolver=leading_to("127.0.0.1"))
        assert BitbucketClient(TOKEN, plain).run(get(url)).status == 200
        assert web.received[0].headers["host"] == f"{NAME}:{web.port}"


def test_without_a_network_only_the_internet_is_there(net: Internet) -> None:
    with web_server() as web:
        for url in (web.url, web.url.replace("http://", "https://")):
            with pytest.raises(AddressRefusedError):
                BitbucketClient(TOKEN).run(get(url))
        assert web.connections == 0


def test_the_operators_own_address_of_cloud_is_trusted(net: Internet) -> None:
    with web_server() as web, web_server() as other:
        client = BitbucketClient(TOKEN, Network().trusting(f"{web.url}/2.0"))
        assert client.run(get(f"{web.url}/2.0/x")).status == 200
        with pytest.raises(AddressRefusedError):
            client.run(get(other.url))
        assert other.connections == 0


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1:{port}", "http://bitbucket.example:{port}", "https://a@bitbucket.example"],
)
def test_the_adapter_refuses_by_itself(net: Internet, url: str) -> None:
    with web_server() as web, requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, GuardedAdapter(Network(resolver=leading_to(PUBLIC)), 1))
        with pytest.raises(AddressRefusedError):
            session.get(url.format(port=web.port), timeout=1)
        assert (web.connections, net.connected) == (0, [])


@pytest.mark.parametrize("host", ["127.0.0.1", NAME, "bitbucket"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_refuses_by_itself(net: Internet, scheme: str, host: str) -> None:
    adapter = GuardedAdapter(Network(resolver=leading_to("127.0.0.1")), 1)
    with web_server() as web:
        pool = adapter.poolmanager.connection_from_url(f"{scheme}://{host}:{web.port}")
        with pytest.raises(AddressRefusedError):
            pool.request("GET", "/", retries=False)
        assert (web.connections, net.connected) == (0, [])
