import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.deployed_template import routes
from tests.functional.conftest import System
from tests.functional.problems import problem

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


def test_every_admin_route_of_the_template_is_in_it_and_no_other(document: dict[str, Any]) -> None:
    deployed = {
        (route.method, route.path) for route in routes() if route.function == "ConfigureFunction"
    }
    assert set(operations(document)) == deployed - {("GET", "/openapi.json")}


def test_it_says_where_the_api_is_and_that_it_asks_for_a_token(
    document: dict[str, Any], system: System
) -> None:
    assert [server["url"] for server in document["servers"]] == [system.url]
    [(name, scheme)] = document["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert document["security"] == [{name: []}]


def test_the_access_token_is_written_and_never_read(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    with_token = [
        name for name, one in schemas.items() if "access_token" in one.get("properties", {})
    ]
    assert set(with_token) == {"IntegrationRequest", "ChangeRequest"}
    for name in with_token:
        assert "#/components/schemas/AccessToken" in json.dumps(schemas[name]["properties"])
    assert schemas["AccessToken"]["writeOnly"] is True


def test_what_is_answered_is_what_is_described(document: dict[str, Any], system: System) -> None:
    described = operations(document)

    def matches(method: str, path: str, status: int, **options: Any) -> Any:
        pattern = re.sub(r"/[a-z0-9]{16}\b", "/{integration_id}", path)
        answer = system.call(method, path, **options)
        assert answer.status_code == status
        content = described[method, pattern]["responses"][str(status)]["content"]
        schema = content["application/json"]["schema"] | {"components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())
        return answer.json()

    body = {"repository": "acme/jaffle-shop", "access_token": system.access_token}
    made = matches("POST", "/integrations", 201, json=body)
    matches("POST", "/integrations", 200, json=body)
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


def test_it_asks_for_the_admin_token(system: System) -> None:
    problem(system.call("GET", "/openapi.json", None), 401, "not_authenticated")
    problem(system.call("GET", "/openapi.json", "wrong"), 401, "not_authenticated")
