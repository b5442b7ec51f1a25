"""Pauses the reports of a repository, and lets them go on."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from bitbucket_integration.integration import Integration
from bitbucket_integration.report_job import RepositoryJob
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.timestamps import timestamp
from life.amendment import amended, found


@dataclass(frozen=True, slots=True)
class Pausing:
    """`now` gives seconds since 1970."""

    integrations: IntegrationStore
    queue: ReportQueue
    now: Callable[[], float]

    def pause(self, integration_id: str, expected: Collection[int] | None) -> Integration:
        """Report nothing from now on. Raises UnknownIntegrationError, ChangedMeanwhileError."""
        return self._paused(integration_id, expected, paused=True)

    def resume(self, integration_id: str, expected: Collection[int] | None) -> Integration:
        """Report again, also what came meanwhile.

        Queued also when it was not paused, since the call before may have come only half-way.
        Raises UnknownIntegrationError, ChangedMeanwhileError.
        """
        integration = self._paused(integration_id, expected, paused=False)
        self.queue.send(RepositoryJob(integration.id), f"resume-{integration.revision}")
        return integration

    def _paused(
        self, integration_id: str, expected: Collection[int] | None, *, paused: bool
    ) -> Integration:
        seen = found(self.integrations, integration_id)
        now = timestamp(self.now())
        return amended(
            self.integrations, seen, lambda one: replace(one, paused=paused), now, expected
        )
