from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest

from local.bitbucket import BitbucketEmulator
from local.bitbucket.deliveries import LARGEST_PAYLOAD, Outcome
from tests.emulator.client import REPOSITORY, Client, eventually

if TYPE_CHECKING:
    from tests.emulator.receiver import Receiver

SECRET = "correct horse battery staple"


def test_a_pull_requests_life_is_told_in_order(
    emulator: BitbucketEmulator, client: Client, receiver: Receiver
) -> None:
    client.hook(receiver.url)

    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.push_commit(REPOSITORY, 1)
    emulator.edit_pull_request(REPOSITORY, 1, title="Count all refunds")
    emulator.edit_pull_request(REPOSITORY, 1, destination_branch="release")
    emulator.merge_pull_request(REPOSITORY, 1)
    emulator.open_pull_request(REPOSITORY, title="Try again")
    emulator.decline_pull_request(REPOSITORY, 2)
    emulator.wait_until_delivered()

    told = [
        (r.headers["X-Event-Key"], r.json()["pullrequest"]["id"], r.json()["pullrequest"]["state"])
        for r in receiver.received
    ]
    assert told == [
        ("pullrequest:created", 1, "OPEN"),
        ("pullrequest:updated", 1, "OPEN"),
        ("pullrequest:updated", 1, "OPEN"),
        ("pullrequest:updated", 1, "OPEN"),
        ("pullrequest:fulfilled", 1, "MERGED"),
        ("pullrequest:created", 2, "OPEN"),
        ("pullrequest:rejected", 2, "DECLINED"),
    ]


def test_a_payload_is_the_pull_request_its_repository_and_the_actor(
    emulator: BitbucketEmulator, client: Client, receiver: Receiver
) -> None:
    client.hook(receiver.url)
    opened = emulator.open_pull_request(REPOSITORY, title="Zähle Erstattungen")
    emulator.wait_until_delivered()

    received = receiver.received[0]
    payload = received.json()
    assert set(payload) == {"actor", "repository", "pullrequest"}
    assert payload["pullrequest"] == client.get("pullrequests/1").json()
    assert payload["pullrequest"]["source"]["commit"]["hash"] == opened.head[:12]
    assert payload["repository"]["uuid"] == client.get("").json()["uuid"]
    assert payload["repository"]["workspace"]["uuid"] == client.get("").json()["workspace"]["uuid"]
    compact = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    assert received.body == compact


def test_the_signature_is_over_the_bytes_that_were_sent(
    emulator: BitbucketEmulator, client: Client, receiver: Receiver
) -> None:
    client.hook(receiver.url, secret=SECRET)
    emulator.open_pull_request(REPOSITORY, title="Zähle Erstattungen")
    emulator.wait_until_delivered()

    received = receiver.received[0]
    digest = hmac.new(SECRET.encode(), received.body, hashlib.sha256).hexdigest()
    assert received.headers["X-Hub-Signature"] == f"sha256={digest}"


def test_the_headers_are_the_real_ones(
    emulator: BitbucketEmulator, client: Client, receiver: Receiver
) -> None:
    hook = client.hook(receiver.url)
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.wait_until_delivered()

    headers = receiver.received[0].headers
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "Bitbucket-Webhooks/2.0"
    assert headers["X-Hook-UUID"] == hook["uuid"].strip("{}")
    assert headers["X-Attempt-Number"] == "1"
    assert headers["X-Request-UUID"]
    assert "X-Hub-Signature" not in headers


def test_hooks_hear_only_what_they_asked_for(
    emulator: BitbucketEmulator, client: Client, receiver: Receiver
) -> None:
    client.hook(receiver.url, events=["pullrequest:fulfilled"])
    client.hook(receiver.url, active=False)
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.merge_pull_request(REPOSITORY, 1)
    emulator.wait_until_delivered()
    assert [r.headers["X-Event-Key"] for r in receiver.received] == ["pullrequest:fulfilled"]


