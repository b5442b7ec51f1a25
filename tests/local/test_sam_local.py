"""What `sam local` needs of this machine: its containers reach what listens on 127.0.0.1."""

from collections.abc import Iterator

import pytest
import requests

from local.bitbucket import BitbucketEmulator
from local.sam_local.forwarding import forwarded

# Another address of this machine than the emulator's, as Docker's bridge is.
BRIDGE = "127.0.0.2"

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", BRIDGE])


@pytest.fixture
def bitbucket() -> Iterator[BitbucketEmulator]:
    with BitbucketEmulator() as emulator:
        yield emulator


def answers(url: str) -> bool:
    return requests.get(f"{url}/_control/", timeout=10).ok


def test_a_server_is_at_the_same_port_of_the_bridge(bitbucket: BitbucketEmulator) -> None:
    with forwarded(bitbucket.url, BRIDGE) as url:
        assert url == bitbucket.url.replace("127.0.0.1", BRIDGE)
        assert answers(url)


def test_path_and_query_stay_as_they_are(bitbucket: BitbucketEmulator) -> None:
    with forwarded(f"{bitbucket.cloud_api_url}?a=b", BRIDGE) as url:
        assert url.endswith("/2.0?a=b")


def test_one_function_can_be_invoked_while_another_sam_local_serves_the_api(
    bitbucket: BitbucketEmulator,
) -> None:
    with forwarded(bitbucket.url, BRIDGE) as serving:
        with forwarded(bitbucket.url, BRIDGE) as invoking:
            assert answers(invoking)
        assert answers(serving)


def test_after_it_nobody_answers(bitbucket: BitbucketEmulator) -> None:
    with forwarded(bitbucket.url, BRIDGE) as url:
        pass
    with pytest.raises(requests.ConnectionError):
        answers(url)
