"""The events for `sam local invoke`: each is one that its function gets, and takes."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bitbucket_integration.derived_secrets import ci_token, webhook_secret
from bitbucket_integration.integration import Integration
from bitbucket_integration.signature import sign
from bitbucket_integration.stores.deadlines import Deadline, DeadlineStore
from bitbucket_integration.stores.integrations import IntegrationStore
from tests.deployed_template import ROOT, resources_of, routes
from tests.functional.aws_resources import ADMIN_TOKEN, SIGNING_KEY
from tests.functional.lambda_environment import Account, account
from tests.unit.stored import data_center_repository, integration

EVENTS = sorted((ROOT / "events").glob("*.json"))
FROM_THE_API = [path for path in EVENTS if "httpMethod" in path.read_text()]
ID = "abcdefghijklmnop"
ON_CLOUD = integration(ID)
ON_DATA_CENTER = replace(ON_CLOUD, repository=data_center_repository())


@pytest.fixture
def aws() -> Iterator[Account]:
    with account("http://127.0.0.1:9", "") as made:
        yield made


def name_of(path: Path) -> str:
    return path.stem


def function_of(path: Path) -> str:
    return f"{path.stem.partition('_')[0].capitalize()}Function"


def event(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def connected(aws: Account, repository: Integration) -> None:
    IntegrationStore(aws.client("dynamodb"), "table").create(repository)


def credentials(path: Path) -> dict[str, str]:
    """What a caller of this stack would have sent with the event."""
    body = base64.b64decode(event(path)["body"] or "")
    return {
        "ConfigureFunction": {"Authorization": f"Bearer {ADMIN_TOKEN}"},
        "DiffsFunction": {"Authorization": f"Bearer {ci_token(SIGNING_KEY, ID, 1)}"},
        "WebhookFunction": {"X-Hub-Signature": sign(body, webhook_secret(SIGNING_KEY, ID, 1))},
    }[function_of(path)]


def with_headers(path: Path, headers: dict[str, str]) -> dict[str, Any]:
    loaded = event(path)
    loaded["headers"] |= headers
    loaded["multiValueHeaders"] |= {name: [value] for name, value in headers.items()}
    return loaded


def test_there_is_an_event_for_each_function() -> None:
    assert {function_of(path) for path in EVENTS} == set(resources_of("AWS::Serverless::Function"))


@pytest.mark.parametrize("path", FROM_THE_API, ids=name_of)
def test_an_event_from_the_api_has_the_headers_and_the_route_that_it_says(path: Path) -> None:
    one = event(path)
    assert one["multiValueHeaders"] == {name: [value] for name, value in one["headers"].items()}
    asked = (one["httpMethod"], one["resource"], function_of(path))
    assert asked in {(route.method, route.path, route.function) for route in routes()}


@pytest.mark.parametrize("path", FROM_THE_API, ids=name_of)
def test_only_the_credentials_of_an_event_from_the_api_are_wrong(aws: Account, path: Path) -> None:
    connected(aws, ON_DATA_CENTER if "data_center" in path.stem else ON_CLOUD)
    assert aws.invoke(function_of(path), event(path))["statusCode"] == 401
    answer = aws.invoke(function_of(path), with_headers(path, credentials(path)))
    assert answer["statusCode"] in {200, 202}, answer["body"]


@pytest.mark.parametrize("name", ["diffs", "webhook_cloud", "webhook_data_center"])
def test_results_and_pull_requests_are_read_from_the_event(aws: Account, name: str) -> None:
    path = ROOT / "events" / f"{name}.json"
    connected(aws, ON_DATA_CENTER if "data_center" in name else ON_CLOUD)
    aws.invoke(function_of(path), with_headers(path, credentials(path)))
    [job] = aws.jobs()
    assert json.loads(job["body"])["integration_id"] == ID


def test_the_report_function_knows_the_job(aws: Account) -> None:
    path = ROOT / "events" / "report.json"
    assert aws.invoke("ReportFunction", event(path)) == {"batchItemFailures": []}
    assert aws.metrics("JobDone") == 1


def test_the_sweep_function_runs(aws: Account) -> None:
    DeadlineStore(aws.client("dynamodb"), "table", 90, lambda: 1_800_000_000).put(
        Deadline("2026-01-01T00:00:00+00:00", ID, 7)
    )
    assert aws.invoke("SweepFunction", event(ROOT / "events" / "sweep.json")) == {"queued": 1}
