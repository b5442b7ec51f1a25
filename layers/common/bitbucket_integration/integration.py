"""An integration: one repository that reports are posted to. It holds no secret."""

from dataclasses import dataclass, field
from enum import StrEnum

WEBHOOK_PATH = "/webhooks/"


class Provider(StrEnum):
    """Which Bitbucket a repository lives on."""

    CLOUD = "bitbucket-cloud"


class SetupState(StrEnum):
    """How far the configuration of an integration has come."""

    INCOMPLETE = "incomplete"
    """Some step failed; configuring the same repository again completes it."""
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class RepositoryIdentity:
    """A Bitbucket Cloud repository. The UUIDs, with braces, are its identity; the rest is shown."""

    workspace_uuid: str
    repository_uuid: str
    full_name: str
    web_url: str

    @property
    def key(self) -> str:
        """Unique among all repositories, and stable when the repository is renamed."""
        return f"{Provider.CLOUD}#{self.workspace_uuid}#{self.repository_uuid}"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether Bitbucket let us work when we last tried. `reason` is an error's reason, or "ok"."""

    reason: str = "ok"
    detail: str = ""
    since: str = ""

    @property
    def ok(self) -> bool:
        """True unless the last try was refused."""
        return self.reason == "ok"


@dataclass(frozen=True, slots=True)
class Integration:
    """What is stored about one repository's integration. Times are ISO 8601 in UTC."""

    id: str
    repository: RepositoryIdentity
    created_at: str
    updated_at: str
    provider: Provider = Provider.CLOUD
    setup: SetupState = SetupState.INCOMPLETE
    webhook_id: str | None = None
    webhook_url: str | None = None
    webhook_secret_version: int = 1
    ci_token_version: int = 1
    health: Health = field(default_factory=Health)
