import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.allowed_hosts import AllowedHosts
from bitbucket_integration.errors import SettingsError

LIST = AllowedHosts.parse(
    "bitbucket.corp.example, *.intern.example\n10.1.2.3 [fd00::1],http://127.0.0.1"
)


@pytest.mark.parametrize(
    "host",
    [
        "bitbucket.corp.example",
        "Bitbucket.CORP.example",
        "bitbucket.corp.example.",
        "a.intern.example",
        "a.b.intern.example",
        "A.Intern.Example.",
        "10.1.2.3",
        "fd00::1",
        "[fd00::1]",
        "[FD00:0:0::1]",
        "127.0.0.1",
    ],
)
def test_what_is_listed_is_allowed(host: str) -> None:
    assert LIST.allows(host)


@pytest.mark.parametrize(
    "host",
    [
        "corp.example",
        "a.bitbucket.corp.example",
        "xbitbucket.corp.example",
        "bitbucket.corp.example.evil.example",
        "bitbucket.corp.example..",
        "intern.example",
        "intern.example.",
        "evilintern.example",
        ".intern.example",
        "*.intern.example",
        "a.intern.example.evil.example",
        "a..intern.example",
        "a b.intern.example",
        "evil.example\n.intern.example",
        "evil.example/.intern.example",
        "evil.example#.intern.example",
        "evil.example?.intern.example",
        "evil.example\\.intern.example",
        "evil.example@a.intern.example",
        "evil.example%2f.intern.example",
        "a.intern.example:443",
        "bitbucket\u3002corp\u3002example",
        "\uff42itbucket.corp.example",
        "bitbuc\u212aet.corp.example",
        "10.1.2.4",
        "10.1.2.03",
        "0xa010203",
        "167838211",
        "fd00::2",
        "[fd00::1",
        "fd00::1%eth0",
        "[::ffff:10.1.2.3]",
        "127.1",
        "localhost",
        "",
        ".",
    ],
)
def test_nothing_else_is_allowed(host: str) -> None:
    assert not LIST.allows(host)


@pytest.mark.parametrize("text", ["", " ", ",", " , \n"])
def test_an_empty_list_allows_nothing(text: str) -> None:
    assert AllowedHosts.parse(text) == AllowedHosts()
    assert not AllowedHosts().allows("bitbucket.corp.example")


def test_plain_http_is_allowed_host_by_host() -> None:
    hosts = AllowedHosts.parse("http://127.0.0.1 HTTP://Bitbucket.test a.example *.b.example")
    assert hosts.allows_plain_http("127.0.0.1")
    assert hosts.allows_plain_http("bitbucket.test")
    assert hosts.allows("bitbucket.test")
    for host in ("a.example", "x.b.example", "127.0.0.2", "", "127.1"):
        assert not hosts.allows_plain_http(host)


@pytest.mark.parametrize(
    "entry",
    [
        "*",
        "*.",
        "*.com",
        "*.com.",
        "*bitbucket.example",
        "bitbucket.*.example",
        "*.*.example",
        "*.10.1.2.3",
        "*.[::1]",
        "http://*.intern.example",
        "https://bitbucket.corp.example",
        "http://",
        "http://127.0.0.1:7990",
        "bitbucket.corp.example:7990",
        "bitbucket.corp.example/bitbucket",
        "10.0.0.0/8",
        "127.1",
        "0x7f000001",
        "010.1.2.3",
        "fe80::1%eth0",
        "user@bitbucket.corp.example",
        "bücher.example",
        "bitbucket..example",
        "-bitbucket.example",
        "a" * 64 + ".example",
        "a." * 130 + "example",
    ],
)
def test_a_bad_entry_is_named(entry: str) -> None:
    with pytest.raises(SettingsError) as caught:
        AllowedHosts.parse(f"good.example {entry} *.fine.example")
    assert str(caught.value).startswith("AllowedBitbucketHosts: ")
    assert ascii(entry[:100]) in str(caught.value)


@given(st.text())
@example("*.\u3002")
@example("[")
@example("::1")
def test_any_text_is_a_list_or_a_fault_of_the_settings(text: str) -> None:
    try:
        hosts = AllowedHosts.parse(text)
    except SettingsError:
        return
    for entry in hosts.names:
        assert hosts.allows(entry)


@given(st.text())
def test_any_text_can_be_asked_for(host: str) -> None:
    assert LIST.allows(host) in {True, False}
    assert not AllowedHosts().allows(host)


@given(st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,20}[a-z0-9_])?", fullmatch=True))
def test_what_is_below_a_suffix_is_allowed_and_what_only_ends_like_it_is_not(label: str) -> None:
    assert LIST.allows(f"{label}.intern.example")
    assert not LIST.allows(f"{label}intern.example")
    assert not LIST.allows(f"intern.example.{label}")
