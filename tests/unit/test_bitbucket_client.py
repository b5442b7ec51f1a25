import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bitbucket_integration.bitbucket import client as client_module
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.exchange import Call, Page, Request, Response
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.bitbucket.vocabulary import Comment
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    BitbucketUnavailableError,
    RequestRefusedError,
)
from tests.unit.web_server import Exchange, Web, web_server

TOKEN = "ATCTT3xFfGN0-token_with=marks"


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as web:
        yield web


@pytest.fixture
def elsewhere() -> Iterator[Web]:
    with web_server() as web:
        yield web


@pytest.fixture
def client(web: Web, elsewhere: Web) -> BitbucketClient:
    return BitbucketClient(TOKEN, Network().trusting(web.url).trusting(elsewhere.url))


def get(url: str) -> Call[Response]:
    return Call(Request("GET", url), lambda response: response)


def test_a_request_arrives_as_it_was_described(web: Web, client: BitbucketClient) -> None:
    repository = CloudRepository(f"{web.url}/2.0", "{w}", "{r}")
    update = repository.update_comment(7, Comment("11", "", ""), "Grüße")
    client.run(Call(update.request, lambda _: None))
    [received] = web.received
    assert received.method == "PUT"
    assert received.target == "/2.0/repositories/%7Bw%7D/%7Br%7D/pullrequests/7/comments/11"
    assert json.loads(received.body) == {"content": {"raw": "Grüße"}}
    assert received.headers["content-type"] == "application/json"
    assert received.headers["authorization"] == f"Bearer {TOKEN}"
    assert received.headers["accept"] == "application/json"
    assert received.headers["user-agent"] == "bitbucket-data-diff"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_request_without_a_body_has_none(web: Web, client: BitbucketClient, method: str) -> None:
    client.run(Call(Request(method, f"{web.url}/x?a=%7B1%7D&b=2"), lambda _: None))
    [received] = web.received
    assert (received.method, received.target) == (method, "/x?a=%7B1%7D&b=2")
    assert received.body == b""
    assert "content-type" not in received.headers


@pytest.mark.parametrize("status", [200, 201, 403, 404, 429, 500])
def test_an_answer_is_handed_over_whatever_its_status(
    web: Web, client: BitbucketClient, status: int
) -> None:
    web.behaviour = lambda exchange: exchange.send(status, b'{"a": 1}', X_OAuth_Scopes="webhook")
    response = client.run(get(web.url))
    assert (response.status, response.body) == (status, b'{"a": 1}')
    assert response.headers["x-oauth-scopes"] == "webhook"


def test_an_answer_may_be_empty(web: Web, client: BitbucketClient) -> None:
    web.behaviour = lambda exchange: exchange.send(204, b"")
    assert client.run(get(web.url)).body == b""


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("same_place", [True, False], ids=["same origin", "elsewhere"])
def test_no_redirect_is_followed(
    web: Web,
    elsewhere: Web,
    client: BitbucketClient,
    status: int,
    same_place: bool,  # noqa: FBT001
) -> None:
    target = f"{(web if same_place else elsewhere).url}/moved"
    web.behaviour = lambda exchange: exchange.send(status, b"", Location=target)
    repository = CloudRepository(web.url, "w", "r")
    with pytest.raises(RequestRefusedError, match=str(status)):
        client.run(repository.describe())
    assert len(web.received) == 1
    assert elsewhere.received == []


def moving(exchange: Exchange) -> None:
    """A Data Center whose repository was moved to another project."""
    if exchange.path.startswith("/git/rest/api/latest/projects/OLD/"):
        there = "/git/rest/api/latest/projects/NEW/repos/shop"
        exchange.send(307, b"", Location=there)
    else:
        exchange.send(200, b'{"id": 7, "slug": "shop", "project": {"key": "NEW"}}')


