from typing import TYPE_CHECKING

import pytest

from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.stores.pull_requests import PullRequestStore
from tests.deployed_template import resource
from tests.unit.stored import NOON, TABLE, Clock, items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COMMIT = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
RECORD = PullRequestRecord(7, COMMIT, "11", "digest", "https://a.example", COMMIT, "status")


@pytest.fixture
def store(dynamodb: "DynamoDBClient") -> PullRequestStore:
    return PullRequestStore(dynamodb, TABLE, 90, Clock())


def test_before_the_first_post_the_record_is_empty(store: PullRequestStore) -> None:
    assert store.get("abc", 7) == PullRequestRecord(7)


def test_a_record_reads_back_as_it_was_put(store: PullRequestStore) -> None:
    store.put("abc", RECORD)
    assert repr(store.get("abc", 7)) == repr(RECORD)
    assert store.get("abc", 71) == PullRequestRecord(71)
    assert store.get("ab", 7) == PullRequestRecord(7)


def test_a_later_record_replaces_an_earlier_one(store: PullRequestStore) -> None:
    store.put("abc", RECORD)
    store.put("abc", PullRequestRecord(7, comment_id="12"))
    assert store.get("abc", 7) == PullRequestRecord(7, comment_id="12")


def test_every_row_expires_after_the_retention_time(
    store: PullRequestStore, dynamodb: "DynamoDBClient"
) -> None:
    store.put("abc", RECORD)
    store.add_head("abc", COMMIT, 7)
    attribute = resource("Table")["TimeToLiveSpecification"]["AttributeName"]
    expiries = [item[attribute] for item in items_of(dynamodb)]
    assert expiries == [{"N": str(int(NOON) + 90 * 86400)}] * 2


@pytest.mark.parametrize("added", [COMMIT, COMMIT[:12]], ids=["in full", "shortened"])
@pytest.mark.parametrize("asked", [COMMIT, COMMIT[:12]], ids=["in full", "shortened"])
def test_a_former_head_is_found_however_it_is_written(
    store: PullRequestStore, added: str, asked: str
) -> None:
    store.add_head("abc", added, 7)
    assert store.with_former_head("abc", asked) == [7]


def test_a_commit_may_have_been_the_head_of_several_pull_requests(store: PullRequestStore) -> None:
    for number in (7, 71, 7):
        store.add_head("abc", COMMIT, number)
    assert sorted(store.with_former_head("abc", COMMIT)) == [7, 71]


def test_other_commits_and_integrations_have_their_own_heads(store: PullRequestStore) -> None:
    store.add_head("abc", COMMIT, 7)
    store.put("abc", RECORD)
    assert store.with_former_head("abc", "f" + COMMIT[1:]) == []
    assert store.with_former_head("abd", COMMIT) == []
