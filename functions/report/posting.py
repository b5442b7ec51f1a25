"""Makes a pull request show what was planned, writing only what differs from what it shows."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from aws_lambda_powertools import Logger

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.bitbucket.vocabulary import BuildStatus, Comment
from bitbucket_integration.errors import (
    BitbucketUnavailableError,
    NotFoundInBitbucketError,
    OutOfDateError,
    PermissionMissingError,
    TryAgainLaterError,
)
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import SubmissionStatus
from decision import Knowledge, Plan, marker
from report_footer import has_footer

logger = Logger(service="report", child=True)

_MOST_UPDATES = 3


@dataclass(frozen=True, slots=True)
class Posting:
    """Applies plans. What a crash after any step leaves undone, the next run does."""

    client: BitbucketClient
    repository: BitbucketRepository
    submissions: SubmissionStore
    pull_requests: PullRequestStore

    def apply(self, known: Knowledge, plan: Plan) -> None:
        """Carry out a plan. Raises a BitbucketError."""
        record = known.record
        if plan.comment is not None:
            record = self._comment(known, plan.comment, plan.reported_commit)
        if plan.build_status is not None and known.head is not None:
            record = self._build_status(known, record, plan.build_status, known.head)
        for mark in plan.marks:
            posted = mark.status is SubmissionStatus.POSTED
            self.submissions.mark(
                mark.submission,
                mark.status,
                mark.reason,
                mark.detail,
                record.comment_url if posted else "",
            )

    def _comment(self, known: Knowledge, text: str, commit: str) -> PullRequestRecord:
        record, digest = known.record, _digest(text)
        comment = self._shown(known, text, digest)
        posted = replace(
            record,
            comment_id=comment.id,
            comment_url=comment.web_url,
            comment_digest=digest,
            reported_commit=commit,
        )
        self._remember(known, record, posted)
        return posted

    def _shown(self, known: Knowledge, text: str, digest: str) -> Comment:
        """The comment with this text: the one we know of, one with our footer, or a new one."""
        number, record = known.pull_request.id, known.record
        if record.comment_id:
            shown = self.client.run(self.repository.comment(number, record.comment_id))
            if shown is not None and record.comment_digest == digest:
                return shown
            updated = shown and self._update(number, shown, text)
            if updated:
                return updated
        # Posted by a run that ended before it could store the id.
        for candidate in self._with_footer(known):
            updated = self._update(number, candidate, text)
            if updated:
                return updated
        created = self.client.run(self.repository.create_comment(number, text))
        if created is None:
            raise BitbucketUnavailableError(
                "commenting on the pull request: the new comment is deleted already"
            )
        logger.info("comment created", comment_id=created.id)
        return created

    def _update(self, number: int, comment: Comment, text: str) -> Comment | None:
        """The comment with this text; None when it is deleted, or not ours to edit."""
        seen: Comment | None = comment
        for _ in range(_MOST_UPDATES):
            if seen is None:
                return None
            try:
                return self.client.run(self.repository.update_comment(number, seen, text))
            except PermissionMissingError:
                # Only its author may edit a comment: this one was posted with an earlier access
                # token, or by somebody who copied ours.
                logger.warning("comment not ours to edit", comment_id=comment.id)
                return None
            except OutOfDateError:
                # Data Center wants to hear which version is replaced.
                seen = self.client.run(self.repository.comment(number, comment.id))
        raise TryAgainLaterError("updating the comment: it is being changed by somebody else")

    def _with_footer(self, known: Knowledge) -> Iterator[Comment]:
        ours = marker(known.integration_id)
        for comment in self.client.items(self.repository.comments(known.pull_request.id)):
            if comment is None or comment.is_reply or comment.id == known.record.comment_id:
                continue
            if has_footer(comment.text, ours):
                yield comment

    def _build_status(
        self, known: Knowledge, record: PullRequestRecord, status: BuildStatus, head: str
    ) -> PullRequestRecord:
        status = replace(status, url=record.comment_url or status.url)
        digest = _digest(json.dumps([head, asdict(status)]))
        posted = replace(record, head=head, build_status_digest=digest)
        if digest != record.build_status_digest:
            try:
                self.client.run(self.repository.set_build_status(head, status))
            except NotFoundInBitbucketError:
                # A fork's commit need not exist in the repository that the pull request is for.
                logger.warning("no commit to set the build status on", commit=head)
        if head != known.record.head:
            self.pull_requests.add_head(known.integration_id, head, known.pull_request.id)
        self._remember(known, record, posted)
        return posted

    def _remember(
        self, known: Knowledge, before: PullRequestRecord, after: PullRequestRecord
    ) -> None:
        if after != before:
            self.pull_requests.put(known.integration_id, after)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
