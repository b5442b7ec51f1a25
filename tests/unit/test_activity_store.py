from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from bitbucket_integration.activity import Activity, ActivityEntry, LastReport, Recent
from bitbucket_integration.integration import Integration
from bitbucket_integration.stores.activity import ActivityStore
from bitbucket_integration.stores.integrations import IntegrationStore
from tests.unit.stored import TABLE, calls_of, items_of, repository

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NINE, TEN = "2026-11-24T09:00:00+00:00", "2026-11-24T10:00:00+00:00"


@pytest.fixture
def store(dynamodb: "DynamoDBClient") -> ActivityStore:
    return ActivityStore(dynamodb, TABLE)


def test_before_the_first_event_there_is_none(store: ActivityStore) -> None:
    assert store.get("abc") is None


def test_the_first_event_is_the_last_one_too(store: ActivityStore) -> None:
    store.record_event("abc", "pr:opened", NINE)
    assert store.get("abc") == Activity(NINE, "pr:opened", NINE)
    assert store.get("ab") is None


def test_a_later_event_leaves_the_first_ones_time(store: ActivityStore) -> None:
    store.record_event("abc", "pr:opened", NINE)
    store.record_event("abc", "pr:merged", TEN)
    assert store.get("abc") == Activity(NINE, "pr:merged", TEN)


def test_repeating_and_late_events_change_nothing(store: ActivityStore) -> None:
    store.record_event("abc", "pr:merged", TEN)
    for event, at in (("pr:merged", TEN), ("pr:opened", NINE)):
        store.record_event("abc", event, at)
    assert store.get("abc") == Activity(TEN, "pr:merged", TEN)


def test_it_is_deleted_with_its_integration(
    store: ActivityStore, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
) -> None:
    integration = integrations.create(Integration("abc", repository(), NINE, NINE))
    store.record_event("abc", "pr:opened", NINE)
    integrations.delete(integration)
    assert items_of(dynamodb) == []


def test_what_a_newer_version_adds_is_not_read(
    store: ActivityStore, dynamodb: "DynamoDBClient"
) -> None:
    store.record_event("abc", "pr:opened", NINE)
    [item] = items_of(dynamodb)
    dynamodb.put_item(TableName=TABLE, Item=item | {"colour": {"S": "green"}})
    assert store.get("abc") == Activity(NINE, "pr:opened", NINE)


def test_a_failure_of_the_table_is_not_swallowed(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(ClientError):
        ActivityStore(dynamodb, "elsewhere").record_event("abc", "pr:opened", NINE)


ENTRY = ActivityEntry(
    "abc", f"{TEN[:19]}.250+00:00", "job-1", "pr:opened", "reported", "", 42, "c1"
)


class TestTheLastReport:
    def test_is_beside_the_last_event(self, store: ActivityStore) -> None:
        report = LastReport(42, "c1", NINE)
        store.record_report("abc", report)
        assert store.get("abc") is None
        assert store.recent(["abc"]) == {"abc": Recent(None, report)}
        store.record_event("abc", "pr:opened", NINE)
        event = Activity(NINE, "pr:opened", NINE)
        assert store.recent(["abc", "other"]) == {"abc": Recent(event, report), "other": Recent()}

    def test_is_never_an_older_one(self, store: ActivityStore) -> None:
        late = LastReport(42, "c2", TEN)
        for report in (late, LastReport(7, "c1", NINE)):
            store.record_report("abc", report)
        assert store.recent(["abc"])["abc"].report == late
        store.record_report("abc", replace(late, pull_request_id=8))
        assert store.recent(["abc"])["abc"].report == LastReport(8, "c2", TEN)

    def test_of_a_hundred_integrations_is_read_at_once(
        self, store: ActivityStore, dynamodb: "DynamoDBClient"
    ) -> None:
        names = [f"id{number}" for number in range(100)]
        for name in names[::9]:
            store.record_event(name, "pr:opened", NINE)
        made = calls_of(dynamodb)
        found = store.recent(names)
        assert made == ["BatchGetItem"]
        assert list(found) == names
        assert [name for name, one in found.items() if one.event] == names[::9]

    def test_of_no_integration_costs_no_call(
        self, store: ActivityStore, dynamodb: "DynamoDBClient"
    ) -> None:
        made = calls_of(dynamodb)
        assert store.recent([]) == {}
        assert made == []

    def test_that_dynamodb_put_off_is_read_in_the_end(
        self, store: ActivityStore, dynamodb: "DynamoDBClient"
    ) -> None:
        store.record_event("abc", "pr:opened", NINE)
        answers = []

        def put_off(parsed: dict[str, object], **_: object) -> None:
            answers.append(parsed)
            if len(answers) == 1:
                keys = {"Keys": [{"pk": {"S": "INTEGRATION#abc"}, "sk": {"S": "ACTIVITY"}}]}
                parsed["UnprocessedKeys"] = {TABLE: keys}
                parsed["Responses"] = {}

        dynamodb.meta.events.register("after-call.dynamodb.BatchGetItem", put_off)
        assert store.recent(["abc"])["abc"].event == Activity(NINE, "pr:opened", NINE)
        assert len(answers) == 2


class TestEntries:
    def test_read_back_as_they_were_noted_the_newest_first(self, store: ActivityStore) -> None:
        other = ActivityEntry("abc", f"{NINE[:19]}.000+00:00", "job-2", "submission", "waiting")
        for entry in (ENTRY, other, replace(ENTRY, integration_id="abcd")):
            store.record(entry)
        assert store.latest("abc", 100) == [ENTRY, other]
        assert store.latest("abc", 1) == [ENTRY]
        assert store.latest("ab", 100) == []

    def test_the_same_job_is_noted_once(self, store: ActivityStore) -> None:
        for outcome in ("rate_limited", "reported"):
            store.record(replace(ENTRY, outcome=outcome))
        assert store.latest("abc", 100) == [ENTRY]

    def test_are_kept_for_two_weeks(self, store: ActivityStore, dynamodb: "DynamoDBClient") -> None:
        store.record(ENTRY)
        [item] = items_of(dynamodb)
        assert item["expires_at"] == {"N": "1796724000"}

    def test_are_not_the_summary(self, store: ActivityStore) -> None:
        store.record(ENTRY)
        store.record_event("abc", "pr:opened", NINE)
        assert store.latest("abc", 100) == [ENTRY]
        assert store.get("abc") == Activity(NINE, "pr:opened", NINE)

    def test_never_more_than_a_hundred_are_read(self, store: ActivityStore) -> None:
        for number in range(103):
            store.record(replace(ENTRY, id=f"job-{number:03}"))
        assert [one.id for one in store.latest("abc", 1000)] == [
            f"job-{number:03}" for number in range(102, 2, -1)
        ]

    def test_hold_no_long_text(self, store: ActivityStore) -> None:
        store.record(replace(ENTRY, detail="x" * 10_000))
        assert store.latest("abc", 1)[0].detail == "x" * 500
