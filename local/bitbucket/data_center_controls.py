"""The controls that only Data Center has."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from local.bitbucket.data_center import DataCenter, Version
from local.bitbucket.data_center_access import PERMISSIONS
from local.bitbucket.model import (
    Account,
    HttpAccessToken,
    NotPossibleError,
    Provider,
    PullRequest,
    Repository,
)
from local.bitbucket.state import braced_uuid, person

if TYPE_CHECKING:
    from datetime import datetime

    from local.bitbucket.collaboration import Collaboration
    from local.bitbucket.repositories import Repositories
    from local.bitbucket.state import State

ADMINISTRATOR = "Administrator"
BOT = "http_access_token"


class DataCenterControls:
    """What may be done to the emulated Data Center, besides what may be done to both."""

    state: State
    repositories: Repositories
    collaboration: Collaboration
    data_center: DataCenter

    def create_data_center_repository(self, project: str, slug: str) -> str:
        """Make a repository; what is answered names it to all controls, and is its address.

        It is projects/KEY/repos/slug; a project ~user is that user's own.
        """
        return self.repositories.create_on_data_center(project, slug).full_name

    def move_data_center_repository(self, repository: str, project: str, slug: str = "") -> str:
        """Put a repository into another project; its old address leads to the new one."""
        stored = self.state.named(repository)
        return self.repositories.move(stored, project, slug).full_name

    def archive_data_center_repository(self, repository: str) -> Repository:
        """Let nobody change a repository any more, from 8.0."""
        return self.repositories.archive(self.state.named(repository), archived=True)

    def unarchive_data_center_repository(self, repository: str) -> Repository:
        """Let a repository be changed again."""
        return self.repositories.archive(self.state.named(repository), archived=False)

    def create_data_center_token(
        self,
        repository: str,
        permission: str = "REPO_ADMIN",
        expires: datetime | None = None,
        name: str = "Data diff",
        user: str | None = None,
    ) -> str:
        """Make a token for the repository, or its project if the permission is PROJECT_….

        With a user it is that person's own, acts as the person and is a password too.
        """
        if permission not in PERMISSIONS:
            message = f"{permission} is none of {', '.join(PERMISSIONS)}"
            raise NotPossibleError(message)
        version = self.data_center.version
        if user is None and not version.has_repository_tokens:
            message = f"{version} has tokens of people only: name a user"
            raise NotPossibleError(message)
        with self.state.lock:
            bound = self.state.named(repository).repository
            if bound.provider is not Provider.DATA_CENTER:
                message = f"{repository} is not on Data Center"
                raise NotPossibleError(message)
            value = "BBDC-" + secrets.token_urlsafe(32)
            nickname = f"access-token-{self.state.number_of('token')}"
            bot = Account(braced_uuid("bot", value), name, nickname, token_kind=BOT)
            self.state.http_tokens[value] = HttpAccessToken(
                value=value,
                permission=permission,
                repository_uuid=bound.uuid,
                project_key=bound.project_key,
                account=person(user) if user else bot,
                expires=expires,
                personal=user is not None,
            )
            return value

    def set_data_center_version(self, version: str) -> None:
        """Be another version from now on, such as 10.2.7, 7.21.0 or 6.10.0."""
        self.data_center.version = Version.parse(version)

    def set_data_center_rate_limit(self, size: int | None, refill: float = 1.0) -> None:
        """Give every token that many requests and `refill` more each second; None: no limit."""
        if size is not None and (size < 1 or refill <= 0):
            message = "a rate limit needs room for one request and has to fill up again"
            raise NotPossibleError(message)
        self.data_center.rate_limit.set(size, refill)

    def delete_pull_request(
        self, repository: str, pull_request: int, author: str = ADMINISTRATOR
    ) -> PullRequest:
        """Delete it with its comments, which Cloud cannot."""
        return self.collaboration.delete_pull_request(
            self.state.named(repository), pull_request, actor=person(author)
        )
