"""Keeps integrations in memory, so that a warm webhook makes one AWS call: to the queue."""

from collections.abc import Callable
from dataclasses import dataclass

from bitbucket_integration.integration import Integration
from bitbucket_integration.stores.integrations import IntegrationStore

_KEEP_SECONDS = 60
_MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """An integration that may have changed since it was read, if it is from memory."""

    integration: Integration
    from_memory: bool


class IntegrationCache:
    """Integrations that exist are kept for a minute; that one is unknown is never kept.

    So a new integration works at once, and a deleted one is refused within the minute (its jobs
    end quietly before that). Where a minute is too long, `read` asks the table.
    """

    def __init__(self, store: IntegrationStore, now: Callable[[], float]) -> None:
        """Read from this store; `now` gives seconds, from any beginning."""
        self._store = store
        self._now = now
        self._kept: dict[str, tuple[float, Integration]] = {}

    def get(self, integration_id: str) -> Found | None:
        """The integration with this id."""
        kept = self._kept.get(integration_id)
        if kept is not None and self._now() - kept[0] < _KEEP_SECONDS:
            return Found(kept[1], from_memory=True)
        return self.read(integration_id)

    def read(self, integration_id: str) -> Found | None:
        """The integration as it is stored now."""
        integration = self._store.get(integration_id) if integration_id else None
        if integration is None:
            self._kept.pop(integration_id, None)
            return None
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[integration_id] = (self._now(), integration)
        return Found(integration, from_memory=False)
