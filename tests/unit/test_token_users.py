from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest

from bitbucket_integration.integration import Integration
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.secrets import AccessTokenWriter
from bitbucket_integration.stores.token_users import TokenUsers
from life.shared_token import SharedTokens
from tests.unit.stored import TABLE, integration, items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

NOW = "2026-11-24T10:00:00+00:00"


@pytest.fixture
def users(dynamodb: "DynamoDBClient") -> TokenUsers:
    return TokenUsers(dynamodb, TABLE)


@pytest.fixture
def secrets(aws: boto3.Session) -> "SecretsManagerClient":
    return aws.client("secretsmanager")


@pytest.fixture
def shared(
    integrations: IntegrationStore, users: TokenUsers, secrets: "SecretsManagerClient"
) -> SharedTokens:
    return SharedTokens(integrations, users, AccessTokenWriter(secrets, "tokens/"))


def kept(secrets: "SecretsManagerClient") -> list[str]:
    return [one["Name"] for one in secrets.list_secrets()["SecretList"]]


def using(integrations: IntegrationStore, users: TokenUsers, name: str, owner: str) -> Integration:
    """An integration that uses the token of another, or its own."""
    made = integration(name, name, access_token_id="" if owner == name else owner)
    users.add(owner, name)
    return integrations.create(made)


def test_users_are_noted_once_and_by_owner(users: TokenUsers) -> None:
    for name in ("b", "a", "b"):
        users.add("owner", name)
    users.add("owner2", "c")
    assert users.of("owner") == ["a", "b"]
    users.remove("owner", "a")
    users.remove("owner", "a")
    assert users.of("owner") == ["b"]
    assert users.of("nobody") == []


def test_others_are_those_that_exist_and_use_the_same_token(
    integrations: IntegrationStore, users: TokenUsers, shared: SharedTokens
) -> None:
    own = using(integrations, users, "own", "own")
    other = using(integrations, users, "other", "own")
    users.add("own", "gone")
    stranger = integrations.create(integration("stranger", "stranger"))
    users.add("own", stranger.id)
    assert shared.others(own) == [other]
    assert shared.others(other) == [own]
    assert shared.others(stranger) == []


def test_a_token_is_deleted_with_its_last_user_and_so_are_the_notes(
    integrations: IntegrationStore,
    users: TokenUsers,
    shared: SharedTokens,
    secrets: "SecretsManagerClient",
    dynamodb: "DynamoDBClient",
) -> None:
    own = using(integrations, users, "own", "own")
    other = using(integrations, users, "other", "own")
    users.add("own", "gone")
    shared.access_tokens.put("own", "token")
    shared.release(own)
    integrations.delete(own)
    assert kept(secrets) == ["tokens/own"]
    for _ in range(2):
        shared.release(other)
    integrations.delete(other)
    assert kept(secrets) == []
    assert items_of(dynamodb) == []


def test_a_token_that_nobody_shares_goes_with_its_integration(
    integrations: IntegrationStore, shared: SharedTokens, secrets: "SecretsManagerClient"
) -> None:
    own = integrations.create(integration("own", "own"))
    shared.access_tokens.put("own", "token")
    shared.release(own)
    assert kept(secrets) == []


def test_all_that_share_a_token_are_told_when_it_ends(
    integrations: IntegrationStore, users: TokenUsers, shared: SharedTokens
) -> None:
    own = using(integrations, users, "own", "own")
    using(integrations, users, "other", "own")
    told = shared.tell(replace(own, access_token_expires="2027-03-31"), NOW)
    assert [one.id for one in told] == ["other"]
    read = integrations.get("other")
    assert read is not None
    assert (read.access_token_expires, read.revision) == ("2027-03-31", 2)
