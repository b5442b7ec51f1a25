"""When events came in for each integration."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bitbucket_integration.activity import Activity
from bitbucket_integration.stores.items import (
    fields_of,
    from_item,
    integration_partition,
    is_condition_failure,
    key,
    to_item,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ActivityStore:
    """One row per integration, which is deleted with the integration."""

    def __init__(self, dynamodb: "DynamoDBClient", table_name: str) -> None:
        """Use this client and table."""
        self._dynamodb = dynamodb
        self._table = table_name

    def record_event(self, integration_id: str, event: str, at: str) -> None:
        """Note that an event came in, at a time that is ISO 8601 in UTC with seconds.

        An event that is older than the last one changes nothing, and neither does the same again.
        """
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_activity_key(integration_id),
                UpdateExpression=(
                    "SET first_event_at = if_not_exists(first_event_at, :at),"
                    " last_event = :event, last_event_at = :at"
                ),
                ConditionExpression="attribute_not_exists(pk) OR last_event_at < :at",
                ExpressionAttributeValues=to_item({":event": event, ":at": at}),
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def get(self, integration_id: str) -> Activity | None:
        """What has come in so far, None before the first event."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=_activity_key(integration_id), ConsistentRead=True
        )
        item = answer.get("Item")
        return None if item is None else Activity(**fields_of(Activity, from_item(item)))


def _activity_key(integration_id: str) -> dict[str, Any]:
    return key(integration_partition(integration_id), "ACTIVITY")
