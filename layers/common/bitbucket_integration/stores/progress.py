"""What the checks of calls have found while these run, for an hour."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bitbucket_integration.stores.items import EXPIRES_AT, fields_of, from_item, key, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SECONDS_KEPT = 3_600


@dataclass(frozen=True, slots=True)
class Progress:
    """The checks as they are shown, in their order, and the name of the one that is next.

    `looking_at` is None when the call has ended.
    """

    checks: Sequence[Mapping[str, Any]]
    looking_at: str | None


@dataclass(frozen=True, slots=True)
class ProgressStore:
    """One item per call, under an id of its caller's; `now` gives seconds since 1970."""

    dynamodb: "DynamoDBClient"
    table_name: str
    now: Callable[[], float]

    def put(self, progress_id: str, progress: Progress) -> None:
        """Replace what was kept of a call."""
        values = asdict(progress) | {EXPIRES_AT: int(self.now()) + _SECONDS_KEPT}
        item = _key(progress_id) | to_item(values)
        self.dynamodb.put_item(TableName=self.table_name, Item=item)

    def get(self, progress_id: str) -> Progress | None:
        """What was kept last, None if nothing was."""
        answer = self.dynamodb.get_item(
            TableName=self.table_name, Key=_key(progress_id), ConsistentRead=True
        )
        item = answer.get("Item")
        return Progress(**fields_of(Progress, from_item(item))) if item else None


def _key(progress_id: str) -> dict[str, Any]:
    return key(f"PROGRESS#{progress_id}", "CHECKS")
