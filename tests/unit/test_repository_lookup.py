from collections.abc import Iterator
from dataclasses import replace

import pytest

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.errors import MovedInBitbucketError
from repository_lookup import RepositoryOutOfReachError, moved_identity
from tests.unit.stored import data_center_repository, repository
from tests.unit.web_server import Exchange, Web, web_server

MOVED = MovedInBitbucketError("reading the repository: moved", "/git/rest")


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as web:
        yield web


@pytest.fixture
def client(web: Web) -> BitbucketClient:
    return BitbucketClient("BBDC-token", Network().trusting(web.url))


def gone_after_moving(exchange: Exchange) -> None:
    """Leads from one address to another, where there is nothing."""
    moved = "/projects/DATA/" in exchange.path
    exchange.send(307, b"", Location="/git/rest") if moved else exchange.send(404)


def test_a_repository_that_has_moved_to_where_it_cannot_be_seen_is_out_of_reach(
    web: Web, client: BitbucketClient
) -> None:
    web.behaviour = gone_after_moving
    known = replace(data_center_repository(), base_url=web.url)
    with pytest.raises(RepositoryOutOfReachError):
        moved_identity(client, known, MOVED)
    assert len(web.received) == 2


def test_a_repository_of_cloud_is_followed_nowhere(web: Web, client: BitbucketClient) -> None:
    with pytest.raises(MovedInBitbucketError) as raised:
        moved_identity(client, repository(), MOVED)
    assert raised.value is MOVED
    assert web.received == []
