from typing import Any

import pytest

from bitbucket_integration.bitbucket.exchange import Page
from bitbucket_integration.errors import BitbucketUnavailableError
from tests.unit.cloud_calls import answer
from tests.unit.data_center_calls import CALLS, PAGED, REPOSITORY

HOOK = {"id": 1, "url": "https://a.example"}


def page(following: Any, *values: Any, last: object = False) -> dict[str, Any]:
    return {
        "values": list(values),
        "size": len(values),
        "limit": 25,
        "isLastPage": last,
        "nextPageStart": following,
    }


@pytest.mark.parametrize("name", PAGED)
def test_the_next_page_starts_where_bitbucket_says(name: str) -> None:
    # Not at 25: the server left out what the token may not see.
    first = CALLS[name].read(answer(page(31)))
    url = CALLS[name].request.url
    assert first.following.request.method == "GET"
    assert first.following.request.url == url.replace("start=0", "start=31")
    second = first.following.read(answer(page(32)))
    assert second.following.request.url == url.replace("start=0", "start=32")


def test_all_pages_are_read_alike() -> None:
    first = REPOSITORY.webhooks().read(answer(page(25, HOOK)))
    assert first.following is not None
    last = first.following.read(answer(page(None, HOOK | {"id": 2}, last=True)))
    assert [hook.id for hook in (*first.items, *last.items)] == ["1", "2"]
    assert last.following is None


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize(
    "body", [page(None, last=True), page(None), page(25, last=True), page(0, last=True)], ids=repr
)
def test_the_last_page_is_followed_by_none(name: str, body: Any) -> None:
    assert CALLS[name].read(answer(body)) == Page((), None)


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize(
    "start", [0, -1, True, "25", 25.0, [25], {}, "25&limit=1", "https://evil.example"], ids=repr
)
def test_a_start_that_leads_nowhere_is_no_answer(name: str, start: object) -> None:
    with pytest.raises(BitbucketUnavailableError, match="unexpected shape"):
        CALLS[name].read(answer(page(start)))


@pytest.mark.parametrize("start", [24, 25])
def test_pages_never_go_back(start: int) -> None:
    first = REPOSITORY.webhooks().read(answer(page(25)))
    assert first.following is not None
    with pytest.raises(BitbucketUnavailableError, match="unexpected shape"):
        first.following.read(answer(page(start)))


@pytest.mark.parametrize("name", PAGED)
def test_a_link_in_the_answer_is_not_followed(name: str) -> None:
    body = page(25) | {"next": "https://evil.example", "links": {"next": "https://evil.example"}}
    following = CALLS[name].read(answer(body)).following
    assert following.request.url.startswith("https://bitbucket.example.com/git/rest/api/latest/")
