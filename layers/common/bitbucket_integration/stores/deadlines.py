"""Until when results of pull requests are awaited."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitbucket_integration.stores.items import (
    EXPIRES_AT,
    WAITING,
    expires_at,
    fields_of,
    from_item,
    key,
    to_item,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when a pull request's results are awaited: a time in ISO 8601, in UTC with seconds."""

    at: str
    integration_id: str
    pull_request_id: int


@dataclass(frozen=True, slots=True)
class DeadlineStore:
    """One row per deadline, in the order of their times.

    `now` gives seconds since 1970. Rows expire after the retention time, should nobody look.
    """

    dynamodb: "DynamoDBClient"
    table_name: str
    retention_days: int
    now: Callable[[], float]

    def put(self, deadline: Deadline) -> None:
        """Remember a deadline; the same one again changes nothing."""
        values = {
            "at": deadline.at,
            "integration_id": deadline.integration_id,
            "pull_request_id": deadline.pull_request_id,
            EXPIRES_AT: expires_at(self.now(), self.retention_days),
        }
        self.dynamodb.put_item(TableName=self.table_name, Item=_key(deadline) | to_item(values))


@dataclass(frozen=True, slots=True)
class PassedDeadlines:
    """The deadlines that have passed, for whoever settles them."""

    dynamodb: "DynamoDBClient"
    table_name: str

    def by(self, now: str) -> Iterator[Deadline]:
        """The deadlines that have passed at a time in ISO 8601, in UTC, the oldest first."""
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table_name,
            KeyConditionExpression="pk = :pk AND sk < :until",
            # "~" comes after all that follows a time in a key.
            ExpressionAttributeValues=to_item({":pk": WAITING, ":until": f"{now}~"}),
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield Deadline(**fields_of(Deadline, from_item(item)))

    def remove(self, deadline: Deadline) -> None:
        """Forget a deadline; that it is gone already is no error."""
        self.dynamodb.delete_item(TableName=self.table_name, Key=_key(deadline))


def _key(deadline: Deadline) -> dict[str, Any]:
    sort = f"{deadline.at}#{deadline.integration_id}#{deadline.pull_request_id}"
    return key(WAITING, sort)
