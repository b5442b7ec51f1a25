import hashlib
import hmac
import uuid
from pathlib import Path

import pytest
import requests

from tests.deployed_template import ROOT
from tests.stack.conftest import Repository

pytestmark = pytest.mark.stack

SAMPLES = ROOT.parent / "shared" / "samples" / "bitbucket" / "webhooks" / "cloud"

EVENTS = {
    "createPayloadFork.json": "pullrequest:created",
    "createPayloadOrigin.json": "pullrequest:created",
    "fulfilledPayload.json": "pullrequest:fulfilled",
    "pullrequest_created.json": "pullrequest:created",
    "pullrequest_rejected.json": "pullrequest:rejected",
    "pullrequest_updated.json": "pullrequest:updated",
    "rejectedPayload.json": "pullrequest:rejected",
    "signed_payload.json": "repo:push",
    "updatePayload_newCommit.json": "pullrequest:updated",
    "updatePayload_newDestination.json": "pullrequest:updated",
    "updatePayload_newDestinationCommit.json": "pullrequest:updated",
}


def deliver(repository: Repository, event: str, body: bytes, secret: str) -> requests.Response:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return requests.post(
        f"{repository.stack.api_url}/webhooks/{repository.integration_id}",
        data=body,
        headers={
            "Content-Type": "application/json",
            "X-Event-Key": event,
            "X-Hub-Signature": f"sha256={signature}",
            "X-Request-UUID": str(uuid.uuid4()),
            "X-Attempt-Number": "1",
            "User-Agent": "Bitbucket-Webhooks/2.0",
        },
        timeout=60,
    )


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="recorded payloads are not part of the project")
def test_the_table_of_events_names_every_recorded_payload() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == set(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_every_recorded_payload_is_taken_for_what_its_event_says(
    name: str, repository: Repository
) -> None:
    path: Path = SAMPLES / name
    if not path.is_file():
        pytest.skip("recorded payloads are not part of the project")
    [hook] = repository.bitbucket.hooks(repository.name)
    assert hook.secret is not None
    event = EVENTS[name]
    answer = deliver(repository, event, path.read_bytes(), hook.secret)
    assert answer.status_code == 202, answer.text
    queued = "queued" if event.startswith("pullrequest:") else "ignored"
    assert answer.json() == {"outcome": queued}
    # Their pull requests do not exist here: the jobs end quietly, and none is left over.
    repository.settle()


def test_a_payload_with_one_byte_changed_is_refused(repository: Repository) -> None:
    [hook] = repository.bitbucket.hooks(repository.name)
    assert hook.secret is not None
    answer = deliver(repository, "pullrequest:created", b'{"pullrequest": {"id": 1}}', "x")
    assert answer.status_code == 401
