from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.bitbucket import BitbucketEmulator
from tests.emulator import data_center_client
from tests.emulator.client import REPOSITORY, Client
from tests.emulator.data_center_client import DataCenterClient
from tests.emulator.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.bitbucket.model import PullRequest


@pytest.fixture
def emulator() -> Iterator[BitbucketEmulator]:
    with BitbucketEmulator(delivery_timeout=2) as running:
        running.create_repository(REPOSITORY)
        yield running


@pytest.fixture
def pull_request(emulator: BitbucketEmulator) -> PullRequest:
    return emulator.open_pull_request(REPOSITORY, title="Count refunds")


@pytest.fixture
def client(emulator: BitbucketEmulator) -> Client:
    return Client(emulator.cloud_api_url, emulator.create_access_token(REPOSITORY))


@pytest.fixture
def server(emulator: BitbucketEmulator) -> DataCenterClient:
    """A Data Center with one repository, seen by its administrator."""
    emulator.create_data_center_repository("DATA", "jaffle-shop")
    return data_center_client.connect(emulator)


@pytest.fixture
def change(emulator: BitbucketEmulator, server: DataCenterClient) -> PullRequest:
    """A pull request on Data Center."""
    return emulator.open_pull_request(server.repository, title="Count refunds")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running
