"""Everything that a test, a demo or a person may do to the emulator, as plain methods.

The JSON API and the buttons of the pages call these very methods. Repositories are named
workspace/slug, on Data Center projects/KEY/repos/slug; what is answered are values, safe to keep.
"""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from local.bitbucket.cloud_webhooks import CloudDialect
from local.bitbucket.collaboration import Collaboration
from local.bitbucket.data_center import DEFAULT_VERSION, DataCenter
from local.bitbucket.data_center_controls import DataCenterControls
from local.bitbucket.data_center_webhooks import DataCenterDialect
from local.bitbucket.deliveries import TIMEOUT_SECONDS, Deliveries, Delivery
from local.bitbucket.faults import Faults
from local.bitbucket.model import (
    BuildStatus,
    Comment,
    Hook,
    NotThereError,
    Provider,
    PullRequest,
    Repository,
)
from local.bitbucket.repositories import Repositories
from local.bitbucket.state import State, person
from local.bitbucket.token_controls import TokenControls
from local.bitbucket.traffic import RequestLog
from local.bitbucket.traffic_controls import TrafficControls
from local.bitbucket.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.bitbucket.cloud_payloads import Addresses
    from local.bitbucket.code_insights import InsightReport
    from local.bitbucket.data_center_payloads import Rendering

AUTHOR = "Ada Osei"
REVIEWER = "Jonas Lind"


