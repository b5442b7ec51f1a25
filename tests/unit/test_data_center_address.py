import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.origin import origin_of
from bitbucket_integration.errors import InvalidRequestError
from repository_address import CloudAddress, DataCenterAddress, parse

BASE = "https://bitbucket.example.com"
SHOP = DataCenterAddress(BASE, "DATA", "jaffle-shop")
JANE = DataCenterAddress(BASE, "~jane", "jaffle-shop")


def at(base_url: str) -> DataCenterAddress:
    return DataCenterAddress(base_url, "DATA", "jaffle-shop")


GOOD = {
    # As the browser shows it, anywhere in the repository.
    f"{BASE}/projects/DATA/repos/jaffle-shop": SHOP,
    f"  {BASE}/projects/DATA/repos/jaffle-shop\n": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop/": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop/browse": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop/browse/projects/X/repos/y?at=refs%2Fheads": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop/pull-requests/42/overview": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop/pull-requests/42/overview?commentId=7": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop/pull-requests/42/diff#models/orders.sql": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop/commits": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop/settings/webhooks": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop?x=@y": SHOP,
    f"{BASE}/projects/DATA/repos/jaffle-shop#readme": SHOP,
    f"{BASE}/projects/data/repos/jaffle-shop": SHOP,
    f"{BASE}//projects//DATA/repos/jaffle-shop": SHOP,
    f"{BASE}/projects/%44ATA/repos/jaffle%2Dshop": SHOP,
    "https://BitBucket.Example.COM/projects/DATA/repos/jaffle-shop": SHOP,
    "HTTPS://bitbucket.example.com/projects/DATA/repos/jaffle-shop": SHOP,
    "https://bitbucket.example.com./projects/DATA/repos/jaffle-shop": SHOP,
    # Ports and context paths.
    f"{BASE}:443/projects/DATA/repos/jaffle-shop": SHOP,
    f"{BASE}:8443/projects/DATA/repos/jaffle-shop": at(f"{BASE}:8443"),
    f"{BASE}:0443/projects/DATA/repos/jaffle-shop": SHOP,
    f"{BASE}/bitbucket/projects/DATA/repos/jaffle-shop": at(f"{BASE}/bitbucket"),
    f"{BASE}/Dev/Git/projects/DATA/repos/jaffle-shop": at(f"{BASE}/Dev/Git"),
    f"{BASE}/projects/projects/DATA/repos/jaffle-shop": at(f"{BASE}/projects"),
    f"{BASE}/scm/projects/DATA/repos/jaffle-shop": at(f"{BASE}/scm"),
    f"{BASE}/rest/api/latest/projects/DATA/repos/jaffle-shop": SHOP,
    f"{BASE}/git/rest/api/1.0/projects/DATA/repos/jaffle-shop/webhooks": at(f"{BASE}/git"),
    f"{BASE}/rest/api/1.0/git/projects/DATA/repos/jaffle-shop": at(f"{BASE}/rest/api/1.0/git"),
    # A user's own.
    f"{BASE}/users/jane/repos/jaffle-shop": JANE,
    f"{BASE}/users/jane/repos/jaffle-shop/browse": JANE,
    f"{BASE}/projects/~jane/repos/jaffle-shop": JANE,
    f"{BASE}/projects/%7Ejane/repos/jaffle-shop": JANE,
    f"{BASE}/scm/~jane/jaffle-shop.git": JANE,
    f"{BASE}/users/jane.doe_x/repos/r": DataCenterAddress(BASE, "~jane.doe_x", "r"),
    f"{BASE}/users/j/repos/r": DataCenterAddress(BASE, "~j", "r"),
    # To clone from.
    f"{BASE}/scm/data/jaffle-shop.git": SHOP,
    f"{BASE}/scm/data/jaffle-shop": SHOP,
    f"{BASE}/bitbucket/scm/data/jaffle-shop.git": at(f"{BASE}/bitbucket"),
    f"{BASE}/scm/scm/data/jaffle-shop.git": at(f"{BASE}/scm"),
    "https://jane@bitbucket.example.com/scm/data/jaffle-shop.git": SHOP,
    "https://jane%40corp.example@bitbucket.example.com:8443/scm/data/jaffle-shop.git": at(
        f"{BASE}:8443"
    ),
    # Hosts without a domain, and addresses; whether they may be connected to is judged later.
    "https://bitbucket/projects/DATA/repos/jaffle-shop": at("https://bitbucket"),
    "https://10.1.2.3:7990/projects/DATA/repos/jaffle-shop": at("https://10.1.2.3:7990"),
    "https://[2001:DB8::1]/projects/DATA/repos/jaffle-shop": at("https://[2001:db8::1]"),
    "https://xn--bcket-kva.example/projects/DATA/repos/jaffle-shop": at(
        "https://xn--bcket-kva.example"
    ),
    "https://bitbucket.org.evil.example/projects/DATA/repos/jaffle-shop": at(
        "https://bitbucket.org.evil.example"
    ),
    # Unusual names.
    f"{BASE}/projects/{'D' * 128}/repos/{'r' * 128}": DataCenterAddress(BASE, "D" * 128, "r" * 128),
    f"{BASE}/users/{'j' * 127}/repos/r": DataCenterAddress(BASE, "~" + "j" * 127, "r"),
    f"{BASE}/{'c' * 100}/projects/DATA/repos/jaffle-shop": at(f"{BASE}/{'c' * 100}"),
    f"{BASE}/~git/projects/DATA/repos/jaffle-shop": at(f"{BASE}/~git"),
    f"{BASE}/projects/D_1-X/repos/a.b_c-1": DataCenterAddress(BASE, "D_1-X", "a.b_c-1"),
    f"{BASE}/scm/data/a.git.git": DataCenterAddress(BASE, "DATA", "a.git"),
    f"{BASE}/projects/DATA/repos/repos": DataCenterAddress(BASE, "DATA", "repos"),
}


