"""One thing that was looked at: what was seen, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class ProbeName(StrEnum):
    """What is looked at, in this order."""

    REACHABLE = "reachable"
    TLS = "tls"
    VERSION = "version"
    TOKEN = "token"  # noqa: S105 a name
    TOKEN_KIND = "token_kind"  # noqa: S105 a name
    REPOSITORY = "repository"
    COMMENT = "comment"
    BUILD_STATUS = "build_status"
    MANAGE_WEBHOOKS = "manage_webhooks"
    WEBHOOK = "webhook"
    WEBHOOK_ACTIVE = "webhook_active"
    WEBHOOK_EVENTS = "webhook_events"
    WEBHOOK_URL = "webhook_url"
    DELIVERY = "delivery"


class ProbeStatus(StrEnum):
    """How it was found."""

    OK = "ok"
    WARNING = "warning"
    """It works, and somebody should know about it."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """It could not be looked at."""


@dataclass(frozen=True, slots=True)
class Probe:
    """`seen` and `cure` are sentences for a person; a failed probe has an error's `reason`."""

    name: ProbeName
    status: ProbeStatus
    seen: str
    cure: str = ""
    repaired: bool = False
    reason: str = ""


def ok(name: ProbeName, seen: str, *, repaired: bool = False) -> Probe:
    """It is as it should be, possibly because it was just repaired."""
    return Probe(name, ProbeStatus.OK, seen, repaired=repaired)


def warning(name: ProbeName, seen: str, cure: str) -> Probe:
    """It works for now, or might not."""
    return Probe(name, ProbeStatus.WARNING, seen, cure)


def failed(name: ProbeName, seen: str, cure: str, reason: str) -> Probe:
    """It does not work."""
    return Probe(name, ProbeStatus.FAILED, seen, cure, reason=reason)


def skipped(name: ProbeName, seen: str) -> Probe:
    """There was no looking at it; `seen` says why."""
    return Probe(name, ProbeStatus.SKIPPED, seen)
