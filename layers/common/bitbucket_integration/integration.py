"""An integration: one repository that reports are posted to. It holds no secret."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar

WEBHOOK_PATH = "/webhooks/"

WITHOUT_END = "9999-12-31T23:59:59+00:00"
"""A grace until further notice: a rotation that has begun and is not finished."""


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

    def after(self, former: "Health") -> "Health":
        """This health, or the former one where that says the same, for longer."""
        same = bool(former.since) and replace(self, since=former.since) == former
        return former if same else self


@dataclass(frozen=True, slots=True)
class Integration:
    """What is stored about one repository's integration. Times are ISO 8601 in UTC.

    `settings` are ReportSettings as they are stored: JSON, empty for the defaults. `revision` is
    raised by every change that an admin makes, and by nothing else. Reports are not posted while it
    is `paused`. A version that is raised makes the secrets invalid that are derived with it, the
    former ones at the end of their grace; an empty grace is none. `access_token_expires` is a date,
    empty when it is not known.
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
    revision: int = 1
    paused: bool = False
    webhook_secret_grace_until: str = ""
    ci_token_grace_until: str = ""
    access_token_expires: str = ""
    access_token_id: str = ""
    """The integration whose access token is used; empty for its own."""

    @property
    def access_token_owner(self) -> str:
        """The id under which the access token is kept."""
        return self.access_token_id or self.id

    def webhook_secret_versions(self, now: str) -> tuple[int, ...]:
        """The versions of the webhook's secret that are accepted at a time, the current one first.

        Times are compared as text: both are ISO 8601 in UTC, with seconds.
        """
        return _accepted(self.webhook_secret_version, self.webhook_secret_grace_until, now)

    def ci_token_versions(self, now: str) -> tuple[int, ...]:
        """The same of the CI token."""
        return _accepted(self.ci_token_version, self.ci_token_grace_until, now)

    @property
    def provider(self) -> Provider:
        """Which Bitbucket the repository lives on."""
        return self.repository.provider


def _accepted(version: int, grace_until: str, now: str) -> tuple[int, ...]:
    return (version, version - 1) if version > 1 and now < grace_until else (version,)
