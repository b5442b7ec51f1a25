"""Refusals as OpenAPI: problems in the form of RFC 9457."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bitbucket_integration.problem import PROBLEM_TYPE, problem_body

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Why a request was refused, and what to do (RFC 9457).",
    "required": ["type", "title", "status", "detail", "reason"],
    "properties": {
        "type": {"type": "string", "description": "A URN made of the reason."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "Sentences for a person."},
        "reason": {"type": "string", "description": "A short constant for programs."},
        "errors": {
            "type": "array",
            "description": "What is wrong, field by field or line by line.",
            "items": {"type": "object"},
        },
        "missing_permissions": {
            "type": "array",
            "description": "What the access token lacks, as Bitbucket's screens call it.",
            "items": {"type": "string"},
        },
        "checks": {
            "type": "array",
            "description": "What was looked at before.",
            "items": {"$ref": "#/components/schemas/CheckView"},
        },
    },
}

_DETAILS = {
    "not_authenticated": "The Authorization header must be `Bearer <admin token>`.",
    "changed_meanwhile": "Somebody else has changed this integration meanwhile; read it again, and"
    " make the change to what is there now.",
}


def refusals(reasons: Mapping[int, tuple[str, ...]]) -> dict[str, Any]:
    """The answers with these reasons by status."""
    return {str(status): _refusal(status, reasons[status]) for status in sorted(reasons)}


def _refusal(status: int, reasons: tuple[str, ...]) -> dict[str, Any]:
    named = ", ".join(f"`{reason}`" for reason in reasons)
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"properties": {"status": {"const": status}, "reason": {"enum": list(reasons)}}},
        ]
    }
    detail = _DETAILS.get(reasons[0], "What is wrong, and what to do about it.")
    answer: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}: {named}",
        "content": {
            PROBLEM_TYPE: {"schema": schema, "example": problem_body(status, reasons[0], detail)}
        },
    }
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        later = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        answer["headers"] = {"Retry-After": later}
    if status == HTTPStatus.PRECONDITION_FAILED:
        answer["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return answer
