"""Bitbucket's things, as this project speaks of them."""

from dataclasses import dataclass
from enum import StrEnum


class PullRequestState(StrEnum):
    """Whether a pull request can still change."""

    OPEN = "open"
    MERGED = "merged"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request. `head` may be shortened (Bitbucket Cloud sends 12 characters)."""

    id: int
    state: PullRequestState
    head: str | None
    source_branch: str
    web_url: str
    title: str = ""
    destination_branch: str = ""
    is_draft: bool = False


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, by its full hash."""

    hash: str
    message: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A pull request comment that has not been deleted.

    `version` is what Bitbucket Data Center counts edits by; Cloud has none.
    """

    id: str
    text: str
    web_url: str
    is_reply: bool = False
    version: int = 0


class BuildState(StrEnum):
    """The states of a build status that this project sets."""

    IN_PROGRESS = "INPROGRESS"
    SUCCESSFUL = "SUCCESSFUL"
    FAILED = "FAILED"
    STOPPED = "STOPPED"
    """Nothing will come of it any more; it is neither good nor bad."""


@dataclass(frozen=True, slots=True)
class BuildStatus:
    """A build status. Setting one again with the same key overwrites it."""

    key: str
    state: BuildState
    name: str
    description: str
    url: str
    source_branch: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as it is listed; its secret is never read, though Data Center shows it."""

    id: str
    url: str
    active: bool = True
    events: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WebhookSpec:
    """A webhook as it should be."""

    url: str
    secret: str
    description: str
    events: tuple[str, ...]
