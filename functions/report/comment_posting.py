"""Keeps one comment on a pull request, however often and late its text is posted."""

from collections.abc import Iterator
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.bitbucket.vocabulary import Comment
from bitbucket_integration.errors import (
    BitbucketUnavailableError,
    OutOfDateError,
    PermissionMissingError,
    TryAgainLaterError,
)
from comment.report_footer import has_footer

logger = Logger(service="report", child=True)

_MOST_UPDATES = 3


@dataclass(frozen=True, slots=True)
class CommentPosting:
    """Finds our comment on one pull request, and changes it or makes one."""

    client: BitbucketClient
    repository: BitbucketRepository
    pull_request_id: int
    marker: str

    def post(self, text: str, known_id: str, *, is_shown: bool) -> Comment:
        """The comment with this text: the one we know of, one with our footer, or a new one.

        `is_shown` says that the comment that we know of, if it is still there, has this text.
        """
        if known_id:
            shown = self.client.run(self.repository.comment(self.pull_request_id, known_id))
            if shown is not None and is_shown:
                return shown
            updated = shown and self._update(shown, text)
            if updated:
                return updated
        # Posted by a run that ended before it could store the id.
        for candidate in self._with_footer(known_id):
            updated = self._update(candidate, text)
            if updated:
                return updated
        created = self.client.run(self.repository.create_comment(self.pull_request_id, text))
        if created is None:
            raise BitbucketUnavailableError(
                "commenting on the pull request: the new comment is deleted already"
            )
        logger.info("comment created", comment_id=created.id)
        return created

    def _update(self, comment: Comment, text: str) -> Comment | None:
        """The comment with this text; None when it is deleted, or not ours to edit."""
        number = self.pull_request_id
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

    def _with_footer(self, known_id: str) -> Iterator[Comment]:
        for comment in self.client.items(self.repository.comments(self.pull_request_id)):
            if comment is None or comment.is_reply or comment.id == known_id:
                continue
            if has_footer(comment.text, self.marker):
                yield comment
