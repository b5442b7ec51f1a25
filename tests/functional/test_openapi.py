import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bitbucket_integration.signature import sign
from tests.deployed_template import ROOT, routes
from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.conftest import Connection, System
from tests.functional.data_diff_lines import identical
from tests.functional.problems import problem
from tests.functional.signed_webhooks import payload, secret_of
from tests.functional.watched_calls import PROGRESS_ID

# The parts of OpenAPI 3.1 that the document uses, as its specification has them.
DOCUMENT = {
    "type": "object",
    "required": ["openapi", "info", "paths"],
    "properties": {
        "openapi": {"pattern": r"^3\.1\.\d+$"},
        "info": {"required": ["title", "version"]},
        "servers": {"minItems": 1, "items": {"required": ["url"]}},
        "paths": {
            "patternProperties": {
                "^/": {
                    "additionalProperties": False,
                    "patternProperties": {
                        "^(get|put|post|delete|patch)$": {
                            "type": "object",
                            "required": ["operationId", "responses"],
                            "properties": {
                                "responses": {
                                    "minProperties": 1,
                                    "additionalProperties": False,
                                    "patternProperties": {
                                        r"^[1-5]\d\d$": {"required": ["description"]}
                                    },
                                },
                                "parameters": {
                                    "items": {
                                        "required": ["name", "in", "schema"],
                                        "properties": {"in": {"enum": ["query", "path", "header"]}},
                                    }
                                },
                            },
                        }
                    },
                }
            },
            "additionalProperties": False,
        },
    },
}


