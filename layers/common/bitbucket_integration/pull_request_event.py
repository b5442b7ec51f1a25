"""What a Bitbucket webhook says about a pull request: headers and body in, an event out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bitbucket_integration.errors import MalformedEventError

CLOUD_EVENTS = (
    "pullrequest:created",
    "pullrequest:updated",
    "pullrequest:fulfilled",
    "pullrequest:rejected",
)
"""The events that an integration's webhook on Bitbucket Cloud subscribes to."""

_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_TOO_LARGE = 2**53


@dataclass(frozen=True, slots=True)
class PullRequestEvent:
    """Something happened to a pull request. `head` is as long as Bitbucket sent it (Cloud: 12)."""

    event: str
    pull_request_id: int
    head: str | None


@dataclass(frozen=True, slots=True)
class IgnoredEvent:
    """An event that nobody here waits for."""

    event: str


def parse(headers: Mapping[str, str], body: bytes) -> PullRequestEvent | IgnoredEvent:
    """Read a Bitbucket Cloud webhook. Header names are expected in lower case.

    The event's name is in `X-Event-Key` only, never in the body.
    Raises MalformedEventError when a subscribed event's body does not name its pull request.
    """
    event = headers.get("x-event-key", "")
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEventError("the body is not JSON") from error
    if event not in CLOUD_EVENTS:
        return IgnoredEvent(event)
    match payload:
        case {"pullrequest": {"id": int(number)} as pull_request} if _is_id(number):
            return PullRequestEvent(event, number, _head(pull_request))
    raise MalformedEventError("the body has no pullrequest.id")


def _is_id(number: int) -> bool:
    # JSON's true is an int in Python.
    return 0 < number < _TOO_LARGE and number is not True


def _head(pull_request: object) -> str | None:
    # The source is null once its fork was deleted.
    match pull_request:
        case {"source": {"commit": {"hash": str(commit)}}} if _COMMIT.fullmatch(commit):
            return commit
    return None
