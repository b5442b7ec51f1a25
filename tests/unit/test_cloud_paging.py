import pytest

from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.exchange import Request
from bitbucket_integration.errors import BitbucketUnavailableError
from tests.unit.cloud_calls import API, CALLS, REPOSITORY, answer

NEXT = f"{API}/repositories/%7Bw%7D/%7Br%7D/hooks?pagelen=100&page=2"
HOOK = {"uuid": "{h}", "url": "https://a.example"}
PAGED = ["open_pull_requests", "comments", "webhooks", "repositories"]


@pytest.mark.parametrize("name", PAGED)
def test_the_next_page_is_asked_for_exactly_as_bitbucket_names_it(name: str) -> None:
    page = CALLS[name].read(answer({"values": [], "next": NEXT}))
    assert page.following.request == Request("GET", NEXT)


def test_all_pages_are_read_alike() -> None:
    first = REPOSITORY.webhooks().read(answer({"values": [HOOK], "next": NEXT}))
    assert first.following is not None
    last = first.following.read(answer({"values": [HOOK | {"uuid": "{i}"}]}))
    assert [hook.id for hook in (*first.items, *last.items)] == ["{h}", "{i}"]
    assert last.following is None


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/2.0/repositories/",
        "http://api.bitbucket.org/2.0/repositories/",
        "https://api.bitbucket.org.evil.example/2.0/",
        "https://api.bitbucket.org@evil.example/2.0/",
        "https://api.bitbucket.org/2.0@evil.example/",
        "https://api.bitbucket.org/2.0.evil.example/",
        "https://api.bitbucket.org:8443/2.0/",
        "//evil.example/2.0/",
        "/2.0/repositories/",
        "https://api.bitbucket.org/2.0",
        "",
        7,
        True,
        ["https://api.bitbucket.org/2.0/"],
        {"href": "https://api.bitbucket.org/2.0/"},
    ],
    ids=repr,
)
def test_the_access_token_is_taken_to_no_other_place(name: str, elsewhere: object) -> None:
    with pytest.raises(BitbucketUnavailableError, match="next page"):
        CALLS[name].read(answer({"values": [], "next": elsewhere}))


def test_pages_of_another_api_address_are_followed_there() -> None:
    local = CloudRepository("http://127.0.0.1:7990/2.0", "w", "r")
    following = "http://127.0.0.1:7990/2.0/x?page=2"
    page = local.webhooks().read(answer({"values": [], "next": following}))
    assert page.following is not None
    assert page.following.request.url == following
