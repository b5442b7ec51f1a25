"""What a Bitbucket remembers, as values.

They are replaced and never changed, so whoever was handed one may read it without a lock. Nothing
here knows a wire format: hashes have 40 characters and times are aware datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any


class NotThereError(LookupError):
    """What was named does not exist."""


class NotPossibleError(ValueError):
    """What was asked cannot be done in the present state."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person, or the pseudo-user that an access token acts as."""

    uuid: str
    display_name: str
    nickname: str
    token_kind: str | None = None


class Provider(StrEnum):
    """Which Bitbucket a repository lives on."""

    CLOUD = "cloud"
    DATA_CENTER = "data_center"


@dataclass(frozen=True, slots=True)
class Repository:
    """A private git repository in a project; on Cloud the project is in a workspace.

    Data Center has no workspaces, and numbers where Cloud has uuids. A personal project's key
    starts with a tilde, and `owner` is the person. It alone can archive a repository.
    """

    uuid: str
    workspace_uuid: str
    workspace: str
    slug: str
    project_key: str
    project_uuid: str
    main_branch: str
    owner: Account
    created_on: datetime
    provider: Provider = Provider.CLOUD
    id: int = 0
    project_id: int = 0
    archived: bool = False

    @property
    def full_name(self) -> str:
        """The name for the controls: workspace/slug, or projects/KEY/repos/slug."""
        if self.provider is Provider.DATA_CENTER:
            return f"projects/{self.project_key}/repos/{self.slug}"
        return f"{self.workspace}/{self.slug}"

    @property
    def short_name(self) -> str:
        """The name for people: workspace/slug, or KEY/slug."""
        return f"{self.group}/{self.slug}"

    @property
    def group(self) -> str:
        """What the repository is listed under: the workspace, or the project."""
        return self.project_key if self.provider is Provider.DATA_CENTER else self.workspace


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; its hash is derived from what it is, so runs repeat."""

    hash: str
    message: str
    author: Account
    date: datetime
    parents: tuple[str, ...] = ()


class PullRequestState(StrEnum):
    """Where a pull request's life has got to."""

    OPEN = "OPEN"
    MERGED = "MERGED"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request; `commits` are its own, the newest first, `version` counts its changes."""

    id: int
    title: str
    description: str
    author: Account
    source_branch: str
    destination_branch: str
    destination_commit: str
    commits: tuple[str, ...]
    state: PullRequestState
    created_on: datetime
    updated_on: datetime
    merge_commit: str | None = None
    closed_by: Account | None = None
    reason: str = ""
    version: int = 0
    draft: bool = False

    @property
    def head(self) -> str:
        """The newest commit of the source branch."""
        return self.commits[0]


@dataclass(frozen=True, slots=True)
class Inline:
    """The place in a file that a comment is anchored to."""

    path: str
    to: int | None = None
    from_: int | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request; a deleted one is kept without its text."""

    id: int
    pull_request: int
    author: Account
    raw: str
    created_on: datetime
    updated_on: datetime
    edited: bool = False
    deleted: bool = False
    parent: int | None = None
    inline: Inline | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class BuildStatus:
    """What a build says of a commit; one per commit and key. `more` is for Data Center only."""

    commit: str
    key: str
    state: str
    url: str
    name: str
    description: str
    refname: str | None
    created_on: datetime
    updated_on: datetime
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook subscription of a repository; on Data Center `uuid` is a number.

    `credentials`, a name and a password, and `updated_at` are for Data Center only.
    """

    uuid: str
    url: str
    description: str
    events: tuple[str, ...]
    active: bool
    skip_cert_verification: bool
    history_enabled: bool
    created_at: datetime
    secret: str | None = field(default=None, repr=False, metadata={"private": True})
    credentials: tuple[str, str] | None = field(
        default=None, repr=False, metadata={"private": True}
    )
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token of Cloud, tied to a repository, project or workspace."""

    value: str = field(repr=False, metadata={"private": True})
    kind: str
    scopes: tuple[str, ...]
    repository_uuid: str
    workspace_uuid: str
    project_key: str
    account: Account
    expires: datetime | None = None

    def reaches(self, repository: Repository) -> bool:
        """Whether the token can see the repository at all."""
        if self.kind == "workspace_access_token":
            return self.workspace_uuid == repository.workspace_uuid
        if self.kind == "project_access_token":
            return (self.workspace_uuid, self.project_key) == (
                repository.workspace_uuid,
                repository.project_key,
            )
        return self.repository_uuid == repository.uuid


@dataclass(frozen=True, slots=True)
class HttpAccessToken:
    """A token of Data Center, tied to a repository or project; a personal one acts as its user."""

    value: str = field(repr=False, metadata={"private": True})
    permission: str
    repository_uuid: str
    project_key: str
    account: Account
    expires: datetime | None = None
    personal: bool = False


def has_expired(token: AccessToken | HttpAccessToken, now: datetime) -> bool:
    """Whether a token's end has come."""
    return token.expires is not None and token.expires <= now


class Happening(StrEnum):
    """What befell a pull request; each provider has its own names for these."""

    OPENED = "opened"
    PUSHED = "pushed"
    EDITED = "edited"
    MERGED = "merged"
    DECLINED = "declined"
    DELETED = "deleted"
    COMMENTED = "commented"


@dataclass(frozen=True, slots=True)
class News:
    """Something befell a pull request, and whoever subscribed should hear of it.

    `before` is the pull request as it was, unless it is new.
    """

    happening: Happening
    actor: Account
    repository: Repository
    pull_request: PullRequest
    comment_count: int
    before: PullRequest | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """One entry of a pull request's history; `comment` is the id of one that was written."""

    id: int
    happening: Happening
    actor: Account
    date: datetime
    after: PullRequest
    before: PullRequest | None = None
    comment: int | None = None
