from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.addresses import is_address, is_public
from bitbucket_integration.bitbucket.allowed_hosts import AllowedHosts
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.bitbucket.origin import Origin, origin_of
from bitbucket_integration.errors import AddressRefusedError

CORP = "bitbucket.corp.example"


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "104.192.141.1",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2401:1d80:321c:1::1",
        "2606:2800:220:1:248:1893:25c8:1946",
        "2a00:1450:4001::1",
    ],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)
    Network().admit_addresses(origin_of("https://a.example"), [address])


NOT_PUBLIC = {
    "unspecified": ["0.0.0.0", "0.255.255.255", "::"],  # noqa: S104
    "private": ["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1"],
    "unique local": ["fc00::1", "fd00:ec2::254", "fdff:ffff::1"],
    "loopback": ["127.0.0.1", "127.255.255.255", "::1"],
    "link-local": ["169.254.169.254", "169.254.0.1", "fe80::1", "febf::1", "fec0::1"],
    "shared": ["100.64.0.1", "100.127.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "192.0.0.8", "192.88.99.1", "4000::1", "100::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "benchmark": ["198.18.0.1", "198.19.255.255", "2001:2::1"],
    "IPv4-mapped": ["::ffff:7f00:1", "::ffff:127.0.0.1", "::ffff:93.184.216.34"],
    "IPv4-compatible": ["::127.0.0.1", "::7f00:1", "::5db8:d822"],
    "IPv4-translated": ["::ffff:0:127.0.0.1"],
    "6to4": ["2002:7f00:1::1", "2002:5db8:d822::1"],
    "Teredo": ["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::5db8:d822", "64:ff9b:1::1"],
    "ORCHID": ["2001:10::1", "2001:20::1"],
    "segment routing": ["5f00::1"],
    "with a zone": ["fe80::1%eth0", "2a00:1450:4001::1%1"],
    "not an address": [
        "",
        " ",
        "a.example",
        "1.1.1",
        "1.1.1.1.",
        "01.1.1.1",
        "1.1.1.1/32",
        "[::1]",
    ],
}


@pytest.mark.parametrize(
    ("kind", "address"), [(kind, one) for kind, some in NOT_PUBLIC.items() for one in some]
)
def test_any_other_address_is_not_public(kind: str, address: str) -> None:
    assert not is_public(address)
    with pytest.raises(AddressRefusedError):
        Network().admit_addresses(origin_of("https://a.example"), [address])


# The first and the last address of what IANA's registries keep for special purposes, and of what
# they have given out of IPv6.
RANGES = {
    "0.0.0.0": "0.255.255.255",  # noqa: S104
    "10.0.0.0": "10.255.255.255",
    "100.64.0.0": "100.127.255.255",
    "127.0.0.0": "127.255.255.255",
    "169.254.0.0": "169.254.255.255",
    "172.16.0.0": "172.31.255.255",
    "192.0.0.0": "192.0.0.255",
    "192.0.2.0": "192.0.2.255",
    "192.88.99.0": "192.88.99.255",
    "192.168.0.0": "192.168.255.255",
    "198.18.0.0": "198.19.255.255",
    "198.51.100.0": "198.51.100.255",
    "203.0.113.0": "203.0.113.255",
    "224.0.0.0": "239.255.255.255",
    "240.0.0.0": "255.255.255.255",
    "::": "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001::": "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::": "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002::": "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "3fff::": "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
    "4000::": "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
}


@pytest.mark.parametrize(("first", "last"), RANGES.items())
def test_a_special_range_is_not_public_from_end_to_end(first: str, last: str) -> None:
    assert not is_public(first)
    assert not is_public(last)


@pytest.mark.parametrize(("first", "last"), RANGES.items())
def test_what_is_next_to_a_special_range_is_public_unless_it_is_special_too(
    first: str, last: str
) -> None:
    below, above = _neighbour(first, -1), _neighbour(last, +1)
    assert below is None or is_public(below) is (below not in RANGES.values())
    assert above is None or is_public(above) is (above not in RANGES)


def _neighbour(address: str, step: int) -> str | None:
    try:
        return str(ip_address(address) + step)
    except ValueError:
        return None


@given(st.ip_addresses())
@example(IPv4Address("93.184.216.34"))
@example(IPv6Address("2606:2800:220:1:248:1893:25c8:1946"))
def test_what_is_public_here_is_public_for_python_too(
    address: IPv4Address | IPv6Address,
) -> None:
    if is_public(str(address)):
        assert address.is_global
        special = ("multicast", "reserved", "private", "loopback", "link_local", "unspecified")
        assert not any(getattr(address, f"is_{one}") for one in special)


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "::", "64:ff9b::", "::ffff:0:0:0"]))
def test_no_ipv4_address_in_an_ipv6_one_is_public(address: IPv4Address, prefix: str) -> None:
    assert not is_public(str(IPv6Address(int(IPv6Address(prefix)) | int(address))))


