"""Replacing secrets, while both are accepted for a time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from bitbucket_integration.signature import sign
from tests.functional.bench import on_both
from tests.functional.conftest import Connection, System
from tests.functional.data_diff_lines import identical
from tests.functional.problems import fields, problem
from tests.functional.signed_webhooks import deliver, payload, secret_of

pytestmark = on_both


def rotate(connection: Connection, what: str, **more: Any) -> requests.Response:
    path = f"/integrations/{connection.id}/rotate"
    return connection.system.call("POST", path, json={"what": what} | more)


def rotated(connection: Connection, what: str, **more: Any) -> dict[str, Any]:
    answer = rotate(connection, what, **more)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def minutes_left(until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.now(UTC)) / timedelta(minutes=1)


def is_accepted(connection: Connection, secret: str) -> bool:
    """Whether a webhook that is signed with this secret is taken."""
    body = payload(connection)
    answer = deliver(connection, body, headers={"X-Hub-Signature": sign(body, secret)})
    assert answer.status_code in {202, 401}
    return answer.status_code == 202


class TestTheWebhooksSecret:
    def test_is_new_in_bitbucket_and_works_at_once(self, connection: Connection) -> None:
        former = secret_of(connection)
        assert is_accepted(connection, former)  # so that the warm function remembers
        body = rotated(connection, "webhook_secret")
        current = secret_of(connection)
        assert current != former
        assert body["made"] is True
        assert body["integration"]["webhook"] == "managed"
        assert (body["ci_token"], body["manual_webhook"]) == (None, None)
        assert 58 < minutes_left(body["grace_until"]) <= 60
        assert is_accepted(connection, current)
        assert is_accepted(connection, former)
        assert current not in str(body)

    def test_ends_the_former_one_with_the_grace(self, connection: Connection) -> None:
        former = secret_of(connection)
        body = rotated(connection, "webhook_secret", grace_minutes=0)
        assert body["grace_until"] is None
        assert body["integration"]["webhook_secret_grace_until"] is None
        assert is_accepted(connection, secret_of(connection))
        assert not is_accepted(connection, former)

    def test_is_not_replaced_by_a_third_one_within_the_grace(self, connection: Connection) -> None:
        former = secret_of(connection)
        rotated(connection, "webhook_secret")
        current = secret_of(connection)
        assert rotated(connection, "webhook_secret", grace_minutes=5)["made"] is False
        assert secret_of(connection) == current
        assert is_accepted(connection, former)
        assert rotated(connection, "webhook_secret", grace_minutes=0)["made"] is True
        # A warm function remembers for a minute what was accepted.
        connection.system.account.cold()
        assert not is_accepted(connection, former)
        assert not is_accepted(connection, current)
        assert is_accepted(connection, secret_of(connection))

    @pytest.mark.parametrize("kind", ["server_error", "apply_then_drop"])
    def test_stays_accepted_with_its_successor_until_the_same_call_finishes(
        self, connection: Connection, kind: str
    ) -> None:
        former = secret_of(connection)
        webhook = f"{connection.bench.webhooks}/*"
        connection.system.bitbucket.add_fault(kind, method="PUT", path=webhook)
        refused = problem(rotate(connection, "webhook_secret"), 422, "rotation_unfinished")
        assert [one["name"] for one in refused["checks"] if one["status"] == "failed"] == [
            "webhook"
        ]
        assert is_accepted(connection, former)
        assert is_accepted(connection, secret_of(connection))
        body = rotated(connection, "webhook_secret")
        assert body["made"] is False
        assert minutes_left(body["grace_until"]) <= 60
        assert secret_of(connection) != former
        assert is_accepted(connection, secret_of(connection))
        assert is_accepted(connection, former)

    @pytest.mark.parametrize("nth", [1, 2, 3])
    def test_can_be_rotated_again_after_a_crash_between_any_two_steps(
        self, connection: Connection, nth: int
    ) -> None:
        former = secret_of(connection)
        seen = [0]

        def this_one(_: Mapping[str, Any]) -> bool:
            seen[0] += 1
            return seen[0] == nth

        connection.system.account.calls.fail("UpdateItem", where=this_one)
        problem(rotate(connection, "webhook_secret"), 503, "try_again_later")
        assert is_accepted(connection, former)
        assert is_accepted(connection, secret_of(connection))
        rotated(connection, "webhook_secret")
        assert secret_of(connection) != former
        assert is_accepted(connection, secret_of(connection))
        assert is_accepted(connection, former)

    def test_that_a_person_enters_is_shown_and_the_former_one_has_a_week(
        self, system: System
    ) -> None:
        lesser = system.bench.create_lesser_token(system.bitbucket)
        made = system.configured(access_token=lesser)
        connection = Connection(system, made["integration"]["id"], made["ci_token"])
        former = made["manual_webhook"]["secret"]
        body = rotated(connection, "webhook_secret")
        entered = body["manual_webhook"]["secret"]
        assert entered != former
        assert 7 * 24 * 60 - 2 < minutes_left(body["grace_until"]) <= 7 * 24 * 60
        text = payload(connection)
        for secret, status in ((former, 202), (entered, 202), ("other", 401)):
            headers = {"X-Hub-Signature": sign(text, secret), "X-Event-Key": system.bench.opened}
            path = f"/webhooks/{connection.id}"
            answer = system.call("POST", path, None, data=text, headers=headers)
            assert answer.status_code == status
        # Whoever lost the answer asks again, and the former secret lives on.
        again = rotated(connection, "webhook_secret")
        assert (again["made"], again["manual_webhook"]["secret"]) == (False, entered)


class TestTheCiToken:
    def test_is_shown_once_and_ends_the_former_one(self, connection: Connection) -> None:
        former = connection.ci_token
        body = rotated(connection, "ci_token")
        assert body["made"] is True
        assert body["ci_token"].startswith("ddci_")
        assert body["ci_token"] != former
        assert body["grace_until"] is None
        problem(connection.submit(identical(), pull_request=1), 401, "not_authenticated")
        connection.ci_token = body["ci_token"]
        assert connection.submit(identical(), pull_request=1).status_code == 202
        shown = connection.system.call("GET", f"/integrations/{connection.id}")
        assert body["ci_token"] not in shown.text

    def test_may_be_accepted_beside_its_successor(self, connection: Connection) -> None:
        body = rotated(connection, "ci_token", grace_minutes=30)
        assert 28 < minutes_left(body["grace_until"]) <= 30
        assert body["integration"]["ci_token_grace_until"] == body["grace_until"]
        former = connection.ci_token
        for token in (former, body["ci_token"]):
            connection.ci_token = token
            assert connection.submit(identical(), pull_request=1).status_code == 202
        again = rotated(connection, "ci_token", grace_minutes=30)
        assert (again["made"], again["ci_token"]) == (False, body["ci_token"])
        third = rotated(connection, "ci_token")
        assert third["made"] is True
        for token in (former, body["ci_token"]):
            connection.ci_token = token
            problem(connection.submit(identical(), pull_request=1), 401, "not_authenticated")


class TestTheLinksToReports:
    def test_get_another_version_and_open_pull_requests_are_brought_up_to_date(
        self, connection: Connection
    ) -> None:
        connection.open_pull_request()
        connection.settle()
        body = rotated(connection, "report_links")
        assert body["made"] is True
        [row] = connection.system.account.items("INTEGRATIONS")
        assert row["report_link_version"]["N"] == "2"
        assert connection.system.account.drain() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "what"),
        ({"what": "everything"}, "what"),
        ({"what": "ci_token", "grace_minutes": -1}, "grace_minutes"),
        ({"what": "ci_token", "grace_minutes": 43_201}, "grace_minutes"),
    ],
)
def test_what_cannot_be_rotated_is_named(
    connection: Connection, body: dict[str, Any], field: str
) -> None:
    answer = connection.system.call("POST", f"/integrations/{connection.id}/rotate", json=body)
    assert fields(problem(answer, 422, "invalid_request")) == [field]
