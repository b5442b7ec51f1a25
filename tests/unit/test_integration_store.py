from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from bitbucket_integration.integration import (
    Health,
    Integration,
    Provider,
    SetupState,
    WebhookMode,
)
from bitbucket_integration.stores import integrations as store_module
from bitbucket_integration.stores.deadlines import Deadline, DeadlineStore
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.items import integration_partition, key, to_item
from tests.unit.stored import (
    TABLE,
    Clock,
    calls_of,
    data_center_repository,
    integration,
    items_of,
    repository,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FULL = integration(
    setup=SetupState.ACTIVE,
    webhook_id="{h}",
    webhook_url="https://a.example/v1/webhooks/abc",
    webhook_secret_version=2,
    ci_token_version=3,
    health=Health("access_token_rejected", "wrong", "2026-11-20T11:00:00+00:00"),
    settings='{"sample_rows":true}',
)
NOON = "2026-11-20T12:00:00+00:00"
REFUSED = Health("access_token_rejected", "It was revoked.", NOON)


def fill(dynamodb: "DynamoDBClient", integration_id: str, count: int) -> None:
    """Give an integration this many items."""
    for number in range(count):
        item = key(integration_partition(integration_id), f"HEAD#{number:04}#1")
        dynamodb.put_item(TableName=TABLE, Item=item | to_item({"pull_request_id": 1}))


class TestCreating:
    def test_an_integration_reads_back_as_it_was_created(
        self, integrations: IntegrationStore
    ) -> None:
        assert integrations.create(FULL) == FULL
        read = integrations.get("abc")
        assert read == FULL
        assert repr(read) == repr(FULL)
        assert integrations.of_repository(FULL.repository) == FULL

    def test_the_loser_of_a_race_gets_the_winners_integration(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        winner = integrations.create(integration("first"))
        assert integrations.create(integration("second")) == winner
        assert integrations.get("second") is None
        assert len(items_of(dynamodb)) == 2

    def test_a_renamed_repository_is_still_the_same(self, integrations: IntegrationStore) -> None:
        winner = integrations.create(integration("first"))
        renamed = replace(repository(), full_name="acme/new", web_url="https://new.example")
        assert integrations.create(replace(integration("second"), repository=renamed)) == winner
        assert integrations.of_repository(renamed) == winner

    def test_other_repositories_have_integrations_of_their_own(
        self, integrations: IntegrationStore
    ) -> None:
        first = integrations.create(integration("first", "one"))
        second = integrations.create(integration("second", "two"))
        assert integrations.of_repository(first.repository) == first
        assert integrations.of_repository(second.repository) == second

    def test_an_id_that_is_taken_is_not_overwritten(self, integrations: IntegrationStore) -> None:
        integrations.create(integration("abc", "one"))
        with pytest.raises(ClientError):
            integrations.create(integration("abc", "two"))
        kept = integrations.get("abc")
        assert kept is not None
        assert kept.repository == repository("one")
        assert integrations.of_repository(repository("two")) is None


DATA_CENTER = replace(FULL, repository=data_center_repository())


class TestProviders:
    def test_a_data_center_repository_reads_back(self, integrations: IntegrationStore) -> None:
        integrations.create(DATA_CENTER)
        read = integrations.get("abc")
        assert read == DATA_CENTER
        assert repr(read) == repr(DATA_CENTER)
        assert integrations.of_repository(DATA_CENTER.repository) == DATA_CENTER

    def test_a_moved_repository_on_an_upgraded_server_is_still_the_same(
        self, integrations: IntegrationStore
    ) -> None:
        winner = integrations.create(DATA_CENTER)
        moved = replace(
            data_center_repository("shop", version="10.2.1"), project_key="NEW", web_url="x"
        )
        assert moved.full_name == "NEW/shop"
        assert integrations.create(replace(DATA_CENTER, id="second", repository=moved)) == winner

    def test_the_same_number_on_another_server_is_another_repository(
        self, integrations: IntegrationStore
    ) -> None:
        first = integrations.create(DATA_CENTER)
        elsewhere = replace(data_center_repository(), base_url="https://bitbucket.example.com")
        second = replace(DATA_CENTER, id="second", repository=elsewhere)
        assert integrations.create(second) == second
        assert integrations.of_repository(first.repository) == first

    @pytest.mark.parametrize("one", [FULL, DATA_CENTER], ids=["cloud", "data center"])
    def test_the_row_says_which_bitbucket_it_is_about(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient", one: Integration
    ) -> None:
        integrations.create(one)
        [row] = [item for item in items_of(dynamodb) if "provider" in item]
        assert row["provider"] == {"S": one.provider.value}

    def test_a_row_of_before_there_was_data_center_reads_as_ever(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        stored = {
            "id": "old",
            "provider": "bitbucket-cloud",
            "repository": {
                "workspace_uuid": "{w}",
                "repository_uuid": "{r}",
                "full_name": "acme/shop",
                "web_url": "https://bitbucket.org/acme/shop",
            },
            "created_at": "2026-11-20T10:00:00+00:00",
            "updated_at": "2026-11-20T10:00:00+00:00",
            "setup": "active",
            "webhook_id": "{h}",
            "webhook_url": None,
            "webhook_secret_version": 1,
            "ci_token_version": 1,
            "health": {"reason": "ok", "detail": "", "since": ""},
        }
        dynamodb.put_item(TableName=TABLE, Item=key("INTEGRATIONS", "old") | to_item(stored))
        read = integrations.get("old")
        assert read is not None
        assert read.provider is Provider.CLOUD
        assert read.repository.key == "bitbucket-cloud#{w}#{r}"
        assert read.webhook is WebhookMode.MANAGED
        assert read.settings == ""


class TestReading:
    @pytest.mark.parametrize("unknown", ["xyz", "", "x" * 41, "x" * 5000, "ä" * 40])
    def test_an_unknown_id_is_nothing(self, integrations: IntegrationStore, unknown: str) -> None:
        assert integrations.get(unknown) is None

    def test_an_unknown_repository_has_no_integration(self, integrations: IntegrationStore) -> None:
        assert integrations.of_repository(repository()) is None

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 100])
    def test_pages_hold_every_integration_once(
        self, integrations: IntegrationStore, limit: int
    ) -> None:
        stored = [
            integrations.create(integration(f"id{number}", f"{number}")) for number in "12345"
        ]
        found, after, pages = [], None, 0
        while pages == 0 or after is not None:
            page, after = integrations.page(limit, after)
            assert len(page) <= limit
            found += page
            pages += 1
        assert found == stored
        assert pages <= 5 // limit + 1

    def test_a_page_of_none_is_the_last(self, integrations: IntegrationStore) -> None:
        assert integrations.page(10, None) == ([], None)
        integrations.create(FULL)
        assert integrations.page(10, "zzz") == ([], None)

    def test_a_page_goes_on_after_an_integration_that_was_deleted_meanwhile(
        self, integrations: IntegrationStore
    ) -> None:
        one, two = (integrations.create(integration(f"id{number}", number)) for number in "12")
        integrations.delete(one)
        assert integrations.page(10, one.id) == ([two], None)

    def test_a_page_of_those_that_are_wanted_holds_no_others(
        self, integrations: IntegrationStore
    ) -> None:
        stored = [
            integrations.create(integration(f"id{number}", f"{number}", paused=number in "24"))
            for number in "12345"
        ]
        page, after = integrations.page(1, None, lambda one: one.paused)
        assert page == [stored[1]]
        assert integrations.page(9, after, lambda one: one.paused) == ([stored[3]], None)
        assert integrations.page(9, None, lambda one: one.paused) == ([stored[1], stored[3]], None)
        assert integrations.page(5, None, lambda one: not one.paused)[0] == stored[::2]

    def test_a_search_that_finds_little_says_where_to_go_on(
        self,
        integrations: IntegrationStore,
        dynamodb: "DynamoDBClient",
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(store_module, "_MOST_IN_A_QUERY", 1)
        stored = [
            integrations.create(integration(f"id{number:02}", f"{number}")) for number in range(12)
        ]
        made = calls_of(dynamodb)
        found, after = integrations.page(5, None, lambda one: one.id == "id11")
        assert (found, after) == ([], "id09")
        assert made == ["Query"] * 10
        assert integrations.page(5, after, lambda one: one.id == "id11") == ([stored[11]], None)


class TestChanging:
    def test_a_change_raises_the_revision_and_writes_only_what_differs(
        self, integrations: IntegrationStore
    ) -> None:
        seen = integrations.create(integration(setup=SetupState.ACTIVE))
        integrations.record_health(seen, REFUSED)
        changed = integrations.change(seen, replace(seen, paused=True))
        assert changed == replace(seen, paused=True, revision=2)
        assert integrations.get("abc") == replace(seen, paused=True, revision=2, health=REFUSED)

    def test_everything_can_be_changed(self, integrations: IntegrationStore) -> None:
        seen = integrations.create(integration())
        integrations.change(seen, replace(FULL, revision=seen.revision))
        assert integrations.get("abc") == replace(FULL, revision=2)

    def test_of_two_changes_to_what_both_have_seen_the_second_is_refused(
        self, integrations: IntegrationStore
    ) -> None:
        seen = integrations.create(integration())
        first = integrations.change(seen, replace(seen, paused=True))
        assert integrations.change(seen, replace(seen, settings='{"comment":false}')) is None
        assert integrations.get("abc") == first
        assert first is not None
        second = integrations.change(first, replace(first, paused=False))
        assert integrations.change(first, replace(first, paused=False)) is None
        assert integrations.get("abc") == second

    def test_health_and_names_are_no_change_that_an_admin_made(
        self, integrations: IntegrationStore
    ) -> None:
        seen = integrations.create(integration())
        integrations.record_health(seen, REFUSED)
        integrations.record_repository(seen, repository("renamed"))
        integrations.record_check(seen)
        read = integrations.get("abc")
        assert read is not None
        assert read.revision == 1
        assert integrations.change(seen, replace(seen, paused=True)) is not None

    def test_an_integration_of_an_earlier_version_has_revision_1(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        integrations.create(FULL)
        dynamodb.update_item(
            TableName=TABLE, Key=key("INTEGRATIONS", "abc"), UpdateExpression="REMOVE revision"
        )
        seen = integrations.get("abc")
        assert seen == FULL
        changed = integrations.change(FULL, replace(FULL, paused=True))
        assert changed == replace(FULL, paused=True, revision=2)
        assert integrations.change(FULL, replace(FULL, paused=True)) is None

    def test_what_was_deleted_meanwhile_stays_deleted(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        integrations.create(integration())
        integrations.delete(integration())
        assert integrations.change(integration(), replace(FULL, revision=1)) is None
        integrations.record_health(FULL, REFUSED)
        assert items_of(dynamodb) == []

    def test_other_failures_of_a_write_are_told(self, dynamodb: "DynamoDBClient") -> None:
        store = IntegrationStore(dynamodb, "no-such-table")
        with pytest.raises(ClientError):
            store.change(FULL, FULL)
        with pytest.raises(ClientError):
            store.record_health(FULL, REFUSED)
        with pytest.raises(ClientError):
            store.create(FULL)
        with pytest.raises(ClientError):
            store.delete(FULL)


class TestHealth:
    def test_a_change_is_recorded_and_leaves_all_else(self, integrations: IntegrationStore) -> None:
        created = integrations.create(integration(setup=SetupState.ACTIVE))
        # Meanwhile somebody else changed the integration.
        integrations.change(created, replace(created, ci_token_version=2))
        integrations.record_health(created, REFUSED)
        expected = replace(created, ci_token_version=2, health=REFUSED, revision=2)
        assert integrations.get("abc") == expected

    @pytest.mark.parametrize(
        ("before", "now", "calls"),
        [
            (Health(since=NOON), Health(since="2026-11-21T00:00:00+00:00"), []),
            (Health(), Health(since=NOON), ["UpdateItem"]),
            (REFUSED, replace(REFUSED, since="2026-11-21T00:00:00+00:00"), []),
            (REFUSED, REFUSED, []),
            (REFUSED, Health(), ["UpdateItem"]),
            (Health(), REFUSED, ["UpdateItem"]),
            (REFUSED, replace(REFUSED, detail="It expired."), ["UpdateItem"]),
            (REFUSED, replace(REFUSED, reason="permission_missing"), ["UpdateItem"]),
        ],
        ids=[
            "still well",
            "well for the first time",
            "still refused",
            "the same",
            "well again",
            "refused",
            "another detail",
            "another reason",
        ],
    )
    def test_only_a_change_is_written(
        self,
        integrations: IntegrationStore,
        dynamodb: "DynamoDBClient",
        before: Health,
        now: Health,
        calls: list[str],
    ) -> None:
        created = integrations.create(integration(health=before))
        made = calls_of(dynamodb)
        integrations.record_health(created, now)
        assert made == calls
        read = integrations.get("abc")
        assert read is not None
        assert read.health == (now if calls else before)


class TestANewName:
    NOW = replace(data_center_repository(), project_key="MARTS", slug="orders")

    def test_is_recorded_and_leaves_all_else(self, integrations: IntegrationStore) -> None:
        created = integrations.create(replace(integration(), repository=data_center_repository()))
        # Meanwhile somebody else changed the integration.
        integrations.change(created, replace(created, ci_token_version=2, health=REFUSED))
        integrations.record_repository(created, self.NOW)
        expected = replace(
            created, ci_token_version=2, health=REFUSED, repository=self.NOW, revision=2
        )
        assert integrations.get("abc") == expected
        assert integrations.of_repository(data_center_repository()) == expected
        assert integrations.of_repository(self.NOW) == expected

    def test_that_somebody_else_has_learnt_meanwhile_stays(
        self, integrations: IntegrationStore
    ) -> None:
        created = integrations.create(replace(integration(), repository=data_center_repository()))
        newer = replace(created, repository=replace(self.NOW, slug="newer", version="10.2.7"))
        stored = integrations.change(created, newer)
        integrations.record_repository(created, self.NOW)
        assert integrations.get("abc") == stored

    def test_of_a_deleted_integration_is_not_recorded(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        created = integrations.create(replace(integration(), repository=data_center_repository()))
        integrations.delete(created)
        integrations.record_repository(created, self.NOW)
        assert items_of(dynamodb) == []

    def test_is_told_when_it_cannot_be_recorded(self, dynamodb: "DynamoDBClient") -> None:
        store = IntegrationStore(dynamodb, "no-such-table")
        with pytest.raises(ClientError):
            store.record_repository(
                replace(integration(), repository=data_center_repository()), self.NOW
            )


class TestACheck:
    CHECKED = replace(
        integration(),
        repository=repository("renamed"),
        webhook=WebhookMode.MANUAL,
        webhook_url="https://a.example/webhooks/abc",
        health=REFUSED,
    )

    def test_is_recorded_and_leaves_all_else(self, integrations: IntegrationStore) -> None:
        created = integrations.create(integration(webhook_id="{h}"))
        # Meanwhile somebody else changed the integration.
        changed = replace(created, ci_token_version=2, setup=SetupState.ACTIVE)
        integrations.change(created, changed)
        integrations.record_check(self.CHECKED)
        expected = replace(self.CHECKED, ci_token_version=2, setup=SetupState.ACTIVE, revision=2)
        assert integrations.get("abc") == expected

    def test_of_a_deleted_integration_is_not_recorded(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        integrations.record_check(self.CHECKED)
        assert items_of(dynamodb) == []


class TestDeleting:
    @pytest.mark.parametrize("count", [0, 1, 24, 25, 26, 60])
    def test_all_that_belongs_to_it_goes_and_nothing_else(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient", count: int
    ) -> None:
        deleted = integrations.create(integration("abc", "one"))
        kept = integrations.create(integration("abcd", "two"))
        fill(dynamodb, "abc", count)
        fill(dynamodb, "abcd", 2)
        integrations.delete(deleted)
        assert integrations.get("abc") is None
        assert integrations.of_repository(deleted.repository) is None
        assert integrations.get("abcd") == kept
        assert integrations.of_repository(kept.repository) == kept
        assert len(items_of(dynamodb)) == 4

    def test_no_batch_is_larger_than_dynamodb_takes(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        sizes: list[int] = []
        dynamodb.meta.events.register(
            "provide-client-params.dynamodb.BatchWriteItem",
            lambda params, **_: sizes.append(len(params["RequestItems"][TABLE])),
        )
        integrations.create(FULL)
        fill(dynamodb, "abc", 60)
        integrations.delete(FULL)
        assert sizes == [25, 25, 10]

    def test_deleting_twice_does_no_harm(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        integrations.create(FULL)
        integrations.delete(FULL)
        integrations.delete(FULL)
        assert items_of(dynamodb) == []

    def test_the_integration_itself_goes_last(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        integrations.create(FULL)
        fill(dynamodb, "abc", 30)
        made = calls_of(dynamodb)
        integrations.delete(FULL)
        assert made[-2:] == ["DeleteItem", "DeleteItem"]
        assert set(made[:-2]) == {"Query", "BatchWriteItem"}

    def test_its_deadlines_go_and_those_of_others_stay(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        deadlines = DeadlineStore(dynamodb, TABLE, 90, Clock())
        integrations.create(FULL)
        for owner in (FULL.id, "other"):
            deadlines.put(Deadline("2026-11-24T09:07:03+00:00", owner, 1))
        integrations.delete(FULL)
        [left] = items_of(dynamodb)
        assert left["integration_id"]["S"] == "other"

    def test_what_a_deletion_left_over_can_go_without_its_successor(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        old = integrations.create(integration("old"))
        # A deletion that ended before its last step, and then the repository was configured again.
        row = next(item for item in items_of(dynamodb) if item["pk"]["S"].startswith("REPOSITORY#"))
        dynamodb.delete_item(TableName=TABLE, Key={name: row[name] for name in ("pk", "sk")})
        new = integrations.create(integration("new"))
        integrations.delete(old)
        assert integrations.get("old") is None
        assert integrations.of_repository(repository()) == new

    def test_what_dynamodb_put_off_is_deleted_in_the_end(
        self, integrations: IntegrationStore, dynamodb: "DynamoDBClient"
    ) -> None:
        integrations.create(FULL)
        fill(dynamodb, "abc", 3)
        put_off = []

        def first_only(params: dict[str, Any], **_: Any) -> None:
            requests = params["RequestItems"][TABLE]
            put_off.append(requests[1:])
            params["RequestItems"] = {TABLE: requests[:1]}

        def rest(parsed: dict[str, Any], **_: Any) -> None:
            parsed["UnprocessedItems"] = {TABLE: put_off[-1]} if put_off[-1] else {}

        events = dynamodb.meta.events
        events.register("provide-client-params.dynamodb.BatchWriteItem", first_only)
        events.register("after-call.dynamodb.BatchWriteItem", rest)
        integrations.delete(FULL)
        assert [len(requests) for requests in put_off] == [2, 1, 0]
        assert items_of(dynamodb) == []
