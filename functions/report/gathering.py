"""Gathers what a decision about a pull request rests on: Bitbucket, the table, the bucket."""

from collections.abc import Iterable
from dataclasses import dataclass

from botocore.exceptions import ClientError

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.bitbucket.vocabulary import PullRequest, PullRequestState
from bitbucket_integration.errors import NotFoundInBitbucketError
from bitbucket_integration.integration import Integration
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.report_job import PullRequestJob
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import FULL_COMMIT, Submission
from decision import Knowledge, Results


@dataclass(frozen=True, slots=True)
class Gathering:
    """Reads; the only thing it writes is which commit a submission is about that did not say so."""

    client: BitbucketClient
    repository: BitbucketRepository
    integration: Integration
    submissions: SubmissionStore
    pull_requests: PullRequestStore

    def gather(self, job: PullRequestJob) -> Knowledge:
        """What is true of the job's pull request now. Raises a BitbucketError."""
        pull_request = self.client.run(self.repository.pull_request(job.pull_request_id))
        record = self.pull_requests.get(self.integration.id, pull_request.id)
        named = self._for_commit(pull_request.head)
        head = self._head(pull_request, record, named)
        attached = self._attached(pull_request, head)
        current = _in_order(named, attached, head) if head else []
        earlier: list[Submission] = []
        if head and not current and record.reported_commit not in {"", head}:
            before = record.reported_commit
            earlier = _in_order(self._for_commit(before), attached, before)
        return Knowledge(
            integration_id=self.integration.id,
            repository_url=self.integration.repository.web_url,
            pull_request=pull_request,
            head=head,
            record=record,
            current=self._results(current),
            earlier=self._results(earlier),
            outdated=self._outdated(job, head, attached),
        )

    def _head(
        self, pull_request: PullRequest, record: PullRequestRecord, named: Iterable[Submission]
    ) -> str | None:
        """The head in full. Bitbucket Cloud shortens it in pull requests (BCLOUD-21201)."""
        shown = pull_request.head
        if shown is None or FULL_COMMIT.fullmatch(shown):
            return shown
        for commit in (record.head, *(one.commit or "" for one in named)):
            if FULL_COMMIT.fullmatch(commit) and commit.startswith(shown):
                return commit
        try:
            return self.client.run(self.repository.full_commit(shown))
        except NotFoundInBitbucketError:
            # A fork's commits need not be visible in the repository it was forked from.
            return shown

    def _attached(self, pull_request: PullRequest, head: str | None) -> list[Submission]:
        """The submissions that named only the pull request, each with its commit.

        They are about the head at the time when they are first looked at.
        """
        named = self.submissions.of_pull_request(self.integration.id, pull_request.id)
        if head is None or pull_request.state is not PullRequestState.OPEN:
            return named
        return [one if one.commit else self.submissions.attach(one, head) for one in named]

    def _for_commit(self, commit: str | None) -> list[Submission]:
        return self.submissions.of_commit(self.integration.id, commit) if commit else []

    def _outdated(
        self,
        job: PullRequestJob,
        head: str | None,
        attached: Iterable[Submission],
    ) -> list[Submission]:
        outdated = [one for one in attached if one.commit != head]
        # The job's commit is shortened when a webhook of Bitbucket Cloud named it.
        if job.commit and not (head or "").startswith(job.commit):
            outdated += self._for_commit(job.commit)
        return outdated

    def _results(self, submissions: Iterable[Submission]) -> list[Results]:
        results: list[Results] = []
        for submission in submissions:
            try:
                results.append(Results(submission, self.submissions.models(submission)))
            except ClientError as error:
                # The bucket's lifecycle and the table's TTL do not run at the same minute.
                if error.response["Error"]["Code"] != "NoSuchKey":
                    raise
        return results


def _in_order(
    named: Iterable[Submission], attached: Iterable[Submission], commit: str
) -> list[Submission]:
    """The submissions for a commit, oldest first, whether they named it or its pull request."""
    found = [one for one in (*named, *attached) if one.commit == commit]
    return sorted(found, key=lambda one: (one.submitted_at, one.id))
