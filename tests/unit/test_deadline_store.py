from typing import TYPE_CHECKING

import pytest

from bitbucket_integration.stores.deadlines import Deadline, DeadlineStore, PassedDeadlines
from tests.deployed_template import resource
from tests.unit.stored import NOON, TABLE, Clock, items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EIGHT, NINE = "2027-01-15T08:00:00+00:00", "2027-01-15T09:00:00+00:00"
FIRST, SECOND = Deadline(EIGHT, "abc", 7), Deadline(NINE, "abd", 7)


@pytest.fixture
def store(dynamodb: "DynamoDBClient") -> DeadlineStore:
    return DeadlineStore(dynamodb, TABLE, 90, Clock())


@pytest.fixture
def passed(dynamodb: "DynamoDBClient") -> PassedDeadlines:
    return PassedDeadlines(dynamodb, TABLE)


def test_passed_deadlines_are_found_the_oldest_first(
    store: DeadlineStore, passed: PassedDeadlines
) -> None:
    for deadline in (SECOND, FIRST, Deadline(EIGHT, "abc", 71)):
        store.put(deadline)
    assert list(passed.by("2027-01-15T07:59:59+00:00")) == []
    assert list(passed.by(EIGHT)) == [FIRST, Deadline(EIGHT, "abc", 71)]
    assert list(passed.by("2027-01-15T08:59:59+00:00")) == [FIRST, Deadline(EIGHT, "abc", 71)]
    assert list(passed.by("2027-02-01T00:00:00+00:00"))[-1] == SECOND


def test_the_same_deadline_is_one(store: DeadlineStore, passed: PassedDeadlines) -> None:
    store.put(FIRST)
    store.put(FIRST)
    assert list(passed.by(NINE)) == [FIRST]


def test_a_removed_deadline_is_gone(store: DeadlineStore, passed: PassedDeadlines) -> None:
    store.put(FIRST)
    store.put(SECOND)
    passed.remove(FIRST)
    passed.remove(FIRST)
    assert list(passed.by(NINE)) == [SECOND]


def test_a_deadline_that_nobody_settles_expires(
    store: DeadlineStore, dynamodb: "DynamoDBClient"
) -> None:
    store.put(FIRST)
    attribute = resource("Table")["TimeToLiveSpecification"]["AttributeName"]
    [item] = items_of(dynamodb)
    assert item[attribute] == {"N": str(int(NOON) + 90 * 86400)}


def test_more_deadlines_than_a_page_holds_are_found(
    store: DeadlineStore, passed: PassedDeadlines
) -> None:
    # A page of a query has a megabyte.
    many = [Deadline(EIGHT, f"{number:04}{'x' * 900}", number) for number in range(1, 700)]
    for deadline in many:
        store.put(deadline)
    assert list(passed.by(EIGHT)) == many
