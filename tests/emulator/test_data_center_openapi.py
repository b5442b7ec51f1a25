"""What the emulated Data Center answers and accepts, held against Atlassian's description of 9.4.

That description has gaps: it calls what answers carry writeOnly, wants 32 bits for milliseconds,
forbids a personal project's tilde, and says nothing of an activity's comment, of what a webhook's
history looks like, or of lists of webhooks.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from local.bitbucket.data_center_webhooks import EVENTS as ALL_EVENTS
from tests.emulator.data_center_client import BUILD, EVENTS, HOOK, REPOSITORY, connect
from tests.emulator.test_data_center_insights import ANNOTATION, REPORT, reports

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest
    from tests.emulator.data_center_client import DataCenterClient
    from tests.emulator.receiver import Receiver

SPECIFICATION = (
    Path(__file__).parents[2].parent / "shared/specs/bitbucket-data-center-9.4.openapi3.json"
)
REPOSITORY_PATH = "/api/latest/projects/{projectKey}/repos/{repositorySlug}"
PULL_REQUEST_PATH = f"{REPOSITORY_PATH}/pull-requests/{{pullRequestId}}"
INSIGHTS_PATH = (
    "/insights/latest/projects/{projectKey}/repos/{repositorySlug}/commits/{commitId}/reports"
)
pytestmark = pytest.mark.skipif(not SPECIFICATION.exists(), reason="the OpenAPI is not here")


@functools.cache
def document() -> Any:
    return json.loads(SPECIFICATION.read_text())


@functools.cache
def registry() -> Registry[Any]:
    mended = json.loads(SPECIFICATION.read_text())
    mended["components"]["schemas"]["RestProject"]["properties"]["name"].pop("pattern", None)
    known: Registry[Any] = Registry().with_resource("spec", DRAFT4.create_resource(mended))
    return known


def problems(schema: Any, value: object) -> list[str]:
    """What is wrong with the value; references lead into the whole document."""
    absolute = json.loads(json.dumps(schema).replace('"#/components', '"spec#/components'))
    validator = Draft4Validator(absolute, registry=registry())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def operation(method: str, path: str) -> Any:
    return document()["paths"][path.replace("/diff", "/{key}")][method]


def answer_schema(method: str, path: str, status: str) -> Any:
    content = operation(method, path)["responses"][status].get("content", {})
    return next((described.get("schema", {}) for described in content.values()), {})


def described_members(path: str, status: str = "200") -> set[str]:
    schema = answer_schema("get", path, status)
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(schema.get("properties", {}))


def test_what_is_not_as_described_is_noticed() -> None:
    schema = answer_schema("get", PULL_REQUEST_PATH, "200")
    assert problems(schema, {"version": "0"})
    assert problems(schema, {"fromRef": {"repository": {"project": {}}}})


def test_what_is_answered_is_as_described(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    comment = server.comment("a *comment*")
    server.post(f"commits/{change.head}/builds", json=BUILD)
    hook = server.hook("http://127.0.0.1:9/", configuration={"secret": "s"})
    emulator.push_commit(REPOSITORY, 1)
    emulator.merge_pull_request(REPOSITORY, 1)

    for path, described in (
        ("/application-properties", "/api/latest/application-properties"),
        ("", REPOSITORY_PATH),
        (f"commits/{change.head}", f"{REPOSITORY_PATH}/commits/{{commitId}}"),
        ("commits?limit=1", f"{REPOSITORY_PATH}/commits"),
        (
            f"commits/{change.head}/pull-requests",
            f"{REPOSITORY_PATH}/commits/{{commitId}}/pull-requests",
        ),
        (
            f"commits/{change.head}/builds?key=data-diff",
            f"{REPOSITORY_PATH}/commits/{{commitId}}/builds",
        ),
        ("pull-requests?state=ALL", f"{REPOSITORY_PATH}/pull-requests"),
        ("pull-requests/1", PULL_REQUEST_PATH),
        ("pull-requests/1/activities", f"{PULL_REQUEST_PATH}/activities"),
        ("pull-requests/1/comments?path=a.sql", f"{PULL_REQUEST_PATH}/comments"),
        (
            f"pull-requests/1/comments/{comment['id']}",
            f"{PULL_REQUEST_PATH}/comments/{{commentId}}",
        ),
        (f"webhooks/{hook['id']}", f"{REPOSITORY_PATH}/webhooks/{{webhookId}}"),
    ):
        answer = server.get(path)
        assert answer.status_code == 200, path
        assert problems(answer_schema("get", described, "200"), answer.json()) == [], path
        assert set(answer.json()) & described_members(described), path


def test_the_deprecated_resource_answers_as_described(
    server: DataCenterClient, change: PullRequest
) -> None:
    url = server.api.replace("/api/latest", f"/build-status/latest/commits/{change.head}")
    body = {"key": "k", "state": "FAILED", "url": "https://example.com"}
    described = "/build-status/latest/commits/{commitId}"
    accepted = next(iter(operation("post", described)["requestBody"]["content"].values()))
    assert problems(accepted["schema"], body) == []
    assert server.post(url, json=body).status_code == 204
    assert problems(answer_schema("get", described, "200"), server.get(url).json()) == []


def test_what_is_told_of_a_hooks_past_is_as_described(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    hook = server.hook(receiver.url)
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.wait_until_delivered()
    described = f"{REPOSITORY_PATH}/webhooks/{{webhookId}}/latest"
    latest = server.get(f"webhooks/{hook['id']}/latest").json()
    assert problems(answer_schema("get", described, "200"), latest) == []
    assert set(latest) <= described_members(described)


def test_reports_are_answered_and_accepted_as_described(
    server: DataCenterClient, change: PullRequest
) -> None:
    listed = reports(server, change.head)
    report = f"{listed}/diff"
    # The value of a field is called an object, and given as 9.
    data = [field | {"value": {}} for field in REPORT["data"]]
    for method, path, sent, described in (
        ("put", report, REPORT, REPORT | {"data": data}),
        ("post", f"{report}/annotations", {"annotations": [ANNOTATION]}, None),
    ):
        content = operation(method, INSIGHTS_PATH + path.removeprefix(listed))["requestBody"]
        schema = next(iter(content["content"].values()))["schema"]
        assert problems(schema, described or sent) == [], path
        assert server.call(method.upper(), path, json=sent).status_code in {200, 204}, path

    for path in (listed, report, f"{report}/annotations"):
        answer = server.get(path).json()
        for read in [answer, *answer.get("values", ())]:
            if "data" in read:
                read["data"] = [field | {"value": {}} for field in read["data"]]
        schema = answer_schema("get", INSIGHTS_PATH + path.removeprefix(listed), "200")
        assert problems(schema, answer) == [], path


def test_refusals_are_as_described(server: DataCenterClient, change: PullRequest) -> None:
    errors = {"$ref": "#/components/schemas/RestErrors"}
    refused = (
        (server.get("pull-requests/9"), "get", PULL_REQUEST_PATH),
        (
            server.post("pull-requests/1/comments", json={"text": ""}),
            "post",
            f"{PULL_REQUEST_PATH}/comments",
        ),
        (server.post("webhooks", json={}), "post", f"{REPOSITORY_PATH}/webhooks"),
    )
    for answer, method, path in refused:
        assert str(answer.status_code) in operation(method, path)["responses"]
        body = answer.json()
        # `context` is null in recorded answers, whatever the description says.
        body["errors"] = [{k: v for k, v in e.items() if v is not None} for e in body["errors"]]
        assert body["errors"]
        assert problems(errors, body) == []


def test_what_is_described_is_accepted(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    for path, described, body in (
        ("pull-requests/1/comments", f"{PULL_REQUEST_PATH}/comments", {"text": "x"}),
        (
            f"commits/{change.head}/builds",
            f"{REPOSITORY_PATH}/commits/{{commitId}}/builds",
            BUILD
            | {
                "buildNumber": "3",
                "duration": 1500,
                "lastUpdated": 1359075920,
                "testResults": {"successful": 1, "failed": 0, "skipped": 0},
            },
        ),
        (
            "webhooks",
            f"{REPOSITORY_PATH}/webhooks",
            HOOK
            | {
                "active": True,
                "sslVerificationRequired": True,
                "configuration": {"secret": "s"},
                "credentials": {"username": "ada", "password": "x"},
            },
        ),
    ):
        content = operation("post", described)["requestBody"]["content"]
        schema = next(iter(content.values()))["schema"]
        assert problems(schema, body) == [], path
        answer = server.post(path, json=body)
        # A new webhook is described as 200, and is answered with 201.
        assert answer.status_code in {201, 204}, path


def test_every_described_member_of_a_build_is_accepted(
    server: DataCenterClient, change: PullRequest
) -> None:
    schema = document()["components"]["schemas"]["RestBuildStatusSetRequest"]
    example = {name: member.get("example") for name, member in schema["properties"].items()}
    example |= {"state": "SUCCESSFUL", "testResults": {"failed": 1}}
    assert server.post(f"commits/{change.head}/builds", json=example).status_code == 204


def test_the_permissions_of_tokens_are_the_described_ones(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    schema = document()["components"]["schemas"]["RestAccessTokenRequest"]
    for permission in schema["properties"]["permissions"]["example"]:
        assert connect(emulator, permission=permission).get("").status_code == 200


def test_every_accepted_event_can_be_subscribed_to(server: DataCenterClient) -> None:
    assert set(EVENTS) < ALL_EVENTS
    server.hook("http://127.0.0.1:9/", events=sorted(ALL_EVENTS))
