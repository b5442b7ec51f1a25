"""The whole system in one process: functions under moto, Bitbucket emulated, HTTP for real."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from bitbucket_integration.report_settings import ReportSettings
from local.bitbucket import BitbucketEmulator
from local.bitbucket.code_insights import InsightReport
from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.bench import BENCHES, CLOUD, Bench
from tests.functional.gateway import gateway
from tests.functional.lambda_environment import Account, account

REPOSITORY = CLOUD.repository
"""What tests speak of that are about Bitbucket Cloud alone."""


@dataclass
class System:
    """What a person, a pipeline and Bitbucket can do with the system."""

    url: str
    bitbucket: BitbucketEmulator
    account: Account
    bench: Bench
    access_token: str

    def call(
        self, method: str, path: str, token: str | None = ADMIN_TOKEN, **options: Any
    ) -> requests.Response:
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return requests.request(method, self.url + path, headers=headers, timeout=30, **options)

    def configure(self, progress_id: str | None = None, /, **changes: Any) -> requests.Response:
        repository = self.bench.address(self.bitbucket)
        body = {"repository": repository, "access_token": self.access_token} | changes
        query = {"progress_id": progress_id}
        return self.call("POST", "/integrations", params=query, json=body)

    def configured(self, **changes: Any) -> dict[str, Any]:
        """Configure a repository for the first time; what was answered."""
        answer = self.configure(**changes)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def connect(self) -> "Connection":
        """Configure the repository, as the first thing that every story does."""
        body = self.configured()
        return Connection(self, body["integration"]["id"], body["ci_token"])


@dataclass
class Connection:
    """A configured repository."""

    system: System
    id: str
    ci_token: str

    @property
    def bench(self) -> Bench:
        """The Bitbucket that it is on."""
        return self.system.bench

    @property
    def repository(self) -> str:
        """What the emulator's controls call the repository."""
        return self.bench.repository

    def submit(self, body: bytes | str, **query: Any) -> requests.Response:
        return self.system.call(
            "POST",
            f"/integrations/{self.id}/diffs",
            self.ci_token,
            params={"format": "data-diff"} | query,
            data=body,
        )

    def status(self, submitted: requests.Response) -> dict[str, Any]:
        """What the status URL of a submission says."""
        url = submitted.json()["status_url"]
        answer = requests.get(url, headers={"Authorization": f"Bearer {self.ci_token}"}, timeout=30)
        assert answer.status_code == 200, answer.text
        status: dict[str, Any] = answer.json()
        return status

    def open_pull_request(self, title: str = "Fix amounts") -> tuple[int, str]:
        """Open a pull request in Bitbucket; its number and head."""
        opened = self.system.bitbucket.open_pull_request(self.repository, title=title)
        return opened.id, opened.head

    def push(self, pull_request: int, message: str = "Address review comments") -> str:
        """Push a commit to a pull request; its new head."""
        return self.system.bitbucket.push_commit(self.repository, pull_request, message).head

    def settle(self) -> None:
        """Let Bitbucket deliver its webhooks, and the report function work them off."""
        self.system.bitbucket.wait_until_delivered()
        self.system.account.drain()

    def set(self, **settings: Any) -> None:
        """Have reports judged and posted by these settings, as they are stored."""
        text = ReportSettings(**settings).to_store()
        self.system.account.client("dynamodb").update_item(
            TableName="table",
            Key={"pk": {"S": "INTEGRATIONS"}, "sk": {"S": self.id}},
            UpdateExpression="SET settings = :settings",
            ExpressionAttributeValues={":settings": {"S": text}},
        )

    def insights(self, commit: str) -> list[InsightReport]:
        """What Code Insights show on a commit."""
        return self.system.bitbucket.insight_reports(self.repository, commit)

    def health(self) -> dict[str, Any]:
        """The integration's health, as its admin sees it."""
        answer = self.system.call("GET", f"/integrations/{self.id}")
        assert answer.status_code == 200, answer.text
        health: dict[str, Any] = answer.json()["health"]
        return health

    def comments(self, pull_request: int) -> list[str]:
        """The texts of the pull request's comments that are not deleted."""
        found = self.system.bitbucket.comments(self.repository, pull_request)
        return [one.raw for one in found if not one.deleted]

    def build_status(self, commit: str) -> tuple[str, str]:
        """State and description of the one build status on a commit."""
        [status] = self.system.bitbucket.build_statuses(self.repository, commit)
        return status.state, status.description


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell a story on the Bitbuckets that it is marked with."""
    marker = metafunc.definition.get_closest_marker("bitbuckets")
    if marker is not None and "bench" in metafunc.fixturenames:
        metafunc.parametrize("bench", [BENCHES[name] for name in marker.args], ids=marker.args)


@pytest.fixture
def bench() -> Bench:
    """The Bitbucket that a story is told on, unless it is marked with others."""
    return CLOUD


@contextmanager
def bitbucket_of(bench: Bench) -> Iterator[BitbucketEmulator]:
    """A Bitbucket with the one repository."""
    with BitbucketEmulator() as emulator:
        bench.create_repository(emulator)
        yield emulator


@contextmanager
def system_with(bitbucket: BitbucketEmulator, bench: Bench) -> Iterator[System]:
    """A system, beside this Bitbucket, that knows no repository yet."""
    token = bench.create_token(bitbucket)
    with account(bitbucket.cloud_api_url, "") as aws, gateway(aws.serve) as url:
        yield System(url, bitbucket, aws, bench, token)
        assert aws.crashes == [], "a function ended with an error that it does not handle"


@pytest.fixture
def bitbucket(bench: Bench) -> Iterator[BitbucketEmulator]:
    with bitbucket_of(bench) as emulator:
        yield emulator


@pytest.fixture
def system(bitbucket: BitbucketEmulator, bench: Bench) -> Iterator[System]:
    with system_with(bitbucket, bench) as whole:
        yield whole


@pytest.fixture
def connection(system: System) -> Connection:
    return system.connect()
