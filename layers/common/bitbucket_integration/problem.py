"""Answers of the HTTP functions, in the shape that API Gateway's Lambda proxy integration takes.

Errors are `application/problem+json` (RFC 9457): `type` is a URN made of the short reason, and
`errors` lists what is wrong field by field, or line by line.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

PROBLEM_TYPE = "application/problem+json"

NOT_CACHED = {"Cache-Control": "no-store"}
"""Nothing that the functions answer may be kept by anyone on the way."""

TYPE_PREFIX = "urn:bitbucket-data-diff:problem:"


def sentence(error: Exception) -> str:
    """An error's message as a sentence."""
    message = str(error)
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def problem_body(
    status: int,
    reason: str,
    detail: str,
    errors: Sequence[Mapping[str, Any]] = (),
    **members: Any,
) -> dict[str, Any]:
    """The members of a problem; `members` are added as extension members."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + reason.replace("_", "-"),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "reason": reason,
    }
    if errors:
        body["errors"] = list(errors)
    return body | members


def json_answer(
    status: int,
    body: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> dict[str, Any]:
    """A Lambda proxy answer."""
    return {
        "statusCode": status,
        "headers": {
            "Content-Type": content_type,
            **NOT_CACHED,
            **(headers or {}),
        },
        "body": json.dumps(body, ensure_ascii=False),
        "isBase64Encoded": False,
    }


def problem_answer(
    status: int,
    reason: str,
    detail: str,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A Lambda proxy answer that carries a problem."""
    return json_answer(status, problem_body(status, reason, detail, errors), headers, PROBLEM_TYPE)