@given(st.text())
@example("1.1.1.1\n")
@example("\u0661.1.1.1")
def test_text_is_an_address_as_python_reads_it(text: str) -> None:
    try:
        known = bool(ip_address(text))
    except ValueError:
        known = False
    assert is_address(text) is known
    assert known or not is_public(text)


@pytest.mark.parametrize("bad", ["10.0.0.1", "127.0.0.1", "::1", "fd00::1", "fe80::1%eth0", "?"])
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "in the middle", "last"])
def test_one_bad_address_among_good_ones_is_enough(bad: str, place: int) -> None:
    addresses = ["93.184.216.34", "2606:2800::1"]
    addresses.insert(place, bad)
    with pytest.raises(AddressRefusedError) as caught:
        Network().admit_addresses(origin_of("https://a.example"), addresses)
    message = str(caught.value)
    assert "a.example" in message
    assert "AllowedBitbucketHosts" in message
    assert not any(address in message for address in addresses)


def test_a_listed_host_may_be_anywhere() -> None:
    network = Network(AllowedHosts.parse(CORP))
    network.admit_addresses(origin_of(f"https://{CORP}"), ["10.0.0.1", "fd00::1", "127.0.0.1"])
    with pytest.raises(AddressRefusedError):
        network.admit_addresses(origin_of("https://other.corp.example"), ["10.0.0.1"])


def test_even_a_listed_host_must_be_resolved_to_addresses() -> None:
    with pytest.raises(AddressRefusedError):
        Network(AllowedHosts.parse(CORP)).admit_addresses(
            origin_of(f"https://{CORP}"), ["10.0.0.1", "other.example"]
        )


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example", Origin("https", "a.example", 443)),
        ("http://a.example", Origin("http", "a.example", 80)),
        ("HTTPS://A.Example:8443/bitbucket/rest?x=1#y", Origin("https", "a.example", 8443)),
        ("https://a.example./x", Origin("https", "a.example", 443)),
        ("https://a.example?x=@b.example", Origin("https", "a.example", 443)),
        ("https://a.example#@b.example", Origin("https", "a.example", 443)),
        ("https://a.example/@b.example:99", Origin("https", "a.example", 443)),
        ("https://localhost", Origin("https", "localhost", 443)),
        ("https://a_b.example", Origin("https", "a_b.example", 443)),
        ("https://_a_.example", Origin("https", "_a_.example", 443)),
        ("https://xn--bcher-kva.example", Origin("https", "xn--bcher-kva.example", 443)),
        ("https://1and1.example", Origin("https", "1and1.example", 443)),
        ("https://git.1and1", Origin("https", "git.1and1", 443)),
        ("https://git.0xg", Origin("https", "git.0xg", 443)),
        ("https://93.184.216.34:1", Origin("https", "93.184.216.34", 1)),
        ("https://93.184.216.34./", Origin("https", "93.184.216.34", 443)),
        ("https://[2606:2800:0:0::1]:65535/", Origin("https", "2606:2800::1", 65535)),
    ],
)
def test_a_plain_url_has_an_origin(url: str, origin: Origin) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize("misread", [*map(chr, range(0x21)), "\x7f", "\\"], ids=ascii)
@pytest.mark.parametrize("url", ["https://a.example/x{}y", "https://a.example?{}", "https://a{}.b"])
def test_what_parsers_disagree_about_is_refused_anywhere_in_a_url(url: str, misread: str) -> None:
    with pytest.raises(AddressRefusedError, match="plain URL"):
        origin_of(url.format(misread))


@pytest.mark.parametrize("name", ["a-.example", "-a.example", "a.-", "-"])
def test_a_label_neither_begins_nor_ends_with_a_hyphen(name: str) -> None:
    with pytest.raises(AddressRefusedError, match="not a host name"):
        origin_of(f"https://{name}")


