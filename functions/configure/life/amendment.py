"""Changes an integration without overwriting what somebody else changed meanwhile."""

from collections.abc import Callable, Collection
from dataclasses import replace

from bitbucket_integration.errors import IntegrationError, UnknownIntegrationError
from bitbucket_integration.integration import Integration
from bitbucket_integration.stores.integrations import IntegrationStore

_TRIES = 2


class ChangedMeanwhileError(IntegrationError):
    """Somebody else has changed the integration; `revision` is the one that is stored now.

    `expected` says whether the caller named the revisions that it knew.
    """

    reason = "changed_meanwhile"

    def __init__(self, revision: int, *, expected: bool) -> None:
        super().__init__(
            "somebody else has changed this integration meanwhile; read it again, and make the"
            " change to what is there now"
        )
        self.revision = revision
        self.expected = expected


def found(store: IntegrationStore, integration_id: str) -> Integration:
    """The integration with this id. Raises UnknownIntegrationError."""
    integration = store.get(integration_id)
    if integration is None:
        raise UnknownIntegrationError(f"there is no integration {integration_id}")
    return integration


def check_revision(integration: Integration, expected: Collection[int] | None) -> None:
    """Raises ChangedMeanwhileError unless it is a revision that the caller expects; None: any."""
    if expected is not None and integration.revision not in expected:
        raise ChangedMeanwhileError(integration.revision, expected=True)


def amended(
    store: IntegrationStore,
    seen: Integration,
    change: Callable[[Integration], Integration],
    now: str,
    expected: Collection[int] | None = None,
) -> Integration:
    """The integration with this change, stored; one that changes nothing leaves it as it is.

    When somebody else was faster, the change is made to what they left, once, unless the caller
    expects certain revisions. Raises ChangedMeanwhileError, and UnknownIntegrationError when it was
    removed.
    """
    for _ in range(_TRIES):
        check_revision(seen, expected)
        changed = change(seen)
        if changed == seen:
            return seen
        stored = store.change(seen, replace(changed, updated_at=now))
        if stored is not None:
            return stored
        seen = found(store, seen.id)
    check_revision(seen, expected)
    raise ChangedMeanwhileError(seen.revision, expected=False)