class Controls(DataCenterControls, TokenControls, TrafficControls):
    """The emulator behind its HTTP server."""

    def __init__(  # noqa: PLR0913 - all but the first two have a default
        self,
        *,
        addresses: Callable[[], Addresses],
        rendering: Callable[..., Rendering],
        now: Callable[[], datetime] | None = None,
        clock: Callable[[], float] = time.monotonic,
        delivery_timeout: float = TIMEOUT_SECONDS,
        data_center_version: str = DEFAULT_VERSION,
    ) -> None:
        self.state = State(now)
        self.data_center = DataCenter(data_center_version, clock)
        self.sender = Deliveries(timeout=delivery_timeout, now=self.state.now)
        self.webhooks = Webhooks(
            self.sender,
            {
                Provider.CLOUD: CloudDialect(addresses),
                Provider.DATA_CENTER: DataCenterDialect(
                    self.data_center, rendering, self.state.now
                ),
            },
        )
        self.repositories = Repositories(self.state)
        self.collaboration = Collaboration(self.state, self.webhooks.announce)
        self.fault_rules = Faults()
        self.request_log = RequestLog()

    def reset(self) -> None:
        """Forget repositories, tokens, deliveries, faults and requests."""
        self.state.clear()
        self.data_center.reset()
        self.fault_rules.clear()
        self.sender.clear()
        self.request_log.clear()

    def create_repository(self, repository: str) -> Repository:
        """Make a private repository with a few commits on `main`."""
        return self.repositories.create_on_cloud(repository)

    def rename_repository(self, repository: str, slug: str) -> Repository:
        """Give a repository another slug; by uuid, or on Data Center by both, it is still found."""
        return self.repositories.rename(self.state.named(repository), slug)

    def repository(self, repository: str) -> Repository:
        """The repository, with its uuid and its number."""
        with self.state.lock:
            return self.state.named(repository).repository

    def open_pull_request(  # noqa: PLR0913 - the fields of Bitbucket's form
        self,
        repository: str,
        *,
        title: str,
        source_branch: str = "",
        destination_branch: str = "main",
        description: str = "",
        author: str = AUTHOR,
        draft: bool = False,
    ) -> PullRequest:
        """Commit to a branch and open a pull request for it."""
        slug = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
        return self.collaboration.open_pull_request(
            self.state.named(repository),
            title=title,
            description=description,
            source_branch=source_branch or f"feature/{slug[:40].strip('-')}",
            destination_branch=destination_branch,
            author=person(author),
            draft=draft,
        )

    def push_commit(
        self,
        repository: str,
        pull_request: int,
        message: str = "Address review comments",
        author: str = AUTHOR,
    ) -> PullRequest:
        """Put another commit on the pull request's branch."""
        return self.collaboration.push(
            self.state.named(repository), pull_request, message=message, actor=person(author)
        )

    def edit_pull_request(  # noqa: PLR0913 - the fields of Bitbucket's form
        self,
        repository: str,
        pull_request: int,
        *,
        title: str | None = None,
        description: str | None = None,
        destination_branch: str | None = None,
        author: str = AUTHOR,
        draft: bool | None = None,
    ) -> PullRequest:
        """Change what is given; an unknown target branch is made."""
        return self.collaboration.edit(
            self.state.named(repository),
            pull_request,
            title=title,
            description=description,
            destination_branch=destination_branch,
            actor=person(author),
            draft=draft,
        )

    def merge_pull_request(
        self, repository: str, pull_request: int, author: str = REVIEWER
    ) -> PullRequest:
        """Merge it."""
        return self.collaboration.merge(
            self.state.named(repository), pull_request, actor=person(author)
        )

    def decline_pull_request(
        self, repository: str, pull_request: int, reason: str = "", author: str = REVIEWER
    ) -> PullRequest:
        """Close it without merging."""
        return self.collaboration.decline(
            self.state.named(repository), pull_request, reason=reason, actor=person(author)
        )

    def add_comment(
        self, repository: str, pull_request: int, raw: str, author: str = REVIEWER
    ) -> Comment:
        """Comment as a person."""
        return self.collaboration.add_comment(
            self.state.named(repository), pull_request, raw=raw, author=person(author)
        )

    def delete_comment(self, repository: str, pull_request: int, comment: int) -> Comment:
        """Delete anyone's comment, as an administrator may."""
        with self.state.lock:
            stored = self.state.named(repository)
            found = stored.comment(pull_request, comment)
            return self.collaboration.delete_comment(stored, found)

    def pull_request(self, repository: str, pull_request: int) -> PullRequest:
        """The pull request as it is now."""
        with self.state.lock:
            return self.state.named(repository).pull_request(pull_request)

    def pull_requests(self, repository: str) -> list[PullRequest]:
        """All pull requests, the newest first."""
        with self.state.lock:
            return list(self.state.named(repository).pull_requests.values())[::-1]

    def comments(self, repository: str, pull_request: int) -> list[Comment]:
        """All comments, deleted ones too."""
        with self.state.lock:
            return list(self.state.named(repository).comments.get(pull_request, {}).values())

    def build_statuses(self, repository: str, commit: str | None = None) -> list[BuildStatus]:
        """The build statuses of a commit, or of all."""
        with self.state.lock:
            stored = self.state.named(repository)
            if commit is not None:
                return stored.statuses_of([stored.commit(commit).hash])
            return list(stored.statuses.values())

    def insight_reports(self, repository: str, commit: str | None = None) -> list[InsightReport]:
        """The reports of Code Insights on a commit, or on all, with their annotations."""
        with self.state.lock:
            stored = self.state.named(repository)
            if commit is not None:
                return stored.insights_of(stored.commit(commit).hash)
            return list(stored.insights.values())

    def hooks(self, repository: str) -> list[Hook]:
        """The webhooks; in Python with their secrets, over HTTP without."""
        with self.state.lock:
            return list(self.state.named(repository).hooks.values())

    def deliveries(self, event: str = "*") -> list[Delivery]:
        """The deliveries of matching events, the oldest first."""
        return [d for d in self.sender.log() if fnmatchcase(d.event, event)]

    def wait_until_delivered(self, timeout: float = 60.0) -> None:
        """Return when no webhook is under way, or raise TimeoutError."""
        self.sender.wait(timeout)

    def pause_deliveries(self) -> None:
        """Hold webhooks back until they are resumed."""
        self.sender.pause()

    def resume_deliveries(self) -> None:
        """Let webhooks go again."""
        self.sender.resume()

    def redeliver(self, delivery: int) -> Delivery:
        """Deliver a logged webhook once more, with the same X-Request-UUID."""
        found = [d for d in self.sender.log() if d.id == delivery]
        if not found:
            raise NotThereError(str(delivery))
        with self.state.lock:
            stored = self.state.repositories.get(found[0].repository_uuid)
            if stored is None:
                raise NotThereError(str(delivery))
            return self.webhooks.redeliver(stored, found[0])

    def redeliver_last(self, repository: str, pull_request: int) -> Delivery:
        """Deliver the newest webhook of a pull request once more."""
        about = (self.state.named(repository).repository.uuid, pull_request)
        log = self.sender.log()
        found = [d for d in log if (d.repository_uuid, d.pull_request) == about]
        if not found:
            message = f"no webhook was delivered for pull request {pull_request}"
            raise NotThereError(message)
        return self.redeliver(found[-1].id)
