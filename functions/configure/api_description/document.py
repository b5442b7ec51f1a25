"""The whole API as one OpenAPI 3.1 document: pure."""

from collections.abc import Mapping
from typing import Any

from api_description.operations import OPERATIONS, Operation
from api_description.other_routes import OTHER_ROUTES, SCHEMES
from api_description.refusals import PROBLEM, refusals

TITLE = "Data diff reports on Bitbucket"
_ADMIN = {"type": "http", "scheme": "bearer", "description": "The admin token of the stack."}
# What Powertools adds for answers of its own, which ours replace.
_NOT_OURS = {"HTTPValidationError", "ValidationError", "ResponseValidationError"}


def document(generated: Mapping[str, Any], base: str) -> dict[str, Any]:
    """The description that was generated from the admin API's types, completed."""
    schemas = {
        name: schema
        for name, schema in generated["components"]["schemas"].items()
        if name not in _NOT_OURS
    }
    paths = {
        path: {
            method: _completed(operation, OPERATIONS[method, path])
            for method, operation in methods.items()
        }
        for path, methods in generated["paths"].items()
    }
    return {
        "openapi": generated["openapi"],
        "info": {
            "title": TITLE,
            "version": "1",
            "description": "Connects repositories, takes diff results from CI, and posts reports on"
            " pull requests.",
        },
        "servers": [{"url": base}],
        "security": [{"admin": []}],
        "tags": [{"name": name} for name in ("Integrations", "CI", "Bitbucket", "Reports")],
        "paths": paths | OTHER_ROUTES,
        "components": {
            "schemas": schemas | {"Problem": PROBLEM},
            "securitySchemes": {"admin": _ADMIN} | SCHEMES,
        },
    }


def _completed(generated: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
    good = {
        status: answer
        for status, answer in generated["responses"].items()
        if status.startswith("2")
    }
    return dict(generated) | {
        "operationId": operation.id,
        "tags": ["Integrations"],
        "summary": operation.summary,
        "description": operation.description,
        "responses": good | refusals(operation.reasons),
    }
