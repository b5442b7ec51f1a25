"""The two Bitbuckets as tests see them: all that differs when the same story is told on both."""

import json
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from bitbucket_integration.integration import Provider
from bitbucket_integration.pull_request_event import EVENTS
from local.bitbucket import BitbucketEmulator


class Bench(ABC):
    """One of the Bitbuckets, with the one repository that stories are about.

    `repository` is what the emulator's controls call it. The paths are globs for its faults and its
    requests: of the list of pull requests, one of them, the list of its comments, the comments as
    they are written, and the build statuses as they are set. Webhooks carry a request id in the
    header `request_id`, and in their bodies `member` is the pull request and `source` its source.
    """

    provider: ClassVar[Provider]
    repository: ClassVar[str]
    pull_requests: ClassVar[str]
    pull_request: ClassVar[str]
    comments: ClassVar[str]
    new_comment: ClassVar[str] = "*/comments"
    old_comment: ClassVar[str] = "*/comments/*"
    build_status: ClassVar[str]
    webhooks: ClassVar[str]
    opened: ClassVar[str]
    request_id: ClassVar[str]
    head: ClassVar[str]
    member: ClassVar[str]
    source: ClassVar[str]

    @property
    def events(self) -> tuple[str, ...]:
        """What the integration's webhook subscribes to."""
        return EVENTS[self.provider]

    @abstractmethod
    def create_repository(self, bitbucket: BitbucketEmulator) -> None:
        """Make the repository."""

    @abstractmethod
    def address(self, bitbucket: BitbucketEmulator) -> str:
        """The repository as an admin names it."""

    @abstractmethod
    def create_token(self, bitbucket: BitbucketEmulator) -> str:
        """An access token that can do everything that is needed."""

    @abstractmethod
    def create_lesser_token(self, bitbucket: BitbucketEmulator) -> str:
        """An access token that can do everything but manage webhooks."""

    @abstractmethod
    def tokens(self, bitbucket: BitbucketEmulator) -> dict[str, Any]:
        """The access tokens that are valid."""

    @abstractmethod
    def forbid(self, bitbucket: BitbucketEmulator, token: str) -> str:
        """Take from a token what reading pull requests needs; what that is called."""

    @abstractmethod
    def pull_request_from(self, head: str) -> dict[str, Any]:
        """What in a webhook's pull request tells its head."""

    def body(self, pull_request: object) -> bytes:
        """A webhook's body that holds this in the place of a pull request."""
        return json.dumps({self.member: pull_request}).encode()

    def payload(self, number: object = 7, **more: Any) -> bytes:
        """The part of a webhook's body that is read."""
        return self.body({"id": number} | self.pull_request_from(self.head) | more)

    @abstractmethod
    def comment_link(self, comment: int) -> str:
        """What in a link makes it lead to a comment."""


class _Cloud(Bench):
    provider = Provider.CLOUD
    repository = "acme/jaffle-shop"
    pull_requests = "*/pullrequests"
    pull_request = "*/pullrequests/[0-9]*"
    comments = "*/pullrequests/*/comments"
    build_status = "*/statuses/build"
    webhooks = "*/hooks"
    opened = "pullrequest:created"
    request_id = "X-Request-UUID"
    head = "0123456789ab"
    member = "pullrequest"
    source = "source"

    def create_repository(self, bitbucket: BitbucketEmulator) -> None:
        bitbucket.create_repository(self.repository)

    def address(self, bitbucket: BitbucketEmulator) -> str:
        del bitbucket
        return self.repository

    def create_token(self, bitbucket: BitbucketEmulator) -> str:
        return bitbucket.create_access_token(self.repository, ("pullrequest:write", "webhook"))

    def create_lesser_token(self, bitbucket: BitbucketEmulator) -> str:
        return bitbucket.create_access_token(self.repository, ("pullrequest:write",))

    def tokens(self, bitbucket: BitbucketEmulator) -> dict[str, Any]:
        return bitbucket.state.tokens

    def forbid(self, bitbucket: BitbucketEmulator, token: str) -> str:
        tokens = bitbucket.state.tokens
        tokens[token] = replace(tokens[token], scopes=("repository", "webhook"))
        return "Pull requests: Read"

    def pull_request_from(self, head: str) -> dict[str, Any]:
        return {self.source: {"commit": {"hash": head}}}

    def comment_link(self, comment: int) -> str:
        return f"#comment-{comment}"


class _DataCenter(Bench):
    provider = Provider.DATA_CENTER
    repository = "projects/DATA/repos/jaffle-shop"
    pull_requests = "*/pull-requests"
    pull_request = "*/pull-requests/[0-9]*"
    comments = "*/pull-requests/*/activities"
    build_status = "*/builds"
    webhooks = "*/webhooks"
    opened = "pr:opened"
    request_id = "X-Request-Id"
    head = "0123456789abcdef0123456789abcdef01234567"
    member = "pullRequest"
    source = "fromRef"

    def create_repository(self, bitbucket: BitbucketEmulator) -> None:
        bitbucket.create_data_center_repository("DATA", "jaffle-shop")

    def address(self, bitbucket: BitbucketEmulator) -> str:
        return f"{bitbucket.data_center_url}/{self.repository}"

    def create_token(self, bitbucket: BitbucketEmulator) -> str:
        return bitbucket.create_data_center_token(self.repository)

    def create_lesser_token(self, bitbucket: BitbucketEmulator) -> str:
        return bitbucket.create_data_center_token(self.repository, "REPO_READ")

    def tokens(self, bitbucket: BitbucketEmulator) -> dict[str, Any]:
        return bitbucket.state.http_tokens

    def forbid(self, bitbucket: BitbucketEmulator, token: str) -> str:
        # The least permission lets a token do all of it. So it becomes one of another repository.
        tokens = bitbucket.state.http_tokens
        tokens[token] = replace(tokens[token], repository_uuid="{another}")
        return "Repository read"

    def pull_request_from(self, head: str) -> dict[str, Any]:
        return {self.source: {"latestCommit": head}}

    def comment_link(self, comment: int) -> str:
        return f"?commentId={comment}"


CLOUD, DATA_CENTER = _Cloud(), _DataCenter()
BENCHES = {bench.provider: bench for bench in (CLOUD, DATA_CENTER)}

on_both = pytest.mark.bitbuckets(*BENCHES)
"""Tells a test's story on both Bitbuckets. Without it a test is about Bitbucket Cloud."""


def only_on(bench: Bench, why: str) -> pytest.MarkDecorator:
    """Tells a test's story on one Bitbucket, among tests that are told on both."""
    return pytest.mark.bitbuckets(bench.provider, why=why)