@pytest.mark.parametrize(("text", "address"), GOOD.items(), ids=GOOD)
def test_every_address_that_data_center_shows_is_understood(
    text: str, address: DataCenterAddress
) -> None:
    assert parse(text) == address


@pytest.mark.parametrize("address", sorted(set(GOOD.values()), key=repr), ids=repr)
def test_what_was_understood_is_understood_again(address: DataCenterAddress) -> None:
    url = f"{address.base_url}/projects/{address.project_key}/repos/{address.slug}"
    assert parse(url) == address
    assert parse(DataCenterRepository(*_parts(address)).describe().request.url) == address


def _parts(address: DataCenterAddress) -> tuple[str, str, str]:
    return address.base_url, address.project_key, address.slug


BAD = {
    # Nothing in it names a repository.
    f"{BASE}": "/projects/",
    f"{BASE}/": "/projects/",
    f"{BASE}/projects": "/projects/",
    f"{BASE}/projects/DATA": "/projects/",
    f"{BASE}/projects/DATA/repos": "/projects/",
    f"{BASE}/projects/DATA/repos/": "/projects/",
    f"{BASE}/projects/DATA/jaffle-shop": "/projects/",
    f"{BASE}/projects/DATA/repositories/jaffle-shop": "/projects/",
    f"{BASE}/users/jane": "/projects/",
    f"{BASE}/dashboard": "/projects/",
    f"{BASE}/scm/data": "/projects/",
    f"{BASE}/scm/data/jaffle-shop.git/info/refs": "/projects/",
    f"{BASE}?next=/projects/DATA/repos/jaffle-shop": "/projects/",
    f"{BASE}#/projects/DATA/repos/jaffle-shop": "/projects/",
    "https://github.com/acme/jaffle-shop": "/projects/",
    # No such names.
    f"{BASE}/projects/1DATA/repos/jaffle-shop": "no name",
    f"{BASE}/projects/DA TA/repos/jaffle-shop": "no name",
    f"{BASE}/projects/DA%2FTA/repos/jaffle-shop": "no name",
    f"{BASE}/projects/..%2f/repos/jaffle-shop": "no name",
    f"{BASE}/projects/~/repos/jaffle-shop": "no name",
    f"{BASE}/projects/~~jane/repos/jaffle-shop": "no name",
    f"{BASE}/users/../repos/jaffle-shop": "no name",
    f"{BASE}/users/./repos/jaffle-shop": "no name",
    f"{BASE}/users/jane%20doe/repos/jaffle-shop": "no name",
    f"{BASE}/users/{'j' * 128}/repos/jaffle-shop": "no name",
    f"{BASE}/projects/DATA/repos/..": "no name",
    f"{BASE}/projects/DATA/repos/.": "no name",
    f"{BASE}/projects/DATA/repos/%2e%2e": "no name",
    f"{BASE}/projects/DATA/repos/jaffle%20shop": "no name",
    f"{BASE}/projects/DATA/repos/jaffle~shop": "no name",
    f"{BASE}/projects/DATA/repos/jäffle": "no name",
    f"{BASE}/projects/DATA/repos/a%00b": "no name",
    f"{BASE}/projects/{'D' * 129}/repos/jaffle-shop": "no name",
    f"{BASE}/projects/DATA/repos/{'r' * 129}": "no name",
    f"{BASE}/scm/data/.git": "no name",
    f"{BASE}/scm/{{x}}/jaffle-shop.git": "no name",
    # No such context paths.
    f"{BASE}/{'c' * 101}/projects/DATA/repos/jaffle-shop": "unusual path",
    f"{BASE}/../projects/DATA/repos/jaffle-shop": "unusual path",
    f"{BASE}/./projects/DATA/repos/jaffle-shop": "unusual path",
    f"{BASE}/%2e%2e/projects/DATA/repos/jaffle-shop": "unusual path",
    f"{BASE}/a b/projects/DATA/repos/jaffle-shop": "unusual path",
    f"{BASE}/a;b/projects/DATA/repos/jaffle-shop": "unusual path",
    f"{BASE}/a\\b/projects/DATA/repos/jaffle-shop": "unusual path",
    # SSH does not tell the base URL.
    "ssh://git@bitbucket.example.com:7999/data/jaffle-shop.git": "address that the browser shows",
    "ssh://git@bitbucket.example.com/data/jaffle-shop.git": "address that the browser shows",
    "git@bitbucket.example.com:data/jaffle-shop.git": "address that the browser shows",
    "git@bitbucket.example.com:7999/data/jaffle-shop.git": "address that the browser shows",
    # Without encryption.
    "http://bitbucket.example.com/projects/DATA/repos/jaffle-shop": "https address",
    "http://bitbucket.example.com:7990/projects/DATA/repos/jaffle-shop": "https address",
    "http://jane@127.0.0.1:7990/scm/data/jaffle-shop.git": "https address",
    # Hosts in disguise.
    "https://jane@bitbucket.example.com/projects/DATA/repos/jaffle-shop": "user name",
    "https://bitbucket.org@evil.example/projects/DATA/repos/jaffle-shop": "user name",
    "https://bitbucket.example.com@/projects/DATA/repos/jaffle-shop": "must be",
    "https://evil.example#@bitbucket.example.com/scm/data/jaffle-shop.git": "/projects/",
    "https://@bitbucket.example.com/projects/DATA/repos/jaffle-shop": "user name",
    "https://2130706433/projects/DATA/repos/jaffle-shop": "host name",
    "https://0x7f000001/projects/DATA/repos/jaffle-shop": "host name",
    "https://0177.0.0.1/projects/DATA/repos/jaffle-shop": "host name",
    "https://127.1/projects/DATA/repos/jaffle-shop": "host name",
    "https://bitbucket。example.com/projects/DATA/repos/jaffle-shop": "host name",
    "https://bücket.example/projects/DATA/repos/jaffle-shop": "host name",
    "https://bitbucket%2eexample.com/projects/DATA/repos/jaffle-shop": "host name",
    "https://bitbucket..example.com/projects/DATA/repos/jaffle-shop": "host name",
    "https://-a.example/projects/DATA/repos/jaffle-shop": "host name",
    "https://[::1%25eth0]/projects/DATA/repos/jaffle-shop": "host name",
    "https://bit bucket.example/projects/DATA/repos/jaffle-shop": "plain URL",
    "https://bitbucket.example.com\\evil/projects/DATA/repos/jaffle-shop": "plain URL",
    "https://bitbucket\t.example.com/projects/DATA/repos/jaffle-shop": "plain URL",
    "https://bitbucket.example.com:0/projects/DATA/repos/jaffle-shop": "port 0",
    "https://bitbucket.example.com:65536/projects/DATA/repos/jaffle-shop": "port 65536",
    "https://bitbucket.example.com:x/projects/DATA/repos/jaffle-shop": "host name",
    "https:///projects/DATA/repos/jaffle-shop": "must be",
    "https://bitbucket.org./projects/DATA/repos/jaffle-shop": "must be",
    # No addresses of the web.
    "bitbucket.example.com/projects/DATA/repos/jaffle-shop": "must be",
    "ftp://bitbucket.example.com/projects/DATA/repos/jaffle-shop": "must be",
    "git://bitbucket.example.com/projects/DATA/repos/jaffle-shop": "must be",
    "file:///projects/DATA/repos/jaffle-shop": "must be",
}


