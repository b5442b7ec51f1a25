"""An integration: one repository that reports are posted to. It holds no secret."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

WEBHOOK_PATH = "/webhooks/"


class Provider(StrEnum):
    """Which Bitbucket a repository lives on."""

    CLOUD = "bitbucket-cloud"
    DATA_CENTER = "bitbucket-data-center"


class SetupState(StrEnum):
    """How far the configuration of an integration has come."""

    INCOMPLETE = "incomplete"
    """Some step failed; configuring the same repository again completes it."""
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class CloudIdentity:
    """A Bitbucket Cloud repository. The UUIDs, with braces, are its identity; the rest is shown."""

    provider: ClassVar[Provider] = Provider.CLOUD

    workspace_uuid: str
    repository_uuid: str
    full_name: str
    web_url: str

    @property
    def key(self) -> str:
        """Unique among all repositories, and stable when the repository is renamed."""
        return f"{self.provider}#{self.workspace_uuid}#{self.repository_uuid}"


@dataclass(frozen=True, slots=True)
class DataCenterIdentity:
    """A repository of a Bitbucket Data Center, told by the server's base URL and a number there.

    The project's key and the slug are what it is called by now; `version` is the server's.
    """

    provider: ClassVar[Provider] = Provider.DATA_CENTER

    base_url: str
    repository_id: int
    project_key: str
    slug: str
    web_url: str
    version: str

    @property
    def full_name(self) -> str:
        """How people call it."""
        return f"{self.project_key}/{self.slug}"

    @property
    def key(self) -> str:
        """Unique among all repositories, and stable when the repository is renamed or moved."""
        return f"{self.provider}#{self.base_url}#{self.repository_id}"


class WebhookMode(StrEnum):
    """Who takes care of an integration's webhook."""

    MANAGED = "managed"
    """We create and repair it."""
    MANUAL = "manual"
    """A person enters it in Bitbucket, since the access token may not."""


type RepositoryIdentity = CloudIdentity | DataCenterIdentity


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
    """What is stored about one repository's integration. Times are ISO 8601 in UTC.

    `settings` are ReportSettings as they are stored: JSON, empty for the defaults.
    A version that is raised makes the secrets invalid that are derived with it.
    """

    id: str
    repository: RepositoryIdentity
    created_at: str
    updated_at: str
    setup: SetupState = SetupState.INCOMPLETE
    webhook: WebhookMode = WebhookMode.MANAGED
    webhook_id: str | None = None
    webhook_url: str | None = None
    webhook_secret_version: int = 1
    ci_token_version: int = 1
    report_link_version: int = 1
    health: Health = field(default_factory=Health)
    settings: str = ""

    @property
    def provider(self) -> Provider:
        """Which Bitbucket the repository lives on."""
        return self.repository.provider
