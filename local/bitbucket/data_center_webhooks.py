"""What Bitbucket Data Center delivers for what befell a pull request.

Events, headers and bodies: Atlassian's "Event payload", and recordings in drone/go-scm and
bitbucket-branch-source-plugin. There are no retries; a hook that fails is skipped for a while.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from local.bitbucket import data_center_payloads as payloads
from local.bitbucket.deliveries import DeliveryPolicy
from local.bitbucket.model import Happening
from local.bitbucket.webhooks import encoded, signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.bitbucket.data_center import DataCenter, Version
    from local.bitbucket.model import Hook, News

EVENT_OF = {
    Happening.OPENED: "pr:opened",
    Happening.PUSHED: "pr:from_ref_updated",
    Happening.EDITED: "pr:modified",
    Happening.MERGED: "pr:merged",
    Happening.DECLINED: "pr:declined",
    Happening.DELETED: "pr:deleted",
}
PING = "diagnostics:ping"
PING_BODY = encoded({"test": True})
# Taken from a live 10.2 by vriesdemichael/bitbucket-data-center-cli. Two that are documented are
# missing, because the server refuses them: pr:to_ref_updated, pr:reviewer:changes_requested.
EVENTS = frozenset(
    {
        *(
            f"pr:{what}"
            for what in (
                "opened",
                "from_ref_updated",
                "modified",
                "merged",
                "declined",
                "deleted",
                "reviewer:updated",
                "reviewer:approved",
                "reviewer:unapproved",
                "reviewer:needs_work",
                "comment:added",
                "comment:edited",
                "comment:deleted",
            )
        ),
        *(
            f"repo:{what}"
            for what in (
                "refs_changed",
                "modified",
                "forked",
                "secret_detected",
                "comment:added",
                "comment:edited",
                "comment:deleted",
            )
        ),
        "mirror:repo_synchronized",
        "project:modified",
    }
)


def events(version: Version) -> frozenset[str]:
    """What one can subscribe to."""
    return EVENTS if version.tells_source_updates else EVENTS - {EVENT_OF[Happening.PUSHED]}


def headers(
    event: str, request_id: str, version: Version, credentials: tuple[str, str] | None
) -> dict[str, str]:
    """The headers that every delivery has, the ping too."""
    sent = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"Atlassian HttpClient 4.2.0 / Bitbucket-{version} / Default",
        "X-Event-Key": event,
        "X-Request-Id": request_id,
    }
    if credentials:
        encoded_pair = base64.b64encode(":".join(credentials).encode()).decode()
        sent["Authorization"] = f"Basic {encoded_pair}"
    return sent


class DataCenterDialect:
    """Data Center's events, bodies and headers."""

    def __init__(
        self,
        data_center: DataCenter,
        rendering: Callable[..., payloads.Rendering],
        now: Callable[[], datetime],
    ) -> None:
        self._data_center = data_center
        self._now = now
        self._rendering = rendering

    @property
    def policy(self) -> DeliveryPolicy:
        """Once, and not at all while the hook is skipped."""
        return DeliveryPolicy(breaker=self._data_center.breaker)

    def event(self, news: News) -> str | None:
        """The event's name, which is in the header and in the body."""
        event = EVENT_OF.get(news.happening)
        return event if event in events(self._data_center.version) else None

    def payload(self, event: str, news: News) -> dict[str, Any]:
        """The body; the repository is only in the pull request."""
        iso_dates = self._data_center.version.sends_iso_dates
        at = self._rendering(date=payloads.iso if iso_dates else payloads.milliseconds)
        pull_request = payloads.webhook_pull_request(news.pull_request, news.repository, at)
        body: dict[str, Any] = {
            "eventKey": event,
            "date": self._now().strftime("%Y-%m-%dT%H:%M:%S%z"),
            "actor": payloads.user(news.actor, at),
            "pullRequest": pull_request,
        }
        before = news.before
        if before and news.happening is Happening.PUSHED:
            body["previousFromHash"] = before.head
        if before and news.happening is Happening.EDITED:
            body["previousTitle"] = before.title
            body["previousDescription"] = before.description or None
            body["previousTarget"] = payloads.branch(
                before.destination_branch, before.destination_commit
            )
        return body

    def headers(self, hook: Hook, event: str, request_id: str, body: bytes) -> dict[str, str]:
        """The headers; nothing in them tells which hook it is."""
        sent = headers(event, request_id, self._data_center.version, hook.credentials)
        if hook.secret:
            sent["X-Hub-Signature"] = signature(hook.secret, body)
        return sent
