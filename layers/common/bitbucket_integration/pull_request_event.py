"""What a Bitbucket webhook says about a pull request: headers and body in, an event out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bitbucket_integration.errors import MalformedEventError
from bitbucket_integration.integration import Provider

CLOUD_EVENTS = (
    "pullrequest:created",
    "pullrequest:updated",
    "pullrequest:fulfilled",
    "pullrequest:rejected",
)
"""The events that an integration's webhook on Bitbucket Cloud subscribes to."""

DATA_CENTER_EVENTS = (
    "pr:opened",
    "pr:from_ref_updated",
    "pr:modified",
    "pr:merged",
    "pr:declined",
    "pr:deleted",
)
"""The same on Bitbucket Data Center, from 7.0; one that a server does not know it refuses whole."""

EVENTS = {Provider.CLOUD: CLOUD_EVENTS, Provider.DATA_CENTER: DATA_CENTER_EVENTS}

_PING = "diagnostics:ping"
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


def parse(
    provider: Provider, headers: Mapping[str, str], body: bytes
) -> PullRequestEvent | IgnoredEvent:
    """Read a webhook. Header names are expected in lower case.

    Cloud has the event's name in `X-Event-Key` only, Data Center in the body, too. No date is read:
    Data Center 10 sends text where older ones send milliseconds.
    Raises MalformedEventError when a subscribed event's body does not name its pull request.
    """
    event = event_key(headers)
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEventError("the body is not JSON") from error
    if event not in EVENTS[provider]:
        return IgnoredEvent(event)
    if provider is Provider.CLOUD:
        return _cloud_event(event, payload)
    return _data_center_event(event, payload)


def event_key(headers: Mapping[str, str]) -> str:
    """The event's name, empty when there is none."""
    return headers.get("x-event-key", "")


def is_ping(headers: Mapping[str, str]) -> bool:
    """Whether this is Data Center's connection test.

    It is not signed even when the webhook has a secret (runatlantis/atlantis#474), so its body,
    `{"test": true}`, must not be believed anything.
    """
    return event_key(headers) == _PING


def request_id(headers: Mapping[str, str]) -> str | None:
    """Bitbucket's own id of this delivery: `X-Request-UUID` on Cloud, `X-Request-Id` elsewhere."""
    return headers.get("x-request-uuid") or headers.get("x-request-id") or None


def _cloud_event(event: str, payload: object) -> PullRequestEvent:
    match payload:
        case {"pullrequest": {"id": int(number)} as pull_request} if _is_id(number):
            # The source is null once its fork was deleted.
            return PullRequestEvent(
                event, number, _commit(pull_request, "source", "commit", "hash")
            )
    raise MalformedEventError("the body has no pullrequest.id")


def _data_center_event(event: str, payload: object) -> PullRequestEvent:
    match payload:
        case {"pullRequest": {"id": int(number)} as pull_request} if _is_id(number):
            return PullRequestEvent(event, number, _commit(pull_request, "fromRef", "latestCommit"))
    raise MalformedEventError("the body has no pullRequest.id")


def _is_id(number: int) -> bool:
    # JSON's true is an int in Python.
    return 0 < number < _TOO_LARGE and number is not True


def _commit(value: object, *path: str) -> str | None:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) else None