@pytest.fixture
def document(system: System) -> dict[str, Any]:
    answer = system.call("GET", "/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    loaded: dict[str, Any] = answer.json()
    return loaded


def members(value: object) -> Iterator[tuple[str, Any]]:
    """Every member of every object within the value."""
    if isinstance(value, dict):
        yield from value.items()
        for inner in value.values():
            yield from members(inner)
    if isinstance(value, list):
        for inner in value:
            yield from members(inner)


def resolved(document: dict[str, Any], reference: str) -> Any:
    target: Any = document
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return target


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_document_is_openapi(document: dict[str, Any]) -> None:
    Draft202012Validator(DOCUMENT).validate(document)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    references = [value for name, value in members(document) if name == "$ref"]
    assert references
    assert all(resolved(document, reference) for reference in references)
    ids = [operation["operationId"] for operation in operations(document).values()]
    assert len(set(ids)) == len(ids)


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    for (_, path), operation in operations(document).items():
        described = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert described == set(re.findall(r"{(\w+)}", path))


def test_every_route_of_the_template_is_in_it_and_no_other(document: dict[str, Any]) -> None:
    deployed = {(route.method, route.path) for route in routes()}
    to_look_at = {("GET", "/"), ("GET", "/openapi.json"), ("GET", "/docs")}
    assert set(operations(document)) == deployed - to_look_at


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    groups = {one["name"] for one in document["tags"]}
    for operation in operations(document).values():
        assert operation["summary"]
        assert operation["description"].endswith(".")
        assert set(operation["tags"]) <= groups


def test_examples_are_what_is_described(document: dict[str, Any]) -> None:
    found = 0
    for operation in operations(document).values():
        for answer in operation["responses"].values():
            for media in answer.get("content", {}).values():
                if "example" in media:
                    schema = media["schema"] | {"components": document["components"]}
                    Draft202012Validator(schema).validate(media["example"])
                    found += 1
    assert found > 40


def test_every_refusal_is_a_problem_with_reasons_that_are_documented(
    document: dict[str, Any],
) -> None:
    documents = " ".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    for operation in operations(document).values():
        for status, answer in operation["responses"].items():
            if status < "300":
                continue
            # A person who opens a link is told on a page.
            pages = {"text/html"} & set(operation["responses"].get("200", {}).get("content", {}))
            assert set(answer["content"]) == {"application/problem+json"} | pages
            reasons = re.findall(r"`(\w+)`", answer["description"])
            assert reasons
            assert all(f"`{reason}`" in documents for reason in reasons)


def test_it_says_where_the_api_is_and_which_credential_each_call_takes(
    document: dict[str, Any], system: System
) -> None:
    assert [server["url"] for server in document["servers"]] == [system.url]
    schemes = document["components"]["securitySchemes"]
    assert {name: one["type"] for name, one in schemes.items()} == {
        "admin": "http",
        "ci": "http",
        "webhook": "apiKey",
    }
    assert document["security"] == [{"admin": []}]
    for (_, path), operation in operations(document).items():
        [credential] = operation.get("security", document["security"]) or [{}]
        function = next(route.function for route in routes() if route.path == path)
        if function == "ConfigureFunction":
            assert list(credential) == ["admin"]
        elif "/diffs" in path:
            assert list(credential) == ["ci"]
        else:
            assert list(credential) == (["webhook"] if path.startswith("/webhooks") else [])


def test_the_access_token_is_written_and_never_read(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    with_token = [
        name for name, one in schemas.items() if "access_token" in one.get("properties", {})
    ]
    assert set(with_token) == {"IntegrationRequest", "ChangeRequest"}
    for name in with_token:
        assert "#/components/schemas/AccessToken" in json.dumps(schemas[name]["properties"])
    assert schemas["AccessToken"]["writeOnly"] is True


@dataclass
class Described:
    """Calls the API, and holds what it answers against what the document says."""

    document: dict[str, Any]
    system: System

    def call(
        self, method: str, path: str, status: int, token: str | None = ADMIN_TOKEN, **options: Any
    ) -> Any:
        pattern = re.sub(r"/[a-z0-9]{16}\b", "/{integration_id}", path)
        pattern = re.sub(r"/diffs/.+", "/diffs/{submission_id}", pattern)
        pattern = re.sub(r"/reports/.+", "/reports/{report_id}", pattern)
        pattern = re.sub(r"/progress/.+", "/progress/{progress_id}", pattern)
        answer = self.system.call(method, path, token, **options)
        assert answer.status_code == status, answer.text
        responses = operations(self.document)[method, pattern]["responses"]
        content = responses[str(status)]["content"][answer.headers["Content-Type"]]
        schema = content["schema"] | {"components": self.document["components"]}
        Draft202012Validator(schema).validate(answer.json())
        return answer.json()


def test_what_other_functions_answer_is_what_is_described(
    document: dict[str, Any], connection: Connection
) -> None:
    described = Described(document, connection.system)
    one, ci = f"/integrations/{connection.id}", connection.ci_token
    number, head = connection.open_pull_request()
    connection.settle()
    assert number
    body = identical()
    sent = described.call("POST", f"{one}/diffs", 202, ci, params={"commit": head}, data=body)
    described.call("GET", f"{one}/diffs/{sent['submission_id']}", 200, ci)
    described.call("GET", f"{one}/diffs/none", 404, ci)
    described.call("GET", f"{one}/diffs/none", 401)
    described.call("POST", f"{one}/diffs", 401, data=body)
    described.call("POST", f"{one}/diffs", 422, ci, data=body)
    described.call("POST", f"{one}/diffs", 422, ci, params={"commit": head}, data=b"?")
    described.call("GET", "/schemas/model-diffs.json", 200, None)
    described.call("GET", "/reports/none", 404, None, params={"format": "json"})
    hook = f"/webhooks/{connection.id}"
    described.call("POST", hook, 401, None, data=b"{}")
    text = b"{}"
    signed = {
        "X-Hub-Signature": sign(text, secret_of(connection)),
        "X-Event-Key": connection.bench.opened,
    }
    described.call("POST", hook, 400, None, data=text, headers=signed)
    text = payload(connection)
    signed["X-Hub-Signature"] = sign(text, secret_of(connection))
    described.call("POST", hook, 202, None, data=text, headers=signed)


def test_refusals_are_what_is_described(document: dict[str, Any], connection: Connection) -> None:
    described, one = Described(document, connection.system), f"/integrations/{connection.id}"
    stale = {"If-Match": '"99"'}
    described.call("GET", "/integrations", 401, None)
    described.call("GET", "/integrations/aaaaaaaaaaaaaaaa", 404)
    described.call("PATCH", one, 412, json={"settings": {"comment": False}}, headers=stale)
    described.call("PATCH", one, 422, json={"access_token": "wrong"})
    described.call("PATCH", one, 422, json={"settings": {"nope": 1}})
    described.call("POST", f"{one}/rotate", 422, json={"what": "nothing"})
    described.call("DELETE", one, 412, headers=stale)
    connection.system.bitbucket.add_fault("rate_limited", path="*")
    described.call("PATCH", one, 503, json={"access_token": "new"})


def test_what_is_answered_is_what_is_described(document: dict[str, Any], system: System) -> None:
    matches = Described(document, system).call

    body = {"repository": "acme/jaffle-shop", "access_token": system.access_token}
    made = matches("POST", "/integrations", 201, json=body)
    seen = f"/progress/{PROGRESS_ID}"
    matches("GET", seen, 404)
    matches("POST", "/integrations", 200, params={"progress_id": PROGRESS_ID}, json=body)
    assert matches("GET", seen, 200)["checks"]
    matches("GET", "/integrations", 200)
    one = f"/integrations/{made['integration']['id']}"
    matches("GET", one, 200)
    matches("PATCH", one, 200, json={"settings": {"wait_minutes": 5}})
    for what in ("webhook_secret", "ci_token", "report_links"):
        matches("POST", f"{one}/rotate", 200, json={"what": what})
    matches("POST", f"{one}/pause", 200)
    matches("POST", f"{one}/resume", 200)
    system.bitbucket.open_pull_request("acme/jaffle-shop", title="Fix amounts")
    system.bitbucket.wait_until_delivered()
    system.account.drain()
    assert matches("GET", f"{one}/activity", 200)["activity"]
    matches("POST", f"{one}/check", 200)
    matches("DELETE", one, 200)


def test_whoever_wants_to_read_it_needs_no_token(system: System) -> None:
    public = system.call("GET", "/openapi.json", None)
    assert public.status_code == 200
    assert public.text == system.call("GET", "/openapi.json").text
    problem(system.call("GET", "/integrations", None), 401, "not_authenticated")


class TestThePage:
    def test_says_all_that_the_document_says(
        self, document: dict[str, Any], system: System
    ) -> None:
        answer = system.call("GET", "/docs", None)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        text = unescape(re.sub(r"<[^>]+>", "", answer.text))
        for (method, path), operation in operations(document).items():
            assert re.search(rf"{method} {re.escape(path)} {operation['summary']}", text)
            assert operation["description"] in text
        for schema in document["components"]["schemas"].values():
            for name, member in schema.get("properties", {}).items():
                assert name in text
                assert member.get("description", "") in text

    def test_needs_nothing_from_elsewhere(self, system: System) -> None:
        answer = system.call("GET", "/docs", None)
        assert "<script" not in answer.text
        assert not re.search(r"(src|href)=\"(?!#|openapi\.json)", answer.text)
        [style] = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert f"style-src 'sha256-{digest}'" in policy

    def test_leads_to_what_is_on_it(self, system: System) -> None:
        text = system.call("GET", "/docs", None).text
        ids = re.findall(r'id="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        links = set(re.findall(r'href="#([^"]+)"', text))
        assert links
        assert links <= set(ids)
