"""Reads answers that refuse, and checks what all of them must be like."""

from typing import Any

import requests

from bitbucket_integration.problem import TYPE_PREFIX


def problem(answer: requests.Response, status: int, reason: str) -> dict[str, Any]:
    """The problem that an answer is; it must be this one, in RFC 9457's form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["reason"] == reason
    assert body["type"] == TYPE_PREFIX + reason.replace("_", "-")
    assert body["title"]
    assert body["detail"].endswith(".")
    return body


def fields(body: dict[str, Any]) -> list[str]:
    """The fields that a problem finds fault with."""
    return [error["field"] for error in body["errors"]]
