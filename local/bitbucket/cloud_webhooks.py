"""What Bitbucket Cloud delivers for what befell a pull request.

Events, headers and retries: support.atlassian.com/bitbucket-cloud/docs/event-payloads. Of the
events one can subscribe to, the emulator delivers the four about a pull request's life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.bitbucket import cloud_payloads
from local.bitbucket.deliveries import CLOUD_POLICY, DeliveryPolicy
from local.bitbucket.model import Happening
from local.bitbucket.webhooks import signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.bitbucket.model import Hook, News

# One event for new commits and for edits alike, and nothing in it says which (coolify#5028).
EVENT_OF = {
    Happening.OPENED: "pullrequest:created",
    Happening.PUSHED: "pullrequest:updated",
    Happening.EDITED: "pullrequest:updated",
    Happening.MERGED: "pullrequest:fulfilled",
    Happening.DECLINED: "pullrequest:rejected",
}


class CloudDialect:
    """Cloud's events, bodies and headers."""

    def __init__(self, addresses: Callable[[], cloud_payloads.Addresses]) -> None:
        self._addresses = addresses

    @property
    def policy(self) -> DeliveryPolicy:
        """With retries."""
        return CLOUD_POLICY

    def event(self, news: News) -> str | None:
        """The event's name, which is in a header only."""
        return EVENT_OF.get(news.happening)

    def payload(self, event: str, news: News) -> dict[str, Any]:  # noqa: ARG002 - see `event`
        """The body."""
        at = self._addresses()
        pull_request = cloud_payloads.pull_request(
            news.pull_request, news.repository, news.comment_count, at
        )
        return cloud_payloads.webhook(news.actor, news.repository, pull_request, at)

    def headers(self, hook: Hook, event: str, request_id: str, body: bytes) -> dict[str, str]:
        """The headers of a delivery, without the attempt's number."""
        sent = {
            "Content-Type": "application/json",
            "User-Agent": "Bitbucket-Webhooks/2.0",
            "X-Event-Key": event,
            "X-Hook-UUID": hook.uuid.strip("{}"),
            "X-Request-UUID": request_id,
        }
        if hook.secret:
            sent["X-Hub-Signature"] = signature(hook.secret, body)
        return sent
