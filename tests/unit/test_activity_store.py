from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from bitbucket_integration.activity import Activity
from bitbucket_integration.integration import Integration
from bitbucket_integration.stores.activity import ActivityStore
from bitbucket_integration.stores.integrations import IntegrationStore
from tests.unit.stored import TABLE, items_of, repository

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NINE, TEN = "2026-11-24T09:00:00+00:00", "2026-11-24T10:00:00+00:00"


@pytest.fixture
def store(dynamodb: "DynamoDBClient") -> ActivityStore:
    return ActivityStore(dynamodb, TABLE)


def test_before_the_first_event_there_is_none(store: ActivityStore) -> None:
    assert store.get("abc") is None


def test_the_first_event_is_the_last_one_too(store: ActivityStore) -> None:
    store.record_event("abc", "pr:opened", NINE)
    assert store.get("abc") == Activity(NINE, "pr:opened", NINE)
    assert store.get("ab") is None


def test_a_later_event_leaves_the_first_ones_time(store: ActivityStore) -> None:
    store.record_event("abc", "pr:opened", NINE)
    store.record_event("abc", "pr:merged", TEN)
    assert store.get("abc") == Activity(NINE, "pr:merged", TEN)


def test_repeating_and_late_events_change_nothing(store: ActivityStore) -> None:
    store.record_event("abc", "pr:merged", TEN)
    for event, at in (("pr:merged", TEN), ("pr:opened", NINE)):
        store.record_event("abc", event, at)
    assert store.get("abc") == Activity(TEN, "pr:merged", TEN)


def test_it_is_deleted_with_its_integration(
    store: ActivityStore, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
) -> None:
    integration = integrations.create(Integration("abc", repository(), NINE, NINE))
    store.record_event("abc", "pr:opened", NINE)
    integrations.delete(integration)
    assert items_of(dynamodb) == []


def test_what_a_newer_version_adds_is_not_read(
    store: ActivityStore, dynamodb: "DynamoDBClient"
) -> None:
    store.record_event("abc", "pr:opened", NINE)
    [item] = items_of(dynamodb)
    dynamodb.put_item(TableName=TABLE, Item=item | {"colour": {"S": "green"}})
    assert store.get("abc") == Activity(NINE, "pr:opened", NINE)


def test_a_failure_of_the_table_is_not_swallowed(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(ClientError):
        ActivityStore(dynamodb, "elsewhere").record_event("abc", "pr:opened", NINE)
