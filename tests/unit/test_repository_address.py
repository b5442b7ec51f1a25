import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bitbucket_integration.errors import InvalidRequestError
from repository_address import CloudAddress, parse

UUID = "{7f1f0dd8-ffb5-4a57-9d5b-5b9cf2a1c001}"
OTHER_UUID = "{3DEB8C29-778A-450C-8F69-3E50A18079DF}"
IN_URL = "%7B7f1f0dd8-ffb5-4a57-9d5b-5b9cf2a1c001%7D"
SHOP = CloudAddress("acme", "jaffle-shop")


@pytest.mark.parametrize(
    "text",
    [
        "acme/jaffle-shop",
        "  acme/jaffle-shop\n",
        "acme/jaffle-shop/",
        "/acme/jaffle-shop",
        "acme/jaffle-shop.git",
        "Acme/Jaffle-Shop",
        "bitbucket.org/acme/jaffle-shop",
        "Bitbucket.org/acme/jaffle-shop/src/main/",
        "www.bitbucket.org/acme/jaffle-shop",
        "https://bitbucket.org/acme/jaffle-shop",
        "HTTPS://BITBUCKET.ORG/acme/jaffle-shop",
        "http://bitbucket.org/acme/jaffle-shop/",
        "https://www.bitbucket.org/acme/jaffle-shop",
        "https://bitbucket.org:443/acme/jaffle-shop",
        "https://bitbucket.org//acme//jaffle-shop",
        "https://bitbucket.org/acme/jaffle-shop.git",
        "https://somebody@bitbucket.org/acme/jaffle-shop.git",
        "https://x-token-auth@bitbucket.org/acme/jaffle-shop.git",
        "https://bitbucket.org/acme/jaffle-shop/pull-requests/42/diff",
        "https://bitbucket.org/acme/jaffle-shop/src/main/models/orders.sql?at=main#lines-3",
        "https://bitbucket.org/acme/jaffle-shop?tab=readme",
        "https://bitbucket.org/%61cme/jaffle%2Dshop",
        "git@bitbucket.org:acme/jaffle-shop.git",
        "git@bitbucket.org:acme/jaffle-shop",
        "git@BITBUCKET.org:acme/jaffle-shop.git",
        "git@bitbucket.org:/acme/jaffle-shop.git",
        "git@bitbucket.org/acme/jaffle-shop.git",
        "git@bitbucket.org:acme/jaffle-shop/src/main",
        "ssh://git@bitbucket.org/acme/jaffle-shop.git",
        "ssh://git@bitbucket.org:22/acme/jaffle-shop.git",
        "ssh://git@altssh.bitbucket.org:443/acme/jaffle-shop.git",
    ],
)
def test_every_address_that_bitbucket_shows_is_understood(text: str) -> None:
    assert parse(text) == SHOP


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"{UUID}/{OTHER_UUID}", CloudAddress(UUID, OTHER_UUID.lower())),
        (f"https://bitbucket.org/{UUID}/jaffle-shop", CloudAddress(UUID, "jaffle-shop")),
        (f"https://bitbucket.org/{IN_URL}/{IN_URL}/src", CloudAddress(UUID, UUID)),
        ("a_b/c.d-e", CloudAddress("a_b", "c.d-e")),
        ("acme/git", CloudAddress("acme", "git")),
        ("acme/a.git.git", CloudAddress("acme", "a.git")),
        ("22/jaffle-shop", CloudAddress("22", "jaffle-shop")),
        ("git@bitbucket.org:22/jaffle-shop", CloudAddress("22", "jaffle-shop")),
        (f"{'w' * 128}/{'r' * 128}", CloudAddress("w" * 128, "r" * 128)),
    ],
)
def test_names_may_be_unusual(text: str, address: CloudAddress) -> None:
    assert parse(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "acme",
        "acme/",
        "/acme",
        "acme/.git",
        "acme/jaffle-shop/src",
        "acme/jaffle shop",
        "acme/jaffle-shop?x=1",
        "acme/jaffle-shop#x",
        "acme/..",
        "../jaffle-shop",
        "./jaffle-shop",
        "acme/...git",
        "acme\\jaffle-shop",
        "acme:jaffle-shop",
        "acme/jaffle~shop",
        "acme/jäffle",
        "acme/%2e%2e",
        "acme/a%2fb",
        "acme/a\x00b",
        "{not-a-uuid}/jaffle-shop",
        "{7f1f0dd8-ffb5-4a57-5b9cf2a1c001}/jaffle-shop",
        "{7f1f0dd8-ffb5-4a57-9d5b-5b9cf2a1c00}/jaffle-shop",
        UUID,
        f"acme/{UUID}x",
        f"acme/{'r' * 129}",
        "bitbucket.org/acme",
        "bitbucket.org",
        "https://bitbucket.org",
        "https://bitbucket.org/acme",
        "https://bitbucket.org/../jaffle-shop",
        "https://",
        "https:///acme/jaffle-shop",
        "https://[::1/acme/jaffle-shop",
        "ftp://bitbucket.org/acme/jaffle-shop",
        "file:///acme/jaffle-shop",
        "javascript://bitbucket.org/acme/jaffle-shop",
        "https://github.com/acme/jaffle-shop",
        "https://bitbucket.org.evil.example/acme/jaffle-shop",
        "https://bitbucket.org@evil.example/acme/jaffle-shop",
        "https://evil.example/bitbucket.org/acme/jaffle-shop",
        "git@github.com:acme/jaffle-shop.git",
        "jane@bitbucket.org:acme/jaffle-shop.git",
        "ssh://git@bitbucket.acme.example:7999/data/jaffle-shop.git",
        "git@bitbucket.org:acme",
        "git@bitbucket.org:acme/jaffle-shop\nevil",
    ],
)
def test_anything_else_is_refused_with_a_cure(text: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse(text)
    assert caught.value.field == "repository"
    assert "bitbucket.org" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "https://x-token-auth:SECRET@bitbucket.org/acme/jaffle-shop.git",
        "https://somebody:@bitbucket.org/acme/jaffle-shop.git",
        "ssh://git:SECRET@bitbucket.org/acme/jaffle-shop.git",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="field of its own") as caught:
        parse(text)
    assert caught.value.field == "repository"
    assert "SECRET" not in str(caught.value)


