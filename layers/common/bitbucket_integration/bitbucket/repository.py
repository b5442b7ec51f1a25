"""What the functions need of a repository, on whichever Bitbucket it lives."""

from collections.abc import Sequence
from typing import Protocol

from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.code_insights import Annotation, InsightReport
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.data_center_answers import (
    FIRST_WITH_REPOSITORY_BUILDS,
    release,
)
from bitbucket_integration.bitbucket.exchange import Call, Page
from bitbucket_integration.bitbucket.vocabulary import (
    BuildStatus,
    Comment,
    Commit,
    PullRequest,
    Webhook,
    WebhookSpec,
)
from bitbucket_integration.integration import CloudIdentity, DataCenterIdentity


class Description(Protocol):
    """A repository's names of today."""

    @property
    def full_name(self) -> str:
        """How people call it."""

    @property
    def web_url(self) -> str:
        """Where people see it."""


class BitbucketRepository(Protocol):
    """The calls on one repository. Each raises a BitbucketError when its answer is read."""

    def describe(self) -> Call[Description]:
        """The repository itself."""

    def pull_request(self, number: int) -> Call[PullRequest]:
        """One pull request."""

    def open_pull_requests(self, page_length: int = ...) -> Call[Page[PullRequest]]:
        """The open pull requests."""

    def commit(self, commit: str) -> Call[Commit]:
        """A commit by its hash, or an unambiguous beginning of it."""

    def newest_commit(self) -> Call[Commit | None]:
        """The newest commit, None when there is none yet."""

    def comments(self, pull_request: int) -> Call[Page[Comment | None]]:
        """A pull request's comments, possibly None in place of a deleted one."""

    def comment(self, pull_request: int, comment_id: str) -> Call[Comment | None]:
        """One comment, None once it was deleted."""

    def create_comment(self, pull_request: int, text: str) -> Call[Comment | None]:
        """Comment on a pull request."""

    def update_comment(
        self, pull_request: int, comment: Comment, text: str
    ) -> Call[Comment | None]:
        """Replace a comment's text; None when it was deleted meanwhile.

        OutOfDateError when it was edited since `comment` was read, on a Bitbucket that knows.
        """

    def set_build_status(self, commit: str, status: BuildStatus) -> Call[None]:
        """Set or overwrite a commit's build status."""

    def put_insight_report(self, commit: str, report: InsightReport) -> Call[None]:
        """Set or replace a Code Insights report of a commit.

        PermissionMissingError also when another access token created it, on Data Center.
        """

    def delete_insight_report(self, commit: str, key: str) -> Call[None]:
        """Delete a report with its annotations; that there is none is no error."""

    def annotate(
        self, commit: str, key: str, annotations: Sequence[Annotation]
    ) -> tuple[Call[None], ...]:
        """Add annotations to a report that has none, MOST_ANNOTATIONS at the most."""

    def webhooks(self) -> Call[Page[Webhook]]:
        """The repository's webhooks."""

    def create_webhook(self, spec: WebhookSpec) -> Call[Webhook]:
        """Create a webhook."""

    def update_webhook(self, webhook_id: str, spec: WebhookSpec) -> Call[Webhook]:
        """Make an existing webhook as `spec` says, its secret included."""

    def delete_webhook(self, webhook_id: str) -> Call[None]:
        """Delete a webhook; that it is gone already is no error."""


def repository_of(
    identity: CloudIdentity | DataCenterIdentity, cloud_api_url: str
) -> BitbucketRepository:
    """The calls on the repository with this identity."""
    match identity:
        case CloudIdentity():
            return CloudRepository(cloud_api_url, identity.workspace_uuid, identity.repository_uuid)
        case DataCenterIdentity():
            return DataCenterRepository(
                identity.base_url,
                identity.project_key,
                identity.slug,
                web_url=identity.web_url,
                repository_id=identity.repository_id,
                has_repository_builds=release(identity.version) >= FIRST_WITH_REPOSITORY_BUILDS,
            )
