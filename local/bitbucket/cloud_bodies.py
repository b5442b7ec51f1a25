"""Reading request bodies as strictly as Bitbucket Cloud does.

Refused keys and the words for them: bitbucket-mcp#132 (comments), buildbot#7049 (build statuses).
Where no refusal was ever recorded, the emulator refuses in the same style, so that a client cannot
come to rely on leniency.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from local.bitbucket.cloud_errors import bad_fields, bad_value
from local.bitbucket.model import Inline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.bitbucket.model import Hook

Json = dict[str, Any]
STATES = ("FAILED", "INPROGRESS", "STOPPED", "SUCCESSFUL")
LONGEST_KEY = 40
# Both limits: bitbucket-branch-source-plugin#928.
LONGEST_NAME = 255
LONGEST_STATUS_URL = 450
LONGEST_SECRET = 128
EVENTS: Final = frozenset(
    {
        *(f"issue:{what}" for what in ("comment_created", "created", "updated")),
        "pipeline:span_created",
        "project:updated",
        *(
            f"pullrequest:{what}"
            for what in (
                "approved",
                "changes_request_created",
                "changes_request_removed",
                "comment_created",
                "comment_deleted",
                "comment_reopened",
                "comment_resolved",
                "comment_updated",
                "created",
                "fulfilled",
                "push",
                "rejected",
                "unapproved",
                "updated",
            )
        ),
        *(
            f"repo:{what}"
            for what in (
                "commit_comment_created",
                "commit_status_created",
                "commit_status_updated",
                "created",
                "deleted",
                "fork",
                "imported",
                "push",
                "transfer",
                "updated",
            )
        ),
    }
)
# Members that a client sends back when it PUTs what it was given; they are ignored.
_READ_ONLY_IN_HOOKS = frozenset(
    {
        "type",
        "uuid",
        "subject",
        "subject_type",
        "created_at",
        "secret_set",
        "links",
        "source",
        "read_only",
    }
)


class Unchanged:
    """Stands for a member that was left out of an update."""


UNCHANGED: Final = Unchanged()


@dataclass(frozen=True)
class CommentBody:
    """What may be said when commenting."""

    raw: str
    parent: int | None = None
    inline: Inline | None = None


@dataclass(frozen=True)
class HookBody:
    """What may be said of a hook."""

    url: str
    events: tuple[str, ...]
    description: str
    active: bool
    skip_cert_verification: bool
    history_enabled: bool
    secret: str | Unchanged | None


def only(body: Mapping[str, Any], allowed: Iterable[str]) -> None:
    """Refuse other members."""
    extra = sorted(set(body) - set(allowed))
    if extra:
        raise bad_fields(dict.fromkeys(extra, "extra keys not allowed"))


def need(body: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuse a body that lacks one of these members."""
    missing = [name for name in names if name not in body]
    if missing:
        raise bad_fields(dict.fromkeys(missing, "required key not provided"))


def typed(body: Mapping[str, Any], name: str, kind: type, default: object = None) -> Any:
    """The member, if it is of that kind."""
    value = body.get(name, default)
    # To Python a bool is an int, to JSON it is not.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise bad_fields({name: f"expected {kind.__name__}"})
    return value


def comment(body: Json, *, editing: bool = False) -> CommentBody:
    """A new comment, or the new text of one."""
    only(body, ("type", "content") if editing else ("type", "content", "inline", "parent"))
    need(body, ("content",))
    content = typed(body, "content", dict)
    only(content, ("raw", "markup", "html", "type"))
    need(content, ("raw",))
    raw = typed(content, "raw", str)
    if not raw.strip():
        raise bad_fields({"content": {"raw": "This field may not be blank."}})
    parent = typed(typed(body, "parent", dict), "id", int) if "parent" in body else None
    return CommentBody(raw, parent, _inline(body))


def _inline(body: Json) -> Inline | None:
    if "inline" not in body:
        return None
    inline = typed(body, "inline", dict)
    only(inline, ("path", "to", "from"))
    need(inline, ("path",))
    lines = [
        None if inline.get(name) is None else typed(inline, name, int) for name in ("to", "from")
    ]
    return Inline(typed(inline, "path", str), *lines)


def build_status(body: Json, *, editing: bool = False) -> Json:
    """A new build status in full, or the members of one that shall change."""
    allowed = ("type", "key", "state", "url", "name", "description", "refname")
    only(body, allowed)
    if not editing:
        # The reference does not demand `url`; the API does (atlantis).
        for name in ("key", "state", "url"):
            if body.get(name) in (None, ""):
                raise bad_value(name, "This field is required.")
    wanted = {name: body[name] for name in allowed[1:] if body.get(name) is not None}
    for name, value in wanted.items():
        if not isinstance(value, str):
            raise bad_value(name, "Enter a valid value.")
    for name, longest in (
        ("key", LONGEST_KEY),
        ("name", LONGEST_NAME),
        ("description", LONGEST_NAME),
        ("url", LONGEST_STATUS_URL),
    ):
        length = len(wanted.get(name, ""))
        if length > longest:
            problem = f"Ensure this value has at most {longest} characters (it has {length})."
            raise bad_value(name, problem)
    state = wanted.get("state", STATES[0])
    if state not in STATES:
        problem = f"Select a valid choice. {state} is not one of the available choices."
        raise bad_value("state", problem)
    if "url" in wanted and not is_url(wanted["url"]):
        raise bad_value("url", "Enter a valid URL.")
    return wanted


def is_url(url: str) -> bool:
    """Whether it is one: a host without a dot is no host, `localhost` excepted.

    Recorded with `http://munprdjenkins1:8080` (bitbucket-pullrequest-builder-plugin#174).
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or any(c.isspace() for c in url):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or "." in host.strip(".")
    return True


def hook(body: Json, current: Hook | None = None) -> HookBody:
    """A new hook, or the current one as it shall become.

    That an update must repeat `url` and `events` is the strict reading: no recording shows either.
    The real API also refuses addresses that are not routed on the internet; this one is for a
    laptop, where everything is on 127.0.0.1.
    """
    known = {
        "url",
        "description",
        "active",
        "events",
        "secret",
        "skip_cert_verification",
        "history_enabled",
    }
    only(body, known | _READ_ONLY_IN_HOOKS)
    need(body, ("url", "events"))
    url = typed(body, "url", str)
    events = typed(body, "events", list)
    unknown = [event for event in events if not isinstance(event, str) or event not in EVENTS]
    if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
        raise bad_value("url", "Enter a valid URL.")
    if unknown:
        raise bad_value("events", f"{unknown[0]} is not a valid event.")
    # Repeated events are refused (harness-core#39903).
    if not events or len(set(events)) != len(events):
        raise bad_value("events", "Name at least one event, and each one once.")
    secret = body.get("secret", UNCHANGED)
    if isinstance(secret, str) and len(secret) > LONGEST_SECRET:
        problem = f"Ensure this value has at most 128 characters (it has {len(secret)})."
        raise bad_value("secret", problem)
    if not isinstance(secret, str | None | Unchanged):
        raise bad_fields({"secret": "expected str"})
    return HookBody(
        url=url,
        events=tuple(events),
        description=typed(body, "description", str, current.description if current else ""),
        active=typed(body, "active", bool, current.active if current else True),
        skip_cert_verification=typed(
            body,
            "skip_cert_verification",
            bool,
            current.skip_cert_verification if current else False,
        ),
        history_enabled=typed(
            body, "history_enabled", bool, current.history_enabled if current else False
        ),
        secret=secret or None if isinstance(secret, str | None) else secret,
    )