@pytest.mark.parametrize(("text", "told"), BAD.items(), ids=BAD)
def test_anything_else_is_refused_with_a_cure(text: str, told: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse(text)
    assert caught.value.field == "repository"
    assert told in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        "https://jane:SECRET@bitbucket.example.com/scm/data/jaffle-shop.git",
        "https://jane:@bitbucket.example.com/scm/data/jaffle-shop.git",
        "https://x:SECRET@bitbucket.example.com/projects/DATA/repos/jaffle-shop",
        "ssh://git:SECRET@bitbucket.example.com:7999/data/jaffle-shop.git",
        "http://jane:SECRET@bitbucket.example.com/scm/data/jaffle-shop.git",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="field of its own") as caught:
        parse(text)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "https://SECRET@bitbucket.example.com/projects/DATA/repos/jaffle-shop",
        "https://jane:SE/CRET@bitbucket.example.com/scm/data/jaffle-shop.git",
        "https://SECRET%40bitbucket.example.com/scm/data/jaffle-shop.git",
        "https://bitbucket.example.com:SECRET/scm/data/jaffle-shop.git",
    ],
)
def test_what_may_be_a_password_is_not_repeated_either(text: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse(text)
    assert "SECRET" not in str(caught.value)


class TestPlainHttp:
    @pytest.mark.parametrize(
        ("text", "base_url"),
        [
            ("http://127.0.0.1:7990/projects/DATA/repos/jaffle-shop", "http://127.0.0.1:7990"),
            ("http://127.0.0.1:80/projects/DATA/repos/jaffle-shop", "http://127.0.0.1"),
            ("http://127.0.0.1:443/projects/DATA/repos/jaffle-shop", "http://127.0.0.1:443"),
            ("http://jane@127.0.0.1/git/scm/data/jaffle-shop.git", "http://127.0.0.1/git"),
        ],
    )
    def test_is_for_hosts_that_are_allowed_it(self, text: str, base_url: str) -> None:
        assert parse(text, allow_http={"127.0.0.1"}.__contains__) == at(base_url)

    def test_is_for_no_other_host(self) -> None:
        asked: list[str] = []

        def nobody(host: str) -> bool:
            asked.append(host)
            return False

        with pytest.raises(InvalidRequestError, match="without encryption"):
            parse("http://BITBUCKET.example.com:7990/users/jane/repos/r", allow_http=nobody)
        assert asked == ["bitbucket.example.com"]
        parse(f"{BASE}/users/jane/repos/r", allow_http=nobody)
        assert len(asked) == 1


pieces = st.sampled_from(
    [
        *("https://", "http://", "ssh://", "bitbucket.example.com", "bitbucket.org", "127.0.0.1"),
        *("/", "//", "projects", "users", "scm", "repos", "/projects/DATA", "/repos/shop", "DATA"),
        *("~jane", "shop.git", "rest/api/latest", ":", ":8443", "@", "jane@", "?", "#", "\\"),
        *("..", ".", "%2F", "%2e", "%40", "[::1]", "\u3002", " ", "\t", "\n", "\x00", "ä"),
    ]
)


@given(st.lists(pieces, max_size=10).map("".join) | st.text(max_size=30).map(BASE.__add__))
@example(f"{BASE}/projects/DATA/repos/shop")
@example("https://a:b@c@d/projects/DATA/repos/shop")
def test_every_text_is_an_address_or_invalid(text: str) -> None:
    try:
        address = parse(text, allow_http=lambda _: True)
    except InvalidRequestError:
        return
    if isinstance(address, CloudAddress):
        return
    origin = origin_of(address.base_url)
    assert origin.host not in {"bitbucket.org", "www.bitbucket.org"}
    assert not address.base_url.endswith("/")
    assert not set(address.base_url) & set("@?#%\\ \t\n\x00")
    assert not set(address.project_key + address.slug) & set("/@?#%\\ \t\n\x00:")
    assert {address.project_key, address.slug}.isdisjoint({"", ".", ".."})
    key = address.project_key
    assert key.startswith("~") or key == key.upper()
    # Whatever is asked for there is asked of that server.
    url = DataCenterRepository(*_parts(address)).describe().request.url
    assert origin_of(url) == origin
