"""Bitbucket Data Center's events in full, made by hand after Atlassian's "Event payload"."""

import json
from typing import Any

# Dates are milliseconds up to 9.x and text from 10.0.
DATES = (1_795_478_400_000, "2026-11-24T00:00:00.000Z")

_USER = {"name": "ada", "slug": "ada", "id": 3, "displayName": "Ada Osei", "type": "NORMAL"}
_REPOSITORY = {
    "slug": "jaffle-shop",
    "id": 1,
    "name": "jaffle-shop",
    "project": {"key": "DATA", "id": 1, "name": "Data", "type": "NORMAL"},
}
_TARGET = "f" * 40


def event_body(event: str, number: int, head: str, date: object) -> bytes:
    """The body of an event about the pull request with this number and head."""
    body = {
        "eventKey": event,
        "date": "2026-11-24T00:00:00+0000",
        "actor": _USER,
        "pullRequest": _pull_request(event, number, head, date),
    } | _EXTRAS.get(event, {})
    return json.dumps(body).encode()


def _pull_request(event: str, number: int, head: str, date: object) -> dict[str, Any]:
    state = {"pr:merged": "MERGED", "pr:declined": "DECLINED"}.get(event, "OPEN")
    return {
        "id": number,
        "version": 4,
        "title": "Fix amounts",
        "state": state,
        "open": state == "OPEN",
        "closed": state != "OPEN",
        "createdDate": date,
        "updatedDate": date,
        "fromRef": _ref("feature/fix-amounts", head),
        "toRef": _ref("main", _TARGET),
        "locked": False,
        "author": {"user": _USER, "role": "AUTHOR", "approved": False, "status": "UNAPPROVED"},
        "reviewers": [],
        "participants": [],
    }


def _ref(branch: str, commit: str) -> dict[str, Any]:
    return {
        "id": f"refs/heads/{branch}",
        "displayId": branch,
        "latestCommit": commit,
        "repository": _REPOSITORY,
    }


_EXTRAS: dict[str, dict[str, Any]] = {
    "pr:from_ref_updated": {"previousFromHash": "e" * 40},
    "pr:modified": {
        "previousTitle": "Fix amount",
        "previousDescription": None,
        "previousTarget": {
            "id": "refs/heads/main",
            "displayId": "main",
            "type": "BRANCH",
            "latestCommit": _TARGET,
            "latestChangeset": _TARGET,
        },
    },
}
