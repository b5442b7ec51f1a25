"""The deployed stack: the real template on MiniStack, once per session, a repository per test."""

import hashlib
import hmac
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests

from local.bitbucket import BitbucketEmulator
from local.bitbucket.data_center import DEFAULT_VERSION
from local.stack import LocalStack
from tests.stack.benches import BENCHES, Bench

PATIENCE_SECONDS = 90
_numbers = itertools.count(1)


def until[T](look: Callable[[], T], what: str) -> T:
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not seen: {what}"
        time.sleep(0.1)
    return seen


@dataclass
class Repository:
    """A configured repository: what a developer, CI and the world outside can do and see."""

    stack: LocalStack
    bench: Bench
    name: str
    access_token: str
    integration_id: str
    ci_token: str

    @property
    def bitbucket(self) -> BitbucketEmulator:
        return self.bench.bitbucket

    def open_pull_request(self) -> tuple[int, str]:
        """A pull request that waits for results, and its head."""
        pull_request = self.bitbucket.open_pull_request(self.name, title="Change the orders")
        head = pull_request.commits[0]
        until(lambda: self.build_state(head) == "INPROGRESS", "the waiting build status")
        return pull_request.id, head

    def push(self, number: int) -> str:
        return self.bitbucket.push_commit(self.name, number).commits[0]

    def rename(self) -> None:
        self.name = self.bitbucket.rename_repository(self.name, f"shop-{next(_numbers)}").full_name

    def submit(self, body: str, **query: Any) -> str:
        """Submit as CI does; the status URL."""
        answer = requests.post(
            f"{self.stack.api_url}/integrations/{self.integration_id}/diffs",
            params={"format": "data-diff"} | query,
            data=body.encode(),
            headers={"Authorization": f"Bearer {self.ci_token}"},
            timeout=60,
        )
        assert answer.status_code == 202, answer.text
        url: str = answer.json()["status_url"]
        return url

    def status(self, url: str) -> str:
        answer = requests.get(url, headers={"Authorization": f"Bearer {self.ci_token}"}, timeout=60)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["status"])

    def until_posted(self, url: str) -> None:
        until(lambda: self.status(url) == "posted", "the submission as posted")

    def comments(self, number: int) -> list[tuple[int, str]]:
        """Id and text of the comments that are not deleted."""
        found = self.bitbucket.comments(self.name, number)
        return [(one.id, one.raw) for one in found if not one.deleted]

    def build_state(self, commit: str) -> str | None:
        """The state of our one build status on a commit."""
        states = [one.state for one in self.bitbucket.build_statuses(self.name, commit)]
        assert len(states) <= 1
        return states[0] if states else None

    def webhook_secret(self) -> str:
        """The secret that Bitbucket signs with; its API never shows it."""
        [hook] = self.bitbucket.hooks(self.name)
        assert hook.secret is not None
        return hook.secret

    def deliver(self, event: str, body: bytes, secret: str | None) -> requests.Response:
        """Deliver a webhook as Bitbucket does, signed if there is a secret."""
        headers = self.bench.delivery_headers(event)
        if secret is not None:
            digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Hub-Signature"] = f"sha256={digest}"
        url = f"{self.stack.api_url}/webhooks/{self.integration_id}"
        return requests.post(url, data=body, headers=headers, timeout=60)

    def settle(self) -> None:
        """Until Bitbucket has delivered and the queue is empty, messages in flight included."""
        self.bitbucket.wait_until_delivered()
        sqs: Any = self.stack.session.client("sqs", endpoint_url=self.stack.endpoint_url)
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

        def empty() -> bool:
            attributes = sqs.get_queue_attributes(
                QueueUrl=self.stack.deployment.outputs["ReportQueueUrl"],
                AttributeNames=names,
            )["Attributes"]
            return all(int(attributes[name]) == 0 for name in names)

        until(empty, "an empty queue")


@pytest.fixture(scope="session")
def machines_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the stack is started to take for `/tmp`."""
    return tmp_path_factory.mktemp("tmp")


@pytest.fixture(scope="session")
def stack(
    machines_temporary_folder: Path, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalStack]:
    if worker_id != "master":
        # Another worker that has deployed it, too, is a fault of tests/conftest.py.
        (tmp_path_factory.getbasetemp().parent / "stack").mkdir()
    with ExitStack() as exits:
        with mock.patch.dict("os.environ", TMPDIR=str(machines_temporary_folder)):
            running = exits.enter_context(LocalStack())
        yield running


@pytest.fixture
def bitbucket(stack: LocalStack) -> Iterator[BitbucketEmulator]:
    assert stack.bitbucket is not None
    yield stack.bitbucket
    stack.bitbucket.clear_faults()
    stack.bitbucket.set_data_center_rate_limit(None)
    stack.bitbucket.set_data_center_version(DEFAULT_VERSION)


@pytest.fixture(params=list(BENCHES))
def repository(
    request: pytest.FixtureRequest, stack: LocalStack, bitbucket: BitbucketEmulator
) -> Repository:
    """A repository that was just configured; `data_center 7.2.0` is one on that version."""
    provider, _, version = request.param.partition(" ")
    if version:
        bitbucket.set_data_center_version(version)
    bench = BENCHES[provider](bitbucket)
    name = bench.create_repository(f"shop-{next(_numbers)}")
    access_token = bench.create_access_token(name)
    answer = configure(stack, bench.address(name), access_token)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    return Repository(stack, bench, name, access_token, body["integration"]["id"], body["ci_token"])


def configure(stack: LocalStack, address: str, access_token: str) -> requests.Response:
    """Configure a repository as an admin does."""
    return requests.post(
        f"{stack.api_url}/integrations",
        json={"repository": address, "access_token": access_token},
        headers={"Authorization": f"Bearer {stack.admin_token}"},
        timeout=60,
    )
