"""What each pull request shows, and which commits were its head."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bitbucket_integration.bitbucket.vocabulary import BuildState
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.stores.items import (
    EXPIRES_AT,
    HEAD_CHARACTERS,
    expires_at,
    fields_of,
    from_item,
    integration_partition,
    key,
    to_item,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_RECORDS = "PULL_REQUEST#"


class PullRequestStore:
    """Rows expire when nothing has happened for the retention time."""

    def __init__(
        self,
        dynamodb: "DynamoDBClient",
        table_name: str,
        retention_days: int,
        now: Callable[[], float],
    ) -> None:
        """Use this client and table; `now` gives seconds since 1970."""
        self._dynamodb = dynamodb
        self._table = table_name
        self._retention_days = retention_days
        self._now = now

    def get(self, integration_id: str, pull_request_id: int) -> PullRequestRecord:
        """What the pull request shows, as far as is known."""
        answer = self._dynamodb.get_item(
            TableName=self._table,
            Key=_record_key(integration_id, pull_request_id),
            ConsistentRead=True,
        )
        item = answer.get("Item")
        if item is None:
            return PullRequestRecord(pull_request_id)
        return _record(item)

    def put(self, integration_id: str, record: PullRequestRecord) -> None:
        """Remember what the pull request shows now."""
        self._put(_record_key(integration_id, record.pull_request_id), asdict(record))

    def add_head(self, integration_id: str, commit: str, pull_request_id: int) -> None:
        """Remember that a commit was the pull request's head."""
        self._put(
            _head_key(integration_id, commit, pull_request_id),
            {"pull_request_id": pull_request_id},
        )

    def with_former_head(self, integration_id: str, commit: str) -> list[int]:
        """The pull requests that this commit is known to have been the head of."""
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :beginning)",
            ExpressionAttributeValues=to_item(
                {
                    ":pk": integration_partition(integration_id),
                    ":beginning": f"HEAD#{commit[:HEAD_CHARACTERS]}#",
                }
            ),
            ConsistentRead=True,
        )
        return [from_item(item)["pull_request_id"] for item in answer["Items"]]

    def _put(self, item_key: dict[str, Any], values: dict[str, Any]) -> None:
        expiry = {EXPIRES_AT: expires_at(self._now(), self._retention_days)}
        self._dynamodb.put_item(TableName=self._table, Item=item_key | to_item(values | expiry))


class AwaitedPullRequests:
    """The pull requests that show that results are awaited, for whoever lets nobody wait."""

    def __init__(self, dynamodb: "DynamoDBClient", table_name: str) -> None:
        """Use this client and table."""
        self._dynamodb = dynamodb
        self._table = table_name

    def of(self, integration_id: str) -> Iterator[PullRequestRecord]:
        """What those of an integration show."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :beginning)",
            FilterExpression="build_state = :state",
            ExpressionAttributeValues=to_item(
                {
                    ":pk": integration_partition(integration_id),
                    ":beginning": _RECORDS,
                    ":state": BuildState.IN_PROGRESS.value,
                }
            ),
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield _record(item)

    def forget(self, integration_id: str, record: PullRequestRecord) -> None:
        """Know nothing of a pull request any more; that it is forgotten already is no error."""
        key = _record_key(integration_id, record.pull_request_id)
        self._dynamodb.delete_item(TableName=self._table, Key=key)


def _record(item: Mapping[str, Any]) -> PullRequestRecord:
    return PullRequestRecord(**fields_of(PullRequestRecord, from_item(item)))


def _record_key(integration_id: str, pull_request_id: int) -> dict[str, Any]:
    return key(integration_partition(integration_id), f"{_RECORDS}{pull_request_id}")


def _head_key(integration_id: str, commit: str, pull_request_id: int) -> dict[str, Any]:
    return key(
        integration_partition(integration_id),
        f"HEAD#{commit[:HEAD_CHARACTERS]}#{pull_request_id}",
    )
