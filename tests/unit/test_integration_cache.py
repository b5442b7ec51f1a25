from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import integration_cache as cache_module
from bitbucket_integration.integration import Integration
from bitbucket_integration.stores.integrations import IntegrationStore
from integration_cache import Found, IntegrationCache
from tests.unit.stored import Clock, calls_of, integration

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def shown(found: Found | None) -> Integration | None:
    return found.integration if found else None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(integrations: IntegrationStore, clock: Clock) -> IntegrationCache:
    return IntegrationCache(integrations, clock)


def test_an_integration_is_read_once_a_minute(
    integrations: IntegrationStore,
    dynamodb: "DynamoDBClient",
    cache: IntegrationCache,
    clock: Clock,
) -> None:
    created = integrations.create(integration())
    made = calls_of(dynamodb)
    assert shown(cache.get("abc")) == created
    clock.seconds += 59
    assert shown(cache.get("abc")) == created
    assert made == ["GetItem"]
    clock.seconds += 1
    assert shown(cache.get("abc")) == created
    assert made == ["GetItem"] * 2
    clock.seconds += 59
    assert shown(cache.get("abc")) == created
    assert made == ["GetItem"] * 2


def test_a_deleted_integration_is_unknown_within_a_minute(
    integrations: IntegrationStore, cache: IntegrationCache, clock: Clock
) -> None:
    integrations.create(integration())
    cache.get("abc")
    integrations.delete(integration())
    clock.seconds += 60
    assert shown(cache.get("abc")) is None
    assert shown(cache.get("abc")) is None


def test_a_new_integration_is_known_at_once(
    integrations: IntegrationStore, cache: IntegrationCache
) -> None:
    assert shown(cache.get("abc")) is None
    created = integrations.create(integration())
    assert shown(cache.get("abc")) == created


def test_integrations_are_kept_apart(
    integrations: IntegrationStore, cache: IntegrationCache
) -> None:
    one, two = (integrations.create(integration(name, name)) for name in ("one", "two"))
    assert [shown(cache.get(name)) for name in ("one", "two", "one")] == [one, two, one]


@pytest.mark.parametrize("unknown", ["", "x" * 5000])
def test_what_can_be_no_id_costs_no_call(
    dynamodb: "DynamoDBClient", cache: IntegrationCache, unknown: str
) -> None:
    made = calls_of(dynamodb)
    assert shown(cache.get(unknown)) is None
    assert made == []


def test_no_more_are_kept_than_allowed(
    integrations: IntegrationStore,
    dynamodb: "DynamoDBClient",
    cache: IntegrationCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache_module, "_MOST_KEPT", 2)
    for name in ("one", "two", "three"):
        integrations.create(integration(name, name))
    for name in ("one", "two"):
        cache.get(name)
    made = calls_of(dynamodb)
    for name in ("one", "two"):
        cache.get(name)
    assert made == []
    for name in ("three", "three", "one"):
        assert shown(cache.get(name)) is not None
    assert made == ["GetItem"] * 2


def test_what_is_read_now_is_what_is_stored_now_and_is_kept(
    integrations: IntegrationStore, dynamodb: "DynamoDBClient", cache: IntegrationCache
) -> None:
    created = integrations.create(integration())
    assert cache.get("abc") == Found(created, from_memory=False)
    changed = integrations.change(created, replace(created, paused=True))
    assert cache.get("abc") == Found(created, from_memory=True)
    assert changed is not None
    assert cache.read("abc") == Found(changed, from_memory=False)
    made = calls_of(dynamodb)
    assert cache.get("abc") == Found(changed, from_memory=True)
    assert made == []
    integrations.delete(changed)
    assert cache.read("abc") is None
    assert cache.get("abc") is None
