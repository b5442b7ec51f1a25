"""What has happened lately for each integration.

One item says when the first and the last event came in and what was reported last; further items
say what became of single jobs, for two weeks. All are deleted with the integration.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bitbucket_integration.activity import Activity, ActivityEntry, LastReport, Recent
from bitbucket_integration.stores.items import (
    EXPIRES_AT,
    expires_at,
    fields_of,
    from_item,
    integration_partition,
    key,
    to_item,
    unless_condition_fails,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT_DAYS = 14
MOST_ENTRIES = 100
_SUMMARY = "ACTIVITY"
_ENTRIES = "ACTIVITY#"
_LONGEST_DETAIL = 500


class ActivityStore:
    """Times are ISO 8601 in UTC."""

    def __init__(self, dynamodb: "DynamoDBClient", table_name: str) -> None:
        """Use this client and table."""
        self._dynamodb = dynamodb
        self._table = table_name

    def record_event(self, integration_id: str, event: str, at: str) -> None:
        """Note that an event came in, at a time with seconds.

        An event that is older than the last one changes nothing, and neither does the same again.
        """
        self._update(
            integration_id,
            "SET first_event_at = if_not_exists(first_event_at, :at),"
            " last_event = :event, last_event_at = :at",
            "attribute_not_exists(last_event_at) OR last_event_at < :at",
            {":event": event, ":at": at},
        )

    def record_report(self, integration_id: str, report: LastReport) -> None:
        """Note what was reported; an older report than the last one changes nothing."""
        self._update(
            integration_id,
            "SET last_report = :report, last_report_at = :at",
            "attribute_not_exists(last_report_at) OR last_report_at <= :at",
            {":report": asdict(report), ":at": report.at},
        )

    def record(self, entry: ActivityEntry) -> None:
        """Note what became of a job; the same job replaces what was noted of it."""
        queued = datetime.fromisoformat(entry.at).timestamp()
        stored = asdict(entry) | {
            "detail": entry.detail[:_LONGEST_DETAIL],
            EXPIRES_AT: expires_at(queued, KEPT_DAYS),
        }
        sort = f"{_ENTRIES}{entry.at}#{entry.id}"
        item = key(integration_partition(entry.integration_id), sort) | to_item(stored)
        self._dynamodb.put_item(TableName=self._table, Item=item)

    def latest(self, integration_id: str, limit: int) -> list[ActivityEntry]:
        """What became of the latest jobs, the newest first; at most 100."""
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :beginning)",
            ExpressionAttributeValues=to_item(
                {":pk": integration_partition(integration_id), ":beginning": _ENTRIES}
            ),
            ScanIndexForward=False,
            Limit=min(limit, MOST_ENTRIES),
            ConsistentRead=True,
        )
        return [
            ActivityEntry(**fields_of(ActivityEntry, from_item(item))) for item in answer["Items"]
        ]

    def get(self, integration_id: str) -> Activity | None:
        """What has come in so far, None before the first event."""
        return self.recent([integration_id])[integration_id].event

    def recent(self, integration_ids: Collection[str]) -> Mapping[str, Recent]:
        """What came in last and was reported last for each of at most 100 integrations."""
        found = dict.fromkeys(integration_ids, Recent())
        pending: Any = (
            {self._table: {"Keys": [_summary_key(one) for one in found], "ConsistentRead": True}}
            if found
            else {}
        )
        while pending:
            answer = self._dynamodb.batch_get_item(RequestItems=pending)
            for item in answer["Responses"].get(self._table, []):
                stored = from_item(item)
                found[stored["pk"].removeprefix(integration_partition(""))] = _recent(stored)
            pending = answer.get("UnprocessedKeys")
        return found

    def _update(
        self, integration_id: str, assignment: str, condition: str, values: dict[str, Any]
    ) -> None:
        with unless_condition_fails():
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_summary_key(integration_id),
                UpdateExpression=assignment,
                ConditionExpression=condition,
                ExpressionAttributeValues=to_item(values),
            )


def _recent(stored: Mapping[str, Any]) -> Recent:
    report = stored.get("last_report")
    return Recent(
        Activity(**fields_of(Activity, stored)) if "first_event_at" in stored else None,
        LastReport(**fields_of(LastReport, report)) if report else None,
    )


def _summary_key(integration_id: str) -> dict[str, Any]:
    return key(integration_partition(integration_id), _SUMMARY)