@pytest.mark.parametrize("project", ["OLD", "NEW"])
def test_a_call_that_reads_can_be_followed_to_where_the_thing_is(
    web: Web, client: BitbucketClient, project: str
) -> None:
    web.behaviour = moving
    known = DataCenterRepository(f"{web.url}/git", project, "shop")
    assert client.follow(known.describe()).project_key == "NEW"
    assert len(web.received) == (2 if project == "OLD" else 1)
    assert {one.headers["authorization"] for one in web.received} == {f"Bearer {TOKEN}"}


def test_nothing_is_followed_to_another_server(
    web: Web, elsewhere: Web, client: BitbucketClient
) -> None:
    web.behaviour = lambda exchange: exchange.send(307, b"", Location=f"{elsewhere.url}/git")
    with pytest.raises(RequestRefusedError, match="another server"):
        client.follow(DataCenterRepository(web.url, "OLD", "shop").describe())
    assert elsewhere.received == []


def test_no_page_is_fetched_from_elsewhere(
    web: Web, elsewhere: Web, client: BitbucketClient
) -> None:
    body = json.dumps({"values": [], "next": f"{elsewhere.url}/2.0/x"}).encode()
    web.behaviour = lambda exchange: exchange.send(200, body)
    with pytest.raises(BitbucketUnavailableError, match="next page"):
        list(client.items(CloudRepository(f"{web.url}/2.0", "w", "r").webhooks()))
    assert len(web.received) == 1
    assert elsewhere.received == []


def pages(web: Web, count: int) -> None:
    """Let the server have this many pages with one webhook each."""

    def behaviour(exchange: Exchange) -> None:
        number = int(exchange.path.partition("page=")[2] or 1)
        hook = {"uuid": f"{{{number}}}", "url": "https://a.example"}
        body = {"values": [hook]}
        following = {"next": f"{web.url}/2.0/x?page={number + 1}"} if number < count else {}
        exchange.send(200, json.dumps(body | following).encode())

    web.behaviour = behaviour


@pytest.mark.parametrize("count", [1, 2, 5])
def test_all_pages_are_read_in_their_order(web: Web, client: BitbucketClient, count: int) -> None:
    pages(web, count)
    hooks = client.items(CloudRepository(f"{web.url}/2.0", "w", "r").webhooks())
    assert [hook.id for hook in hooks] == [f"{{{number}}}" for number in range(1, count + 1)]
    assert len(web.received) == count


def test_a_page_is_fetched_only_when_its_items_are_wanted(
    web: Web, client: BitbucketClient
) -> None:
    pages(web, 5)
    hooks = client.items(CloudRepository(f"{web.url}/2.0", "w", "r").webhooks())
    assert len(web.received) == 0
    next(hooks)
    assert len(web.received) == 1
    next(hooks)
    assert len(web.received) == 2


def test_a_list_without_an_end_ends(
    web: Web, client: BitbucketClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_MOST_PAGES", 3)
    endless: Call[Page[int]] = Call(
        Request("GET", web.url), lambda _: Page((len(web.received),), endless)
    )
    read: list[int] = []
    with pytest.raises(BitbucketUnavailableError, match="more than 3 pages"):
        read.extend(client.items(endless))
    assert len(web.received) == 3


def test_as_many_pages_as_allowed_are_all_read(
    web: Web, client: BitbucketClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_MOST_PAGES", 3)
    pages(web, 3)
    assert len(list(client.items(CloudRepository(f"{web.url}/2.0", "w", "r").webhooks()))) == 3


def test_a_netrc_file_does_not_replace_the_token(
    web: Web, client: BitbucketClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    client.run(get(web.url))
    assert web.received[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_proxy_in_the_environment_gets_nothing(
    web: Web, elsewhere: Web, client: BitbucketClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, elsewhere.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    client.run(get(web.url))
    assert elsewhere.received == []
    assert len(web.received) == 1


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "a\r\nX: y", "tokén", "a\x00", " a", "a\n"])
def test_what_cannot_go_into_a_header_is_no_token(token: str) -> None:
    with pytest.raises(AccessTokenRejectedError) as caught:
        BitbucketClient(token)
    assert str(caught.value) == "the access token has characters that no token of Bitbucket's has"
