"""Changing what others change, too."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bitbucket_integration.errors import UnknownIntegrationError
from bitbucket_integration.integration import Integration
from bitbucket_integration.stores.integrations import IntegrationStore
from life.amendment import ChangedMeanwhileError, amended
from tests.unit.stored import calls_of, integration

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = "2026-11-21T10:00:00+00:00"


def paused(one: Integration) -> Integration:
    return replace(one, paused=True)


def others(store: IntegrationStore, times: int) -> Callable[[Integration], Integration]:
    """A pause that somebody else is faster than, so many times."""
    left = [times]

    def change(one: Integration) -> Integration:
        if left[0]:
            left[0] -= 1
            store.change(one, replace(one, settings=f'{{"wait_minutes":{one.revision}}}'))
        return paused(one)

    return change


@pytest.fixture
def seen(integrations: IntegrationStore) -> Integration:
    return integrations.create(integration())


def test_a_change_is_stored_with_its_time(
    integrations: IntegrationStore, seen: Integration
) -> None:
    changed = amended(integrations, seen, paused, NOW)
    assert changed == replace(seen, paused=True, updated_at=NOW, revision=2)
    assert integrations.get("abc") == changed


def test_what_changes_nothing_is_not_written(
    integrations: IntegrationStore, seen: Integration, dynamodb: "DynamoDBClient"
) -> None:
    made = calls_of(dynamodb)
    assert amended(integrations, seen, lambda one: one, NOW) == seen
    assert made == []


def test_a_lost_race_is_run_once_more_on_what_the_winner_left(
    integrations: IntegrationStore, seen: Integration
) -> None:
    changed = amended(integrations, seen, others(integrations, 1), NOW)
    assert changed.paused
    assert changed.settings == '{"wait_minutes":1}'
    assert changed.revision == 3


def test_a_race_that_is_lost_twice_is_told(
    integrations: IntegrationStore, seen: Integration
) -> None:
    with pytest.raises(ChangedMeanwhileError) as told:
        amended(integrations, seen, others(integrations, 2), NOW)
    assert (told.value.revision, told.value.expected) == (3, False)


@pytest.mark.parametrize("expected", [{2}, {2, 7}, frozenset[int]()])
def test_another_revision_than_the_expected_one_is_not_changed(
    integrations: IntegrationStore, seen: Integration, expected: set[int]
) -> None:
    with pytest.raises(ChangedMeanwhileError) as told:
        amended(integrations, seen, paused, NOW, expected)
    assert (told.value.revision, told.value.expected) == (1, True)
    assert integrations.get("abc") == seen


def test_who_expects_a_revision_does_not_run_again(
    integrations: IntegrationStore, seen: Integration
) -> None:
    stored = amended(integrations, seen, paused, NOW, {1, 9})
    seen = amended(integrations, stored, lambda one: replace(one, paused=False), NOW, {2})
    with pytest.raises(ChangedMeanwhileError) as told:
        amended(integrations, seen, others(integrations, 1), NOW, {seen.revision})
    assert (told.value.revision, told.value.expected) == (4, True)


def test_what_was_removed_meanwhile_is_unknown(
    integrations: IntegrationStore, seen: Integration
) -> None:
    integrations.delete(seen)
    with pytest.raises(UnknownIntegrationError):
        amended(integrations, seen, paused, NOW)
