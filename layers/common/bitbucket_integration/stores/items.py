"""DynamoDB items to and from plain Python values, and the keys of the one table.

Partition key, sort key:

- `INTEGRATIONS`, `<id>`: an integration.
- `REPOSITORY#<identity>`, `INTEGRATION`: which integration a repository has.
- `ACCESS_TOKEN#<id>`, `<id>`: that an integration uses the access token kept under the first id.
- `INTEGRATION#<id>`, `PULL_REQUEST#<number>`: what a pull request shows.
- `INTEGRATION#<id>`, `SUBMISSION#<id>`: a submission.
- `INTEGRATION#<id>`, `REPORT#<15 digits>#<created at>#<commit>`: a pull request's report.
- `INTEGRATION#<id>`, `HEAD#<commit>#<number>`: that a commit was a pull request's head.
- `INTEGRATION#<id>`, `ACTIVITY`: which events have come in, and what was reported last.
- `INTEGRATION#<id>`, `ACTIVITY#<time>#<id>`: what became of a job.
- `WAITING`, `<time>#<integration id>#<number>`: until when a pull request's results are awaited.
- `PROGRESS#<id>`, `CHECKS`: what the checks of a call have found so far.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

INTEGRATIONS = "INTEGRATIONS"
WAITING = "WAITING"
EXPIRES_AT = "expires_at"
"""The table's TTL attribute: seconds since 1970."""

HEAD_CHARACTERS = 12
"""Bitbucket Cloud names commits by this many characters in pull requests and webhooks."""

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def integration_partition(integration_id: str) -> str:
    """The partition of all that belongs to an integration."""
    return f"INTEGRATION#{integration_id}"


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values as a DynamoDB item."""
    return {name: _serialize(value) for name, value in values.items()}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A DynamoDB item as plain values; numbers are whole, as all of ours are."""
    return {name: _plain(_deserialize(value)) for name, value in item.items()}


def fields_of(kind: type, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What of a stored item are fields of this dataclass.

    The rest are keys, and fields of a newer version that runs beside this one during an update.
    """
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in stored.items() if name in names}


def key(partition: str, sort: str) -> dict[str, Any]:
    """The primary key of an item."""
    return to_item({"pk": partition, "sk": sort})


def expires_at(now: float, retention_days: int) -> int:
    """When an item written now may be removed, in seconds since 1970."""
    return int(now) + retention_days * 86_400


def is_condition_failure(error: ClientError) -> bool:
    """Whether a write was refused because its condition did not hold."""
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        # A conflict is a condition that fails while the other transaction is still under way.
        lost = {"ConditionalCheckFailed", "TransactionConflict"}
        reasons = error.response.get("CancellationReasons", [])
        return any(one.get("Code") in lost for one in reasons)
    return code == "ConditionalCheckFailedException"


@contextmanager
def unless_condition_fails() -> Iterator[None]:
    """Let a write whose condition does not hold change nothing."""
    try:
        yield
    except ClientError as error:
        if not is_condition_failure(error):
            raise


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value)
        case list():
            return [_plain(one) for one in value]
        case dict():
            return {name: _plain(one) for name, one in value.items()}
    return value