@pytest.mark.parametrize(
    ("statuses", "attempts", "outcome"),
    [
        ([200], [200], Outcome.DELIVERED),
        ([202], [202], Outcome.DELIVERED),
        ([302], [302], Outcome.DELIVERED),
        ([500], [500, 200], Outcome.DELIVERED),
        ([502, 503], [502, 503, 200], Outcome.DELIVERED),
        ([500, 500, 500], [500, 500, 500], Outcome.FAILED),
        ([401], [401], Outcome.FAILED),
        ([404], [404], Outcome.FAILED),
        ([429], [429], Outcome.FAILED),
    ],
)
def test_only_5xx_is_tried_again_and_at_most_twice(
    emulator: BitbucketEmulator,
    client: Client,
    receiver: Receiver,
    statuses: list[int | None],
    attempts: list[int],
    outcome: Outcome,
) -> None:
    client.hook(receiver.url)
    receiver.statuses = list(statuses)
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.wait_until_delivered()

    (delivery,) = emulator.deliveries()
    assert [attempt.status for attempt in delivery.attempts] == attempts
    assert delivery.outcome is outcome
    assert {r.headers["X-Request-UUID"] for r in receiver.received} == {delivery.request_uuid}
    assert [r.headers["X-Attempt-Number"] for r in receiver.received] == [
        str(number + 1) for number in range(len(attempts))
    ]
    assert len({r.body for r in receiver.received}) == 1


def test_silence_is_a_failure_and_not_tried_again(receiver: Receiver) -> None:
    receiver.statuses = [None]
    with BitbucketEmulator(delivery_timeout=0.2) as emulator:
        emulator.create_repository(REPOSITORY)
        Client(emulator.cloud_api_url, emulator.create_access_token(REPOSITORY)).hook(receiver.url)
        emulator.open_pull_request(REPOSITORY, title="Count refunds")
        emulator.wait_until_delivered()
        (delivery,) = emulator.deliveries()

    assert delivery.outcome is Outcome.FAILED
    assert [a.error for a in delivery.attempts] == ["ReadTimeout"]
    assert len(receiver.received) == 1


def test_nobody_listening_is_a_failure(emulator: BitbucketEmulator, client: Client) -> None:
    client.hook("http://127.0.0.1:1/")
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.wait_until_delivered()
    (delivery,) = emulator.deliveries()
    assert (delivery.outcome, delivery.attempts[0].error) == (Outcome.FAILED, "ConnectionError")


def test_a_payload_over_256_kb_is_dropped_without_a_word(
    emulator: BitbucketEmulator, client: Client, receiver: Receiver
) -> None:
    client.hook(receiver.url)
    emulator.open_pull_request(REPOSITORY, title="Long", description="x" * LARGEST_PAYLOAD)
    emulator.push_commit(REPOSITORY, 1)
    emulator.edit_pull_request(REPOSITORY, 1, description="short")
    emulator.wait_until_delivered()

    assert [d.outcome for d in emulator.deliveries()] == ["dropped", "dropped", "delivered"]
    assert len(receiver.received) == 1


def test_a_redelivery_is_the_same_event_again(
    emulator: BitbucketEmulator, client: Client, receiver: Receiver
) -> None:
    client.hook(receiver.url, secret=SECRET)
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.wait_until_delivered()

    again = emulator.redeliver_last(REPOSITORY, 1)
    emulator.wait_until_delivered()

    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["X-Request-UUID"] == second.headers["X-Request-UUID"]
    assert first.headers["X-Hub-Signature"] == second.headers["X-Hub-Signature"]
    assert again.redelivery_of == emulator.deliveries()[0].id


def test_paused_deliveries_wait(
    emulator: BitbucketEmulator, client: Client, receiver: Receiver
) -> None:
    client.hook(receiver.url)
    emulator.pause_deliveries()
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    with pytest.raises(TimeoutError):
        emulator.wait_until_delivered(timeout=0.1)
    assert receiver.received == []

    emulator.resume_deliveries()
    emulator.wait_until_delivered()
    assert len(receiver.received) == 1


def test_a_slow_receiver_does_not_delay_another(
    emulator: BitbucketEmulator, client: Client, receiver: Receiver
) -> None:
    client.hook(receiver.url, description="slow")
    receiver.statuses = [None]
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    eventually(lambda: receiver.received)
    client.hook(receiver.url, description="quick")
    emulator.push_commit(REPOSITORY, 1)
    eventually(lambda: len(receiver.received) == 2)
    events: list[Any] = [r.headers["X-Event-Key"] for r in receiver.received]
    receiver.silence.set()
    emulator.wait_until_delivered()

    assert events == ["pullrequest:created", "pullrequest:updated"]
    assert len(receiver.received) == 3
