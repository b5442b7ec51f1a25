"""Reading request bodies as strictly as Bitbucket Data Center does.

Limits: `RestBuildStatusSetRequest` in the reference, violation-comments-to-stash#26 (comments),
gocd#9087 (secrets). Members that the reference does not describe are refused, so that a client
cannot come to rely on leniency; the words for that were not recorded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local.bitbucket.data_center_errors import bad_value

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

Json = dict[str, Any]
# "less than", says the message, and 32768 is what is refused.
TEXT_LIMIT = 32768
LONGEST_SECRET = 255
STATES = ("SUCCESSFUL", "FAILED", "INPROGRESS", "CANCELLED", "UNKNOWN")
OLD_STATES = ("SUCCESSFUL", "FAILED", "INPROGRESS")
LIMITS = {"key": 255, "name": 255, "buildNumber": 255, "url": 450, "parent": 1024, "ref": 1024}
OLD_LIMITS = {"key": 255, "name": 255, "description": 255, "url": 450}
_BUILD_MEMBERS = {*LIMITS, "state", "description", "duration", "lastUpdated", "testResults"}
_OLD_BUILD_MEMBERS = {*OLD_LIMITS, "state", "dateAdded"}
# Members that a client sends back when it PUTs what it was given.
_READ_ONLY_IN_COMMENTS = {
    "id",
    "author",
    "createdDate",
    "updatedDate",
    "comments",
    "tasks",
    "properties",
    "permittedOperations",
    "threadResolved",
}
_READ_ONLY_IN_HOOKS = {"id", "createdDate", "updatedDate", "scopeType", "statistics"}


@dataclass(frozen=True)
class HookBody:
    """What may be said of a hook."""

    name: str
    url: str
    events: tuple[str, ...]
    active: bool
    verify_certificate: bool
    secret: str | None
    credentials: tuple[str, str] | None


def only(body: Json, allowed: Iterable[str]) -> None:
    """Refuse other members."""
    extra = sorted(set(body) - set(allowed))
    if extra:
        raise bad_value(extra[0], f"Unrecognized property '{extra[0]}'.")


def typed(body: Json, name: str, kind: type, default: object = None) -> Any:
    """The member, if it is of that kind; null is as good as none."""
    value = body.get(name)
    value = default if value is None else value
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise bad_value(name, f"A value of type {kind.__name__} is required.")
    return value


def comment_text(body: Json) -> str:
    """The text of a comment."""
    text = body.get("text")
    # Recorded in violation-comments-to-stash#26, frogbot#647.
    if not isinstance(text, str) or not text.strip() or len(text) >= TEXT_LIMIT:
        message = f"Please enter a non-empty value less than {TEXT_LIMIT} characters"
        raise bad_value("text", message)
    return text


def new_comment(body: Json) -> tuple[str, int | None]:
    """A new comment's text, and the comment that it answers; files are not commented on here."""
    only(body, {"text", "parent", "severity", "state", "version"} | _READ_ONLY_IN_COMMENTS)
    parent = typed(body, "parent", dict, {}) if "parent" in body else None
    return comment_text(body), None if parent is None else typed(parent, "id", int)


def changed_comment(body: Json) -> tuple[str, int]:
    """A comment's new text, and the version that it replaces: -1 if none is named."""
    only(body, {"text", "version", "parent", "severity", "state"} | _READ_ONLY_IN_COMMENTS)
    return comment_text(body), typed(body, "version", int, -1)


def build(body: Json) -> Json:
    """A build status of the repository's resource."""
    only(body, _BUILD_MEMBERS)
    wanted = _status(body, LIMITS, STATES)
    if not re.match(r"refs/.", wanted.get("ref", "refs/heads/main")):
        raise bad_value("ref", "A fully qualified reference, refs/…, is required.")
    for name in ("duration", "lastUpdated"):
        typed(body, name, int, 0)
    typed(body, "description", str, "")
    results = typed(body, "testResults", dict, {})
    only(results, {"successful", "failed", "skipped"})
    for name in results:
        typed(results, name, int)
    return wanted


def old_build(body: Json) -> Json:
    """A build status of the deprecated resource."""
    only(body, _OLD_BUILD_MEMBERS)
    return _status(body, OLD_LIMITS, OLD_STATES)


def _status(body: Json, limits: dict[str, int], states: tuple[str, ...]) -> Json:
    wanted = {name: value for name, value in body.items() if value is not None}
    for name in ("key", "state", "url"):
        if not isinstance(wanted.get(name), str) or not wanted[name].strip():
            raise bad_value(name, f"A non-empty {name} is required.")
    for name, longest in limits.items():
        if len(typed(wanted, name, str, "")) > longest:
            raise bad_value(name, f"The {name} must be at most {longest} characters long.")
    if wanted["state"] not in states:
        raise bad_value("state", f"'{wanted['state']}' is not one of {', '.join(states)}.")
    if urlsplit(wanted["url"]).scheme not in ("http", "https"):
        raise bad_value("url", "The url must be an absolute http or https URL.")
    return wanted


def hook(body: Json, known_events: Container[str]) -> HookBody:
    """A webhook as it shall be: what an update leaves out is not kept."""
    described = {"name", "url", "events", "active", "configuration", "credentials"}
    only(body, described | {"sslVerificationRequired"} | _READ_ONLY_IN_HOOKS)
    name, url = typed(body, "name", str, ""), typed(body, "url", str, "")
    events = typed(body, "events", list, [])
    configuration = typed(body, "configuration", dict, {})
    if not name.strip() or len(name) > 255:
        raise bad_value("name", "A name of at most 255 characters is required.")
    check_url(url)
    if not events:
        raise bad_value("events", "At least one event is required.")
    for event in events:
        if not isinstance(event, str) or event not in known_events:
            # One unknown event is enough: no hook is made for the others.
            raise bad_value("events", f'the event "{event}" is unknown')
    secret = typed(configuration, "secret", str, "")
    if len(secret) > LONGEST_SECRET:
        message = f"The secret must be at most {LONGEST_SECRET} characters long."
        raise bad_value("configuration.secret", message)
    return HookBody(
        name=name,
        url=url,
        events=tuple(dict.fromkeys(events)),
        active=typed(body, "active", bool, default=True),
        verify_certificate=typed(body, "sslVerificationRequired", bool, default=True),
        secret=secret or None,
        credentials=credentials(typed(body, "credentials", dict, {})),
    )


def check_url(url: str) -> None:
    """Refuse what no webhook can be sent to."""
    if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
        raise bad_value("url", "A valid http or https URL is required.")


def credentials(body: Json) -> tuple[str, str] | None:
    """A name and a password for Basic authentication, if there are any."""
    only(body, {"username", "password"})
    pair = (typed(body, "username", str, ""), typed(body, "password", str, ""))
    return pair if any(pair) else None
