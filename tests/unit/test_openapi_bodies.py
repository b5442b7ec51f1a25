"""What this project sends, held against Atlassian's own descriptions of the two APIs.

Cloud's description cannot validate as it is: it demands a `type` in every body, which the API does
not need, and describes no body for webhooks, for which the described answer stands in.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT4

from bitbucket_integration.pull_request_event import CLOUD_EVENTS
from tests.unit import cloud_calls, data_center_calls

_SPECIFICATIONS = Path(__file__).resolve().parents[3] / "shared" / "specs"
_CLOUD = _SPECIFICATIONS / "bitbucket-cloud.openapi3.json"
_DATA_CENTER = _SPECIFICATIONS / "bitbucket-data-center-9.4.openapi3.json"
_METHODS = {"get", "put", "post", "delete"}

pytestmark = pytest.mark.skipif(not _SPECIFICATIONS.is_dir(), reason="the OpenAPI is not here")


@cache
def document(path: Path) -> Any:
    return json.loads(path.read_text())


def operation(specification: Path, method: str, path: str) -> Any:
    """What is described for a request; a path's parameters match anything."""
    wanted = path.split("/")
    found = []
    for template, described in document(specification)["paths"].items():
        parts = template.split("/")
        fits = len(parts) == len(wanted) and all(
            part == actual or part.startswith("{")
            for part, actual in zip(parts, wanted, strict=True)
        )
        if fits and method.lower() in described.keys() & _METHODS:
            found.append((template.count("{"), described[method.lower()]))
    assert found, f"{method} {path} is not described"
    return min(found, key=lambda one: one[0])[1]


def problems(specification: Path, schema: Any, body: Any) -> list[str]:
    registry: Registry[Any] = Registry().with_resource(
        "spec", DRAFT4.create_resource(document(specification))
    )
    validator = Draft4Validator(
        _absolute(schema), registry=registry, format_checker=FormatChecker()
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def _absolute(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_absolute(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"spec{value}" if key == "$ref" else _absolute(value) for key, value in schema.items()
    }


DATA_CENTER = {
    name: call.request for name, call in data_center_calls.CALLS.items() if call.request.body
}
CLOUD = {name: call.request for name, call in cloud_calls.CALLS.items() if call.request.body}


def data_center_path(url: str) -> str:
    return url.removeprefix(f"{data_center_calls.BASE_URL}/rest").partition("?")[0]


def cloud_path(url: str) -> str:
    return url.removeprefix(cloud_calls.API).partition("?")[0]


@pytest.mark.parametrize("name", DATA_CENTER)
def test_a_body_for_data_center_is_as_described(name: str) -> None:
    request = DATA_CENTER[name]
    described = operation(_DATA_CENTER, request.method, data_center_path(request.url))
    [content] = described["requestBody"]["content"].values()
    assert problems(_DATA_CENTER, content["schema"], _described(request.body)) == []
    known = properties(content["schema"])
    assert set(request.body) <= known


def _described(body: Any) -> Any:
    """A body as described: the value of a report's field is said to be an object, its example 9."""
    fields = [field | {"value": {}} for field in body.get("data", ())]
    return body | {"data": fields} if fields else body


def properties(schema: Any) -> set[str]:
    """The members that are described, since most schemas allow any others."""
    if "$ref" in schema:
        schema = document(_DATA_CENTER)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(schema["properties"])


@pytest.mark.parametrize("name", sorted(data_center_calls.CALLS))
def test_a_call_to_data_center_is_described_with_its_parameters(name: str) -> None:
    request = data_center_calls.CALLS[name].request
    described = operation(_DATA_CENTER, request.method, data_center_path(request.url))
    query = request.url.partition("?")[2]
    sent = {part.partition("=")[0] for part in query.split("&") if part}
    known = {one["name"] for one in described.get("parameters", []) if one["in"] == "query"}
    # That webhooks come in pages is described only for the answer.
    assert sent <= known | ({"start", "limit"} if name == "webhooks" else set())


@pytest.mark.parametrize("name", sorted(cloud_calls.CALLS))
def test_a_call_to_cloud_is_described(name: str) -> None:
    request = cloud_calls.CALLS[name].request
    assert operation(_CLOUD, request.method, cloud_path(request.url))


@pytest.mark.parametrize("name", CLOUD)
def test_a_body_for_cloud_is_as_described(name: str) -> None:
    request = CLOUD[name]
    described = operation(_CLOUD, request.method, cloud_path(request.url))
    if "webhook" in name:
        schema: Any = {"$ref": "#/components/schemas/webhook_subscription"}
    else:
        [content] = described["requestBody"]["content"].values()
        schema = content["schema"]
    assert problems(_CLOUD, schema, _typed(request.body)) == []


def _typed(body: Any) -> Any:
    if isinstance(body, list):
        return [_typed(one) for one in body]
    return body | {"type": ""}


def test_the_description_is_strict_enough_to_find_faults() -> None:
    build = {"$ref": "#/components/schemas/RestBuildStatusSetRequest"}
    body = data_center_calls.CALLS["set"].request.body
    assert problems(_DATA_CENTER, build, body | {"ref": "main"})
    assert problems(_DATA_CENTER, build, body | {"url": "x" * 451})
    hook = {"$ref": "#/components/schemas/webhook_subscription"}
    sent = cloud_calls.CALLS["create_webhook"].request.body | {"type": ""}
    assert problems(_CLOUD, hook, sent | {"events": ["pr:opened"]})
    assert problems(_CLOUD, hook, sent | {"events": list(CLOUD_EVENTS)}) == []
