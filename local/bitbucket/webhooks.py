"""Turns news of a pull request into deliveries to the hooks that want them."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from typing import TYPE_CHECKING, Protocol

from local.bitbucket.deliveries import Deliveries, Delivery, DeliveryPolicy
from local.bitbucket.model import NotThereError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from local.bitbucket.model import Hook, News, Provider
    from local.bitbucket.state import RepositoryState


def signature(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature, on both Bitbuckets: over the bytes as they are sent."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def encoded(payload: Mapping[str, Any]) -> bytes:
    """The bytes of a body."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


class Dialect(Protocol):
    """What differs between the Bitbuckets."""

    @property
    def policy(self) -> DeliveryPolicy:
        """How it delivers."""

    def event(self, news: News) -> str | None:
        """The event's name; None if it has none for this."""

    def payload(self, event: str, news: News) -> Mapping[str, Any]:
        """The body."""

    def headers(self, hook: Hook, event: str, request_id: str, body: bytes) -> dict[str, str]:
        """The headers."""


class Webhooks:
    """The webhooks of both Bitbuckets."""

    def __init__(self, deliveries: Deliveries, dialects: Mapping[Provider, Dialect]) -> None:
        self._deliveries = deliveries
        self._dialects = dialects

    def announce(self, stored: RepositoryState, news: News) -> None:
        """Queue a delivery for every active hook that subscribed."""
        dialect = self._dialects[news.repository.provider]
        event = dialect.event(news)
        wanting = [h for h in stored.hooks.values() if h.active and event in h.events]
        if event is None or not wanting:
            return
        body = encoded(dialect.payload(event, news))
        about = (news.repository.uuid, news.pull_request.id)
        for hook in wanting:
            self._submit(dialect, hook, about, event, body)

    def redeliver(self, stored: RepositoryState, old: Delivery) -> Delivery:
        """Send the same event again: same body, same request id, the hook's present secret."""
        hook = stored.hooks.get(old.hook_uuid)
        if hook is None:
            message = f"hook {old.hook_uuid} is gone"
            raise NotThereError(message)
        dialect = self._dialects[stored.repository.provider]
        about = (old.repository_uuid, old.pull_request)
        return self._submit(dialect, hook, about, old.event, old.body, again=old)

    def _submit(  # noqa: PLR0913 - a delivery is made of these
        self,
        dialect: Dialect,
        hook: Hook,
        about: tuple[str, int],
        event: str,
        body: bytes,
        *,
        again: Delivery | None = None,
    ) -> Delivery:
        request_id = again.request_uuid if again else str(uuid.uuid4())
        repository_uuid, pull_request = about
        delivery = Delivery(
            id=0,
            hook_uuid=hook.uuid,
            repository_uuid=repository_uuid,
            pull_request=pull_request,
            event=event,
            request_uuid=request_id,
            url=hook.url,
            verify_certificate=not hook.skip_cert_verification,
            headers=dialect.headers(hook, event, request_id, body),
            body=body,
            redelivery_of=again.id if again else None,
            policy=dialect.policy,
        )
        return self._deliveries.submit(delivery)
