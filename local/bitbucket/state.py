"""The store behind the emulator: one lock, one place for everything that is remembered."""

from __future__ import annotations

import hashlib
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local.bitbucket.model import (
    AccessToken,
    Account,
    BuildStatus,
    Comment,
    Commit,
    Hook,
    NotThereError,
    PullRequest,
    Repository,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SHORTEST_HASH = 7


def braced_uuid(*names: str) -> str:
    """The same uuid for the same names, written as Bitbucket writes it: in braces."""
    return f"{{{uuid.uuid5(uuid.NAMESPACE_URL, '/'.join(names))}}}"


def person(display_name: str) -> Account:
    """The person of that name."""
    return Account(
        uuid=braced_uuid("person", display_name),
        display_name=display_name,
        nickname=display_name,
    )


@dataclass
class RepositoryState:
    """Everything that belongs to one repository."""

    repository: Repository
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)
    comments: dict[int, dict[int, Comment]] = field(default_factory=dict)
    statuses: dict[tuple[str, str], BuildStatus] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)

    def commit(self, revision: str) -> Commit:
        """The commit with that hash, which may be cut short to seven characters."""
        if len(revision) >= SHORTEST_HASH:
            found = [c for h, c in self.commits.items() if h.startswith(revision)]
            if len(found) == 1:
                return found[0]
        raise NotThereError(revision)

    def pull_request(self, number: int) -> PullRequest:
        """The pull request with that number."""
        try:
            return self.pull_requests[number]
        except KeyError:
            raise NotThereError(str(number)) from None

    def comment(self, pull_request: int, number: int) -> Comment:
        """The comment with that id, deleted or not."""
        try:
            return self.comments.get(pull_request, {})[number]
        except KeyError:
            raise NotThereError(str(number)) from None

    def comment_count(self, pull_request: int) -> int:
        """How many comments are left on a pull request."""
        return sum(not c.deleted for c in self.comments.get(pull_request, {}).values())

    def statuses_of(self, commits: Iterable[str]) -> list[BuildStatus]:
        """The build statuses of these commits, in the order of the commits."""
        return [s for commit in commits for s in self.statuses.values() if s.commit == commit]

    def add_commit(self, branch: str, message: str, author: Account, date: datetime) -> Commit:
        """Put a commit on top of a branch; a new branch starts from the main one."""
        parent = self.branches.get(branch) or self.branches.get(self.repository.main_branch)
        what = "\0".join((self.repository.full_name, branch, message, parent or ""))
        # Git's hashes are SHA-1, and these only have to look like them.
        digest = hashlib.sha1(what.encode(), usedforsecurity=False).hexdigest()
        commit = Commit(digest, message, author, date, (parent,) if parent else ())
        self.commits[commit.hash] = commit
        self.branches[branch] = commit.hash
        return commit


class State:
    """Repositories and access tokens; hold `lock` while reading and writing belong together."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self.lock = threading.RLock()
        self.now = now or (lambda: datetime.now(UTC))
        self.repositories: dict[str, RepositoryState] = {}
        self.tokens: dict[str, AccessToken] = {}
        self._last_comment = 500_000_000

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.repositories.clear()
            self.tokens.clear()

    def next_comment_id(self) -> int:
        """An id no comment has had; ids are unique over all repositories."""
        with self.lock:
            self._last_comment += 1
            return self._last_comment

    def find(self, workspace: str, slug: str) -> RepositoryState:
        """The repository by names, or by uuids in braces, or by one of each."""
        with self.lock:
            for candidate in self.repositories.values():
                repository = candidate.repository
                if workspace.lower() in (
                    repository.workspace,
                    repository.workspace_uuid,
                ) and slug.lower() in (repository.slug, repository.uuid):
                    return candidate
        raise NotThereError(f"{workspace}/{slug}")

    def named(self, full_name: str) -> RepositoryState:
        """The repository called workspace/slug."""
        workspace, _, slug = full_name.partition("/")
        return self.find(workspace, slug)
