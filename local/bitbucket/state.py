"""The store behind the emulator: one lock, one place for everything that is remembered."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local.bitbucket.model import (
    AccessToken,
    Account,
    Activity,
    BuildStatus,
    Comment,
    Commit,
    Hook,
    HttpAccessToken,
    NotThereError,
    Provider,
    PullRequest,
    Repository,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local.bitbucket.code_insights import InsightReport

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
    insights: dict[tuple[str, str], InsightReport] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    activities: dict[int, list[Activity]] = field(default_factory=dict)
    last_pull_request: int = 0

    def commit(self, revision: str) -> Commit:
        """The commit with that hash, which may be cut short to seven characters."""
        if len(revision) >= SHORTEST_HASH:
            found = [c for h, c in self.commits.items() if h.startswith(revision)]
            if len(found) == 1:
                return found[0]
        raise NotThereError(revision)

    def history(self, branch: str) -> list[Commit]:
        """The commits of a branch by their first parents, the newest first."""
        found, following = [], self.branches.get(branch)
        while following is not None:
            commit = self.commits[following]
            found.append(commit)
            following = commit.parents[0] if commit.parents else None
        return found

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

    def insights_of(self, commit: str) -> list[InsightReport]:
        """The reports of Code Insights on a commit."""
        return [report for report in self.insights.values() if report.commit == commit]

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
        self.http_tokens: dict[str, HttpAccessToken] = {}
        # Where repositories of Data Center used to be: project key and slug, both in small letters.
        self.moved: dict[tuple[str, str], str] = {}
        # What the deprecated resource of Data Center was told of commits that are in no repository.
        self.loose_statuses: dict[tuple[str, str], BuildStatus] = {}
        self._last_comment = 500_000_000
        self._numbers: dict[str, dict[str, int]] = {}

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.repositories.clear()
            self.tokens.clear()
            self.http_tokens.clear()
            self.moved.clear()
            self.loose_statuses.clear()

    def number_of(self, kind: str, name: str = "") -> int:
        """The number that a thing of that name keeps; without a name, a new one each time."""
        with self.lock:
            numbers = self._numbers.setdefault(kind, {})
            return numbers.setdefault(name or f"#{len(numbers) + 1}", len(numbers) + 1)

    def next_comment_id(self) -> int:
        """An id no comment has had; ids are unique over all repositories."""
        with self.lock:
            self._last_comment += 1
            return self._last_comment

    def find(self, workspace: str, slug: str) -> RepositoryState:
        """The repository of Cloud by names, or by uuids in braces, or by one of each."""
        with self.lock:
            for candidate in self.of(Provider.CLOUD):
                repository = candidate.repository
                if workspace.lower() in (
                    repository.workspace,
                    repository.workspace_uuid,
                ) and slug.lower() in (repository.slug, repository.uuid):
                    return candidate
        raise NotThereError(f"{workspace}/{slug}")

    def find_on_data_center(self, project_key: str, slug: str) -> RepositoryState:
        """The repository of Data Center, where it is now; neither name minds upper case."""
        with self.lock:
            for candidate in self.of(Provider.DATA_CENTER):
                repository = candidate.repository
                if (repository.project_key, repository.slug) == (project_key.upper(), slug.lower()):
                    return candidate
        raise NotThereError(f"{project_key}/{slug}")

    def moved_to(self, project_key: str, slug: str) -> Repository | None:
        """Where the repository is that was here; None if one is here, or never was."""
        with self.lock:
            with contextlib.suppress(NotThereError):
                self.find_on_data_center(project_key, slug)
                return None
            uuid = self.moved.get((project_key.lower(), slug.lower()))
            return self.repositories[uuid].repository if uuid in self.repositories else None

    def of(self, provider: Provider) -> list[RepositoryState]:
        """All repositories of a Bitbucket, the oldest first."""
        with self.lock:
            return [s for s in self.repositories.values() if s.repository.provider is provider]

    def named(self, full_name: str) -> RepositoryState:
        """The repository called workspace/slug, or on Data Center projects/KEY/repos/slug."""
        match full_name.split("/"):
            case ["projects", key, "repos", slug]:
                return self.find_on_data_center(key, slug)
            case ["users", user, "repos", slug]:
                return self.find_on_data_center(f"~{user}", slug)
            case [workspace, slug]:
                return self.find(workspace, slug)
            case _:
                raise NotThereError(full_name)
