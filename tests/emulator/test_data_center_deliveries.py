from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.bitbucket import BitbucketEmulator
from local.bitbucket.circuit_breaker import CircuitBreaker
from local.bitbucket.deliveries import LARGEST_PAYLOAD
from tests.emulator.data_center_client import EVENTS, REPOSITORY, DataCenterClient, connect

if TYPE_CHECKING:
    from tests.emulator.receiver import Receiver

SECRET = "correct horse battery staple"
RECORDED = Path(__file__).parents[2].parent / "shared/samples/bitbucket/webhooks/data_center"


def test_a_pull_requests_life_is_told_in_order(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    server.hook(receiver.url)

    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.push_commit(REPOSITORY, 1)
    emulator.edit_pull_request(REPOSITORY, 1, title="Count all refunds")
    emulator.merge_pull_request(REPOSITORY, 1)
    emulator.open_pull_request(REPOSITORY, title="Try again")
    emulator.decline_pull_request(REPOSITORY, 2)
    emulator.delete_pull_request(REPOSITORY, 2)
    emulator.wait_until_delivered()

    told = [
        (r.headers["X-Event-Key"], r.json()["pullRequest"]["id"], r.json()["pullRequest"]["state"])
        for r in receiver.received
    ]
    assert told == [
        ("pr:opened", 1, "OPEN"),
        ("pr:from_ref_updated", 1, "OPEN"),
        ("pr:modified", 1, "OPEN"),
        ("pr:merged", 1, "MERGED"),
        ("pr:opened", 2, "OPEN"),
        ("pr:declined", 2, "DECLINED"),
        ("pr:deleted", 2, "DECLINED"),
    ]
    assert [r.json()["eventKey"] for r in receiver.received] == [event for event, _, _ in told]


def test_a_payload_has_no_repository_beside_the_pull_request(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    server.hook(receiver.url)
    opened = emulator.open_pull_request(REPOSITORY, title="Zähle Erstattungen")
    emulator.wait_until_delivered()

    payload = receiver.received[0].json()

    assert set(payload) == {"eventKey", "date", "actor", "pullRequest"}
    assert payload["pullRequest"]["fromRef"]["latestCommit"] == opened.head
    target = payload["pullRequest"]["toRef"]["repository"]
    assert target == server.get("").json()
    compact = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    assert receiver.received[0].body == compact


def test_what_changed_is_in_the_payload(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    server.hook(receiver.url, events=["pr:from_ref_updated", "pr:modified"])
    opened = emulator.open_pull_request(REPOSITORY, title="Count", description="Why not")
    pushed = emulator.push_commit(REPOSITORY, 1)
    emulator.edit_pull_request(REPOSITORY, 1, title="More", destination_branch="release")
    emulator.wait_until_delivered()

    update, edit = (r.json() for r in receiver.received)

    assert update["previousFromHash"] == opened.head
    assert update["pullRequest"]["fromRef"]["latestCommit"] == pushed.head
    assert (edit["previousTitle"], edit["previousDescription"]) == ("Count", "Why not")
    assert edit["previousTarget"]["id"] == "refs/heads/main"
    assert edit["pullRequest"]["toRef"]["id"] == "refs/heads/release"
    assert edit["pullRequest"]["title"] == "More"


@pytest.mark.parametrize(("version", "kind"), [("7.21.0", int), ("9.4.24", int), ("10.2.7", str)])
def test_dates_in_webhooks_are_text_since_10_and_in_answers_never(
    emulator: BitbucketEmulator,
    server: DataCenterClient,
    receiver: Receiver,
    version: str,
    kind: type,
) -> None:
    emulator.set_data_center_version(version)
    server.hook(receiver.url)
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.merge_pull_request(REPOSITORY, 1)
    emulator.wait_until_delivered()

    payload = receiver.received[1].json()

    for name in ("createdDate", "updatedDate", "closedDate"):
        assert isinstance(payload["pullRequest"][name], kind)
        assert isinstance(server.get("pull-requests/1").json()[name], int)
    dt.datetime.strptime(payload["date"], "%Y-%m-%dT%H:%M:%S%z")
    if kind is str:
        created = payload["pullRequest"]["createdDate"]
        assert len(created) == len("2026-08-19T17:27:55.266Z")
        assert dt.datetime.fromisoformat(created).tzinfo == dt.UTC
    assert ("draft" in payload["pullRequest"]) is (version != "7.21.0")


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings are not here")
def test_payloads_have_the_members_of_the_recorded_ones(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    emulator.set_data_center_version("10.2.7")
    server.hook(receiver.url)
    emulator.open_pull_request(REPOSITORY, title="Feature", description="Some change")
    emulator.delete_pull_request(REPOSITORY, 1)
    emulator.wait_until_delivered()

    for received, name in zip(receiver.received, ("newPR", "deletePR"), strict=True):
        recorded = json.loads((RECORDED / f"{name}Payload.json").read_text())
        assert shape(received.json()) == shape(recorded)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value)


def test_the_headers_are_the_real_ones(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    server.hook(receiver.url, configuration={"secret": SECRET})
    server.hook(receiver.url + "/bare", credentials={"username": "ada", "password": "x"})
    emulator.open_pull_request(REPOSITORY, title="Zähle Erstattungen")
    emulator.wait_until_delivered()

    signed, bare = sorted(receiver.received, key=lambda r: r.path)
    digest = hmac.new(SECRET.encode(), signed.body, hashlib.sha256).hexdigest()
    assert signed.headers["X-Hub-Signature"] == f"sha256={digest}"
    assert signed.headers["X-Event-Key"] == "pr:opened"
    assert signed.headers["X-Request-Id"] != bare.headers["X-Request-Id"]
    assert "X-Hub-Signature" not in bare.headers
    assert bare.headers["Authorization"].startswith("Basic ")
    for name in ("X-Hook-UUID", "X-Attempt-Number", "X-Request-UUID"):
        assert name not in signed.headers


def test_hooks_hear_only_what_they_asked_for(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    server.hook(receiver.url, events=["pr:merged"])
    server.hook(receiver.url, active=False)
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.open_pull_request("acme/jaffle-shop", title="On Cloud")
    emulator.merge_pull_request(REPOSITORY, 1)
    emulator.wait_until_delivered()
    assert [r.headers["X-Event-Key"] for r in receiver.received] == ["pr:merged"]


def test_nothing_is_tried_again_and_nothing_is_too_large(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    server.hook(receiver.url)
    receiver.statuses = [503, 302]
    for number in range(2):
        emulator.open_pull_request(REPOSITORY, title=f"{number}", description="x" * LARGEST_PAYLOAD)
    emulator.wait_until_delivered()
    assert [d.outcome for d in emulator.deliveries()] == ["failed", "failed"]
    assert len(receiver.received) == 2


def test_a_redelivery_is_the_same_event_again(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    server.hook(receiver.url, configuration={"secret": SECRET})
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.wait_until_delivered()
    emulator.redeliver_last(REPOSITORY, 1)
    emulator.wait_until_delivered()
    first, second = receiver.received
    assert first.body == second.body
    for name in ("X-Request-Id", "X-Hub-Signature"):
        assert first.headers[name] == second.headers[name]


def test_a_hook_that_fails_five_times_is_skipped_for_a_while(receiver: Receiver) -> None:
    time = [0.0]
    with BitbucketEmulator(delivery_timeout=2, clock=lambda: time[0]) as emulator:
        emulator.create_data_center_repository("DATA", "jaffle-shop")
        client = connect(emulator)
        client.hook(receiver.url, events=EVENTS)

        def outcomes(count: int, *statuses: int) -> list[str]:
            known = len(emulator.deliveries())
            receiver.statuses = list(statuses)
            for _ in range(count):
                emulator.open_pull_request(REPOSITORY, title="Count refunds")
                emulator.wait_until_delivered()
            return [str(d.outcome) for d in emulator.deliveries()[known:]]

        assert outcomes(6, *[500] * 5) == [*["failed"] * 5, "skipped"]
        time[0] = 9.9
        assert outcomes(1) == ["skipped"]
        time[0] = 10.0
        assert outcomes(2, 500) == ["failed", "skipped"]
        time[0] = 29.9
        assert outcomes(1) == ["skipped"]
        time[0] = 30.0
        assert outcomes(5, 200, 500, 500, 500, 500) == ["delivered", *["failed"] * 4]
        assert outcomes(1) == ["delivered"]
        # A ping is answered for even while the hook is skipped.
        assert outcomes(6, *[500] * 5)[-1] == "skipped"
        test = client.post(f"webhooks/test?url={receiver.url}").json()
        assert test["result"]["outcome"] == "SUCCESS"


def test_a_pause_doubles_up_to_ten_hours_and_is_each_hooks_own() -> None:
    time = [0.0]
    breaker = CircuitBreaker(lambda: time[0])
    pauses = []
    for _ in range(20):
        breaker.note("1", good=False)
        before = time[0]
        while not breaker.lets_through("1"):
            time[0] += 5
        pauses.append(time[0] - before)
    assert pauses[:8] == [0, 0, 0, 0, 10, 20, 40, 80]
    assert max(pauses) == pauses[-1] == 36_000
    assert breaker.lets_through("2")
    breaker.note("1", good=True)
    breaker.note("1", good=False)
    assert breaker.lets_through("1")
