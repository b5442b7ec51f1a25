"""Which integrations a list is about."""

from dataclasses import dataclass
from enum import StrEnum

from bitbucket_integration.integration import Integration, Provider


class HealthState(StrEnum):
    """Whether Bitbucket let us work when we last tried."""

    OK = "ok"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Filter:
    """All of it has to hold; None does. `repository` is part of the name, in any case."""

    provider: Provider | None = None
    health: HealthState | None = None
    repository: str | None = None
    paused: bool | None = None

    @property
    def any(self) -> bool:
        """Whether it asks for anything."""
        return self != Filter()

    def __call__(self, one: Integration) -> bool:
        """Whether an integration is wanted."""
        return (
            self.provider in {None, one.provider}
            and self.health in {None, HealthState.OK if one.health.ok else HealthState.FAILING}
            and self.paused in {None, one.paused}
            and (self.repository or "").casefold() in one.repository.full_name.casefold()
        )