def test_a_name_that_is_none_is_shown_unless_it_may_be_a_password() -> None:
    with pytest.raises(InvalidRequestError, match="'jaffle shop' is no name"):
        parse("acme/jaffle shop")
    with pytest.raises(InvalidRequestError) as caught:
        parse("x-token-auth:SECRET@bitbucket.org/acme")
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("text", ["acme/" + "ä" * 400, f"https://{'h' * 400}/acme/jaffle-shop"])
def test_a_long_name_is_cut_in_the_error(text: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse(text)
    assert len(str(caught.value)) < 350


pieces = st.sampled_from(
    ["acme", "jaffle-shop", "/", ":", "@", "git", "bitbucket.org", "https://", "ssh://", "?", "#"]
) | st.sampled_from(["..", ".git", "%2F", "%7B", "{", "}", "[", "]", "\\", " ", "\n", "\x00", UUID])


@given(st.text(max_size=40) | st.lists(pieces, max_size=8).map("".join))
@example("https://[v1.a]/acme/b")
@example("https://bitbucket.org:99999999/acme/b")
@example("https://bitbucket.org\u2100/acme/b")
def test_every_text_is_an_address_or_invalid(text: str) -> None:
    try:
        address = parse(text)
    except InvalidRequestError:
        return
    assert isinstance(address, CloudAddress)
    for part in (address.workspace, address.repository):
        assert part == part.lower()
        assert not set(part) & set("/\\?#%: \n\x00@")
        assert part not in {"", ".", ".."}
