"""Bitbucket's own payloads, recorded by others, through the webhook function."""

import json

import pytest

from tests.deployed_template import ROOT
from tests.functional.bench import CLOUD, DATA_CENTER, on_both, only_on
from tests.functional.conftest import Connection
from tests.functional.data_center_events import DATES, event_body
from tests.functional.signed_webhooks import deliver

SAMPLES = ROOT.parent / "shared/samples/bitbucket/webhooks"
FOLDERS = {CLOUD: SAMPLES / "cloud", DATA_CENTER: SAMPLES / "data_center"}

# What each payload means: its event, the pull request and its head. None: not for us.
type Meaning = tuple[str, int | None, str | None]
CLOUD_MEANINGS: dict[str, Meaning] = {
    "createPayloadFork": ("pullrequest:created", 3, "1c48041a96db"),
    "createPayloadOrigin": ("pullrequest:created", 1, "a72355f35fde"),
    "fulfilledPayload": ("pullrequest:fulfilled", 2, "a72355f35fde"),
    "pullrequest_created": ("pullrequest:created", 735, "d31df3425c5b"),
    "pullrequest_rejected": ("pullrequest:rejected", 735, "d31df3425c5b"),
    "pullrequest_updated": ("pullrequest:updated", 1, "f945c96c71d0"),
    "rejectedPayload": ("pullrequest:rejected", 3, "63e3d18dca4c"),
    "signed_payload": ("repo:push", None, None),
    "updatePayload_newCommit": ("pullrequest:updated", 3, "63e3d18dca4c"),
    "updatePayload_newDestination": ("pullrequest:updated", 3, "63e3d18dca4c"),
    "updatePayload_newDestinationCommit": ("pullrequest:updated", 3, "63e3d18dca4c"),
}
DATA_CENTER_MEANINGS: dict[str, Meaning] = {
    "deletePRPayload": ("pr:deleted", 1, "251fce291f086cdde68ae2a896148abb5b58033e"),
    "newPRPayload": ("pr:opened", 1, "251fce291f086cdde68ae2a896148abb5b58033e"),
    "prOpenFromTagPayload": ("pr:opened", 1, "f0d122cd8b8bc393eb1953f4127a4addeae8fe97"),
    "signed_payload": ("repo:refs_changed", None, None),
    # Of a plugin that was there before Data Center had webhooks of its own.
    "updatePayload": ("pullrequest:updated", None, None),
}
NO_EVENTS = {"apiResponse", "ping"}

recorded = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no recorded payloads here")


def check(connection: Connection, body: bytes, meaning: Meaning) -> None:
    """Deliver a body; it must become the job that its event means, or none."""
    event, number, _ = meaning
    answer = deliver(connection, body, event=event)
    assert answer.status_code == 202
    jobs = [json.loads(job["body"]) for job in connection.system.account.jobs()]
    if number is None:
        assert answer.json() == {"outcome": "ignored"}
        assert jobs == []
    else:
        assert answer.json() == {"outcome": "queued"}
        [job] = jobs
        assert (job["cause"], job["pull_request_id"], job["commit"]) == meaning
        assert job["integration_id"] == connection.id


@recorded
def test_every_recorded_payload_has_a_meaning_here() -> None:
    for bench, meanings in ((CLOUD, CLOUD_MEANINGS), (DATA_CENTER, DATA_CENTER_MEANINGS)):
        assert {file.stem for file in FOLDERS[bench].glob("*.json")} - NO_EVENTS == set(meanings)


@recorded
@pytest.mark.parametrize(("name", "meaning"), CLOUD_MEANINGS.items(), ids=CLOUD_MEANINGS)
def test_a_payload_of_cloud_becomes_the_job_that_its_event_means(
    connection: Connection, name: str, meaning: Meaning
) -> None:
    check(connection, (FOLDERS[CLOUD] / f"{name}.json").read_bytes(), meaning)


@recorded
@only_on(DATA_CENTER, "its payloads are its own")
@pytest.mark.parametrize(
    ("name", "meaning"), DATA_CENTER_MEANINGS.items(), ids=DATA_CENTER_MEANINGS
)
def test_a_payload_of_data_center_becomes_the_job_that_its_event_means(
    connection: Connection, name: str, meaning: Meaning
) -> None:
    check(connection, (FOLDERS[DATA_CENTER] / f"{name}.json").read_bytes(), meaning)


@only_on(DATA_CENTER, "its payloads are its own")
@pytest.mark.parametrize("date", DATES)
def test_an_event_of_data_center_becomes_its_job_in_the_shape_of_every_version(
    connection: Connection, date: object
) -> None:
    for number, event in enumerate(DATA_CENTER.events, start=1):
        body = event_body(event, number, DATA_CENTER.head, date)
        check(connection, body, (event, number, DATA_CENTER.head))


@recorded
@only_on(DATA_CENTER, "Bitbucket Cloud sends none")
def test_a_recorded_ping_is_answered_and_nothing_more(connection: Connection) -> None:
    ping = (FOLDERS[DATA_CENTER] / "ping.json").read_bytes()
    headers = {"X-Hub-Signature": None}
    answer = deliver(connection, ping, event="diagnostics:ping", headers=headers)
    assert (answer.status_code, answer.json()) == (202, {"outcome": "ping"})


RECORDED_OPENING = {
    CLOUD.provider: FOLDERS[CLOUD] / "pullrequest_created.json",
    DATA_CENTER.provider: FOLDERS[DATA_CENTER] / "newPRPayload.json",
}


@recorded
@on_both
def test_a_recorded_payload_that_was_tampered_with_is_refused(connection: Connection) -> None:
    body = RECORDED_OPENING[connection.bench.provider].read_bytes()
    answer = deliver(connection, body, headers={"X-Hub-Signature": "sha256=" + "0" * 64})
    assert answer.status_code == 401
    assert connection.system.account.jobs() == []


@recorded
@on_both
def test_a_recorded_payload_about_a_pull_request_that_is_gone_ends_quietly(
    connection: Connection,
) -> None:
    deliver(connection, RECORDED_OPENING[connection.bench.provider].read_bytes())
    assert connection.system.account.drain() == 1
    assert connection.system.account.delays() == []
    assert connection.health()["ok"] is True