LONGEST_LABEL = "a" * 63
LONGEST_NAME = f"{LONGEST_LABEL}.{LONGEST_LABEL}.{LONGEST_LABEL}.{'a' * 61}"


@pytest.mark.parametrize("name", [LONGEST_LABEL, LONGEST_NAME, f"{LONGEST_NAME}."])
def test_a_name_may_be_as_long_as_names_are(name: str) -> None:
    assert origin_of(f"https://{name}").host == name.removesuffix(".")


@pytest.mark.parametrize("name", [f"{LONGEST_LABEL}a", f"a.{LONGEST_LABEL}a", f"{LONGEST_NAME}a"])
def test_a_longer_name_is_refused(name: str) -> None:
    with pytest.raises(AddressRefusedError):
        origin_of(f"https://{name}")


SECRET = "ATCTT3xFfGN0"


@pytest.mark.parametrize(
    "url",
    [
        f"https://x-token-auth:{SECRET}@bitbucket.org/a/b",
        f"https://{SECRET}@bitbucket.org/a/b",
        f"https://x-token-auth:{SECRET}%40bitbucket.org/a/b",
        f"https://x-token-auth:{SECRET}/a/b",
        f"https://{SECRET}%40bitbucket.org/a/b",
        f"https://bitbucket.org\\@{SECRET}",
        f"https:// {SECRET}",
        f"ssh://{SECRET}@bitbucket.org",
    ],
)
def test_a_refusal_shows_no_password(url: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        origin_of(url)
    assert SECRET not in str(caught.value)


def test_a_refusal_is_one_short_printable_line() -> None:
    with pytest.raises(AddressRefusedError) as caught:
        origin_of("https://\u202e\u0007" + "\u3002" * 10_000)
    with pytest.raises(AddressRefusedError) as shown:
        origin_of("https://\u202e" + "\u3002" * 10_000)
    for error in (caught, shown):
        assert str(error.value).isprintable()
        assert len(str(error.value)) < 1000


@given(st.text())
@example("http\u017f://a.example")
@example("https://[::1%25lo]")
@example("https://a.example:\u0661")
def test_any_text_has_an_origin_or_is_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.example{text}"):
        try:
            origin = origin_of(url)
        except AddressRefusedError:
            continue
        assert origin_of(f"{origin.scheme}://{_in_url(origin.host)}:{origin.port}") == origin


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@given(st.text(st.sampled_from("0123456789abcdefx.%[]:-"), max_size=20))
@example("127.1")
@example("0x7f.1")
@example("2130706433")
@example("0177.0.0.1")
def test_what_could_be_read_as_an_address_is_one_or_is_refused(host: str) -> None:
    try:
        origin = origin_of(f"https://{host}")
    except AddressRefusedError:
        return
    last = origin.host.rpartition(".")[2]
    number = last.isdigit() or (last[:2] == "0x" and all(c in "0123456789abcdef" for c in last[2:]))
    assert is_address(origin.host) is (number or ":" in origin.host)


def test_trust_is_in_one_origin_alone() -> None:
    network = Network().trusting("http://127.0.0.1:7990/2.0")
    network.admit("http://127.0.0.1:7990/anything")
    for url in (
        "http://127.0.0.1:7991",
        "http://127.0.0.1",
        "https://127.0.0.1:7990",
        "http://localhost:7990",
    ):
        with pytest.raises(AddressRefusedError):
            network.admit(url)


def test_trust_adds_up_and_changes_no_other_network() -> None:
    first = Network().trusting("http://127.0.0.1:1")
    second = first.trusting("http://127.0.0.1:2")
    second.admit("http://127.0.0.1:1")
    second.admit("http://127.0.0.1:2")
    with pytest.raises(AddressRefusedError):
        first.admit("http://127.0.0.1:2")


@pytest.mark.parametrize("listed", ["", CORP, "*.corp.example"])
def test_plain_http_needs_an_entry_of_its_own(listed: str) -> None:
    with pytest.raises(AddressRefusedError, match=f"{CORP} must be addressed with https://"):
        Network(AllowedHosts.parse(listed)).admit(f"http://{CORP}")
    Network(AllowedHosts.parse(f"{listed} http://{CORP}")).admit(f"http://{CORP}")
