"""What Bitbucket Cloud delivers for what befell a pull request, and how it signs it.

Events, headers and retries: support.atlassian.com/bitbucket-cloud/docs/event-payloads. Of the
events one can subscribe to, the emulator delivers the four about a pull request's life.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from typing import TYPE_CHECKING

from local.bitbucket import cloud_payloads
from local.bitbucket.deliveries import Deliveries, Delivery
from local.bitbucket.model import Happening, Hook, News, NotThereError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.bitbucket.state import RepositoryState

# One event for new commits and for edits alike, and nothing in it says which (coolify#5028).
EVENT_OF = {
    Happening.OPENED: "pullrequest:created",
    Happening.PUSHED: "pullrequest:updated",
    Happening.EDITED: "pullrequest:updated",
    Happening.MERGED: "pullrequest:fulfilled",
    Happening.DECLINED: "pullrequest:rejected",
}


def signature(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature: over the bytes as they are sent."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(hook: Hook, event: str, request_uuid: str, body: bytes) -> dict[str, str]:
    """The headers of a delivery, without the attempt's number."""
    sent = {
        "Content-Type": "application/json",
        "User-Agent": "Bitbucket-Webhooks/2.0",
        "X-Event-Key": event,
        "X-Hook-UUID": hook.uuid.strip("{}"),
        "X-Request-UUID": request_uuid,
    }
    if hook.secret:
        sent["X-Hub-Signature"] = signature(hook.secret, body)
    return sent


class CloudWebhooks:
    """Turns news into deliveries to the hooks that want them."""

    def __init__(
        self, deliveries: Deliveries, addresses: Callable[[], cloud_payloads.Addresses]
    ) -> None:
        self._deliveries = deliveries
        self._addresses = addresses

    def announce(self, stored: RepositoryState, news: News) -> None:
        """Queue a delivery for every active hook that subscribed."""
        event = EVENT_OF[news.happening]
        wanting = [h for h in stored.hooks.values() if h.active and event in h.events]
        if not wanting:
            return
        at = self._addresses()
        pull_request = cloud_payloads.pull_request(
            news.pull_request, news.repository, news.comment_count, at
        )
        payload = cloud_payloads.webhook(news.actor, news.repository, pull_request, at)
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        for hook in wanting:
            request_uuid = str(uuid.uuid4())
            delivery = Delivery(
                id=0,
                hook_uuid=hook.uuid,
                repository_uuid=news.repository.uuid,
                pull_request=news.pull_request.id,
                event=event,
                request_uuid=request_uuid,
                url=hook.url,
                verify_certificate=not hook.skip_cert_verification,
                headers=headers(hook, event, request_uuid, body),
                body=body,
            )
            self._deliveries.submit(delivery)

    def redeliver(self, stored: RepositoryState, old: Delivery) -> Delivery:
        """Send the same event again: same body, same X-Request-UUID, the hook's present secret."""
        hook = stored.hooks.get(old.hook_uuid)
        if hook is None:
            message = f"hook {old.hook_uuid} is gone"
            raise NotThereError(message)
        again = Delivery(
            id=0,
            hook_uuid=hook.uuid,
            repository_uuid=old.repository_uuid,
            pull_request=old.pull_request,
            event=old.event,
            request_uuid=old.request_uuid,
            url=hook.url,
            verify_certificate=not hook.skip_cert_verification,
            headers=headers(hook, old.event, old.request_uuid, old.body),
            body=old.body,
            redelivery_of=old.id,
        )
        return self._deliveries.submit(again)
