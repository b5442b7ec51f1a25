"""Lets whoever waits for a call see what its checks have found so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from bitbucket_integration.errors import IntegrationError
from bitbucket_integration.stores.progress import Progress, ProgressStore
from check_views import CheckView
from doctor.examination import Watcher, nobody
from doctor.probe import Probe, ProbeName

logger = Logger(service="configure", child=True)

_LONGEST_TEXT = 2_000
"""Characters: Bitbucket's words are repeated in checks, and DynamoDB's items have an end."""


class UnknownProgressError(IntegrationError):
    """Nothing is kept under this id: no call that has it looks at anything yet, or any more."""

    reason = "unknown_progress"


@dataclass(frozen=True, slots=True)
class LiveProgress:
    """Keeps what was found so far, and finds it again."""

    store: ProgressStore

    def watcher(self, progress_id: str | None) -> Watcher:
        """Keeps under an id what an examination tells; without one, nothing."""
        return nobody if progress_id is None else _Keeper(self.store, progress_id).keep

    def of(self, progress_id: str) -> Progress:
        """How far a call has come. Raises UnknownProgressError."""
        progress = self.store.get(progress_id)
        if progress is None:
            raise UnknownProgressError(
                f"no call with the progress_id {progress_id} has begun to look at anything, or it"
                " was more than an hour ago"
            )
        return progress


class _Keeper:
    def __init__(self, store: ProgressStore, progress_id: str) -> None:
        self._store = store
        self._id = progress_id
        self._works = True

    def keep(self, found: Sequence[Probe], looking_at: ProbeName | None) -> None:
        if not self._works:
            return
        progress = Progress([_shown(one) for one in found], looking_at)
        try:
            self._store.put(self._id, progress)
        except (BotoCoreError, ClientError):
            # What is only looked at must neither fail the call nor let it wait once more.
            self._works = False
            logger.warning("progress not kept", exc_info=True)


def _shown(probe: Probe) -> dict[str, Any]:
    check = CheckView.of(probe).model_dump(mode="json")
    return check | {name: check[name][:_LONGEST_TEXT] for name in ("seen", "cure")}
