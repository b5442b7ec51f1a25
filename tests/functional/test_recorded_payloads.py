"""Bitbucket Cloud's own payloads, recorded by others, through the webhook function."""

import json

import pytest

from tests.deployed_template import ROOT
from tests.functional.conftest import Connection
from tests.functional.signed_webhooks import deliver

SAMPLES = ROOT.parent / "shared/samples/bitbucket/webhooks/cloud"

# What each payload means: its event, the pull request and its head. None: not for us.
MEANINGS = {
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

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no recorded payloads here")


def test_every_recorded_payload_has_a_meaning_here() -> None:
    assert {file.stem for file in SAMPLES.glob("*.json")} == set(MEANINGS)


@pytest.mark.parametrize(("name", "meaning"), MEANINGS.items())
def test_a_recorded_payload_becomes_the_job_that_its_event_means(
    connection: Connection, name: str, meaning: tuple[str, int | None, str | None]
) -> None:
    event, number, _ = meaning
    answer = deliver(connection, (SAMPLES / f"{name}.json").read_bytes(), event=event)
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


def test_a_recorded_payload_that_was_tampered_with_is_refused(connection: Connection) -> None:
    body = (SAMPLES / "pullrequest_created.json").read_bytes()
    answer = deliver(connection, body, headers={"X-Hub-Signature": "sha256=" + "0" * 64})
    assert answer.status_code == 401
    assert connection.system.account.jobs() == []


def test_a_recorded_payload_about_a_pull_request_that_is_gone_ends_quietly(
    connection: Connection,
) -> None:
    body = (SAMPLES / "pullrequest_created.json").read_bytes()
    deliver(connection, body)
    assert connection.system.account.drain() == 1
    assert connection.system.account.delays() == []
    assert connection.health()["ok"] is True
