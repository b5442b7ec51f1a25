"""Payloads that others recorded, through the deployed webhook."""

import pytest

from tests.deployed_template import ROOT
from tests.stack.conftest import Repository

SAMPLES = ROOT.parent / "shared" / "samples" / "bitbucket" / "webhooks"
RECORDED = {
    "cloud": {
        "createPayloadFork.json": ("pullrequest:created", "queued"),
        "createPayloadOrigin.json": ("pullrequest:created", "queued"),
        "fulfilledPayload.json": ("pullrequest:fulfilled", "queued"),
        "pullrequest_created.json": ("pullrequest:created", "queued"),
        "pullrequest_rejected.json": ("pullrequest:rejected", "queued"),
        "pullrequest_updated.json": ("pullrequest:updated", "queued"),
        "rejectedPayload.json": ("pullrequest:rejected", "queued"),
        "signed_payload.json": ("repo:push", "ignored"),
        "updatePayload_newCommit.json": ("pullrequest:updated", "queued"),
        "updatePayload_newDestination.json": ("pullrequest:updated", "queued"),
        "updatePayload_newDestinationCommit.json": ("pullrequest:updated", "queued"),
    },
    "data_center": {
        "deletePRPayload.json": ("pr:deleted", "queued"),
        "newPRPayload.json": ("pr:opened", "queued"),
        "ping.json": ("diagnostics:ping", "ping"),
        "prOpenFromTagPayload.json": ("pr:opened", "queued"),
        "signed_payload.json": ("repo:refs_changed", "ignored"),
        # Of a plugin that was there before Data Center had webhooks of its own.
        "updatePayload.json": ("pullrequest:updated", "ignored"),
    },
}
# Answers of the API, which lie beside the webhooks.
NO_WEBHOOKS = {"apiResponse.json"}

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(
        not SAMPLES.is_dir(), reason="recorded payloads are not part of the project"
    ),
]


@pytest.mark.parametrize("provider", RECORDED)
def test_the_table_names_every_recorded_payload(provider: str) -> None:
    recorded = {path.name for path in (SAMPLES / provider).iterdir()}
    assert recorded - NO_WEBHOOKS == set(RECORDED[provider])


@pytest.mark.parametrize(
    ("repository", "recorded", "event", "outcome"),
    [
        pytest.param(provider, f"{provider}/{name}", *meaning, id=f"{provider}-{name}")
        for provider, payloads in RECORDED.items()
        for name, meaning in payloads.items()
    ],
    indirect=["repository"],
)
def test_every_recorded_payload_is_taken_for_what_its_event_says(
    repository: Repository, recorded: str, event: str, outcome: str
) -> None:
    # Nothing signs the ping, which does not even tell who sent it.
    secret = None if event == "diagnostics:ping" else repository.webhook_secret()
    answer = repository.deliver(event, (SAMPLES / recorded).read_bytes(), secret)
    assert answer.status_code == 202, answer.text
    assert answer.json() == {"outcome": outcome}
    # Their pull requests do not exist here: the jobs end quietly, and none is left over.
    repository.settle()
