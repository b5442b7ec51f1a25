"""What the emulator answers and accepts, held against Atlassian's own description of the API.

That description cannot validate as it is: it demands `type` in every request body, knows no null,
and forbids members that live answers have. So it is read with these faults mended.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.emulator.client import EVENTS, Client
from tests.emulator.test_insights import ANNOTATION, REPORT

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from local.bitbucket.model import PullRequest

SPECIFICATION = (
    Path(__file__).parents[2].parent / "shared" / "specs" / "bitbucket-cloud.openapi3.json"
)
pytestmark = pytest.mark.skipif(not SPECIFICATION.exists(), reason="the OpenAPI is not here")


def _mended(schema: Any) -> Any:
    """Any property may be null, and an answer may have members that are not described."""
    if isinstance(schema, list):
        return [_mended(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    mended = {
        key: _mended(value)
        for key, value in schema.items()
        if key not in ("discriminator", "additionalProperties")
    }
    for name, value in mended.get("properties", {}).items():
        if isinstance(value, dict) and name not in ("type", "properties"):
            mended["properties"][name] = {"anyOf": [value, {"enum": [None]}]}
    return mended


@pytest.fixture(scope="module")
def registry() -> Registry[Any]:
    document = _mended(json.loads(SPECIFICATION.read_text()))
    known: Registry[Any] = Registry().with_resource("spec", DRAFT4.create_resource(document))
    return known


def problems(registry: Registry[Any], name: str, value: object) -> list[str]:
    schema = {"$ref": f"spec#/components/schemas/{name}"}
    validator = Draft4Validator(schema, registry=registry, format_checker=FormatChecker())
    return [
        f"{leaf.json_path}: {leaf.message}"
        for error in validator.iter_errors(value)
        for leaf in _leaves(error)
    ]


def _leaves(error: ValidationError) -> list[ValidationError]:
    """What is really wrong, below the alternatives."""
    return [leaf for inner in error.context or [] for leaf in _leaves(inner)] or [error]


def test_what_is_answered_is_as_described(
    client: Client, pull_request: PullRequest, registry: Registry[Any]
) -> None:
    client.comment("a *comment*")
    client.hook("http://127.0.0.1:9/", secret="s")
    status = {"key": "diff", "state": "FAILED", "url": "https://example.com"}
    client.post(f"commit/{pull_request.head}/statuses/build", json=status)
    report = f"commit/{pull_request.head}/reports/diff"
    client.put(report, json=REPORT)
    client.post(f"{report}/annotations", json=[ANNOTATION])

    for path, schema in (
        ("", "repository"),
        (f"commit/{pull_request.head}", "commit"),
        ("commits", "paginated_changeset"),
        (f"commit/{pull_request.head}/statuses", "paginated_commitstatuses"),
        (f"commit/{pull_request.head}/statuses/build/diff", "commitstatus"),
        (report, "report"),
        (f"commit/{pull_request.head}/reports", "paginated_reports"),
        (f"{report}/annotations", "paginated_annotations"),
        ("pullrequests", "paginated_pullrequests"),
        ("pullrequests/1", "pullrequest"),
        ("pullrequests/1/comments", "paginated_pullrequest_comments"),
        ("hooks", "paginated_webhook_subscriptions"),
        ("hooks/none", "error"),
    ):
        assert problems(registry, schema, client.get(path).json()) == [], path


def test_what_is_described_is_accepted(
    client: Client, pull_request: PullRequest, registry: Registry[Any]
) -> None:
    parent = client.comment("first")["id"]
    for path, schema, body in (
        (
            "pullrequests/1/comments",
            "pullrequest_comment",
            {"content": {"raw": "x"}, "parent": {"id": parent, "type": ""}},
        ),
        (
            f"commit/{pull_request.head}/statuses/build",
            "commitstatus",
            {"key": "k", "state": "STOPPED", "url": "https://example.com"},
        ),
        ("hooks", "webhook_subscription", {"url": "http://127.0.0.1:9/", "events": EVENTS}),
    ):
        described = body | {"type": ""}
        assert problems(registry, schema, described) == [], path
        assert client.post(path, json=described).status_code == 201, path
        assert client.post(path, json=body).status_code == 201, path


def test_reports_and_annotations_as_described_are_accepted(
    client: Client, pull_request: PullRequest, registry: Registry[Any]
) -> None:
    report = f"commit/{pull_request.head}/reports/diff"
    whole, finding = REPORT | {"type": ""}, ANNOTATION | {"type": ""}
    assert problems(registry, "report", whole) == []
    assert client.put(report, json=whole).status_code == 200
    assert problems(registry, "report_annotation", finding) == []
    assert client.post(f"{report}/annotations", json=[finding]).status_code == 200


def test_the_description_has_no_events_that_the_emulator_refuses(client: Client) -> None:
    document = json.loads(SPECIFICATION.read_text())
    schema = document["components"]["schemas"]["webhook_subscription"]["allOf"][1]
    events = schema["properties"]["events"]["items"]["enum"]
    fitting = [event for event in events if event.startswith(("pullrequest:", "repo:"))]

    assert len(fitting) > 20
    for event in fitting:
        client.hook("http://127.0.0.1:9/", events=[event])
