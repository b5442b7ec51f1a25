from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.exchange import Call, Request, Response
from bitbucket_integration.bitbucket.moved import follow
from bitbucket_integration.bitbucket.origin import origin_of
from bitbucket_integration.errors import (
    MovedInBitbucketError,
    NotFoundInBitbucketError,
    RequestRefusedError,
)
from tests.unit.cloud_calls import answer
from tests.unit.data_center_calls import BASE_URL, CALLS, REPOSITORY, REST

NEW = f"{REST}/projects/NEW/repos/shop"
DESCRIBED = {"id": 7, "slug": "shop", "project": {"key": "NEW"}}


def test_a_moved_repository_is_found_by_its_new_names() -> None:
    describe = REPOSITORY.describe()
    with pytest.raises(MovedInBitbucketError) as caught:
        describe.read(Response(307, {"location": NEW}))
    followed = follow(describe, caught.value.location)
    assert followed.request == Request("GET", NEW)
    renamed = REPOSITORY.renamed(followed.read(answer(DESCRIBED)))
    assert renamed.describe().request.url == NEW


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (NEW, NEW),
        ("/git/rest/api/latest/projects/NEW/repos/shop", NEW),
        ("//bitbucket.example.com/x", "https://bitbucket.example.com/x"),
        ("https://bitbucket.example.com:443/x", "https://bitbucket.example.com:443/x"),
        ("https://BITBUCKET.example.com/x", "https://BITBUCKET.example.com/x"),
        ("https:///x", "https://bitbucket.example.com/x"),
        ("../shop", f"{REST}/projects/DATA/shop"),
        ("?start=1", f"{REPOSITORY.describe().request.url}?start=1"),
        (f"{NEW}?a=1#fragment", f"{NEW}?a=1"),
    ],
)
def test_an_address_on_the_same_server_is_followed(location: str, target: str) -> None:
    assert follow(REPOSITORY.describe(), location).request.url == target


@pytest.mark.parametrize(
    "location",
    [
        "http://bitbucket.example.com/git/rest",
        "https://bitbucket.example.com:8443/git/rest",
        "https://evil.example/git/rest",
        "//evil.example/git/rest",
        "https://bitbucket.example.com.evil.example/",
        "https://bitbucket.example.com@evil.example/",
        "https://evil.example@bitbucket.example.com/",
        "https://user:password@bitbucket.example.com/",
        "https://bitbucket.example.com\\@evil.example/",
        "\\\\evil.example/git",
        "https:\\\\evil.example",
        "https://bitbucket。example.com/",
        "https://[::1",
        "ftp://bitbucket.example.com/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://127.0.0.1/",
    ],
)
def test_the_access_token_is_taken_to_no_other_place(location: str) -> None:
    with pytest.raises(RequestRefusedError, match="sends to"):
        follow(REPOSITORY.describe(), location)


@pytest.mark.parametrize(
    "name", sorted(name for name, call in CALLS.items() if call.request.method != "GET")
)
def test_what_writes_is_not_followed(name: str) -> None:
    with pytest.raises(RequestRefusedError, match="configure the repository again"):
        follow(CALLS[name], NEW)


def test_only_one_move_is_followed() -> None:
    followed = follow(REPOSITORY.describe(), NEW)
    with pytest.raises(RequestRefusedError, match="another still"):
        followed.read(Response(307, {"location": REPOSITORY.describe().request.url}))


def test_other_answers_are_read_as_ever() -> None:
    followed = follow(REPOSITORY.comment(7, "11"), NEW)
    assert followed.read(Response(404)) is None
    with pytest.raises(NotFoundInBitbucketError):
        follow(REPOSITORY.describe(), NEW).read(Response(404))


def test_the_next_page_is_asked_for_at_the_old_address() -> None:
    # It moves as the first one did, and is followed by itself.
    webhooks = REPOSITORY.webhooks()
    page = follow(webhooks, f"{NEW}/webhooks?limit=100&start=0").read(
        answer({"values": [], "isLastPage": False, "nextPageStart": 3})
    )
    assert page.following is not None
    assert page.following.request.url == webhooks.request.url.replace("start=0", "start=3")


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [
                *("https:", "http:", "/", "//", "\\", "@", ":", "#", "?", "..", "\t", "\n", "%40"),
                *("bitbucket.example.com", "evil.example", "git", "443", "[", "]", "\u3002"),
            ]
        )
    ).map("".join)
)
def test_wherever_it_leads_it_stays_on_the_server_or_is_refused(location: str) -> None:
    call = Call(Request("GET", f"{BASE_URL}/rest/api/latest/x"), lambda response: response)
    try:
        followed = follow(call, location)
    except RequestRefusedError:
        return
    assert origin_of(followed.request.url) == origin_of(BASE_URL)
    assert followed.request == replace(call.request, url=followed.request.url)
