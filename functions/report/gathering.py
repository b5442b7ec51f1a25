"""Gathers what a decision about a pull request rests on: Bitbucket, the table, the bucket."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.bitbucket.vocabulary import Commit, PullRequest, PullRequestState
from bitbucket_integration.errors import NotFoundInBitbucketError
from bitbucket_integration.integration import Integration
from bitbucket_integration.permitted_samples import permitted, permitted_report
from bitbucket_integration.published_report import PublishedReport, ReportSummary
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.report_job import PullRequestJob
from bitbucket_integration.report_settings import ReportSettings
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.reports import ReportStore
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import FULL_COMMIT, Submission
from knowledge import Knowledge, Results


@dataclass(frozen=True, slots=True)
class Gathering:
    """Reads; the only thing it writes is which commit a submission is about that did not say so."""

    client: BitbucketClient
    repository: BitbucketRepository
    integration: Integration
    submissions: SubmissionStore
    pull_requests: PullRequestStore
    reports: ReportStore

    def gather(self, job: PullRequestJob, now: str, report_url: str | None) -> Knowledge:
        """What is true of the job's pull request now. Raises a BitbucketError.

        `now` is ISO 8601 in UTC, `report_url` where the pull request's reports are shown.
        """
        settings = ReportSettings.stored(self.integration.settings)
        pull_request = self.client.run(self.repository.pull_request(job.pull_request_id))
        record = self.pull_requests.get(self.integration.id, pull_request.id)
        named = self._for_commit(pull_request.head)
        head = self._head(pull_request, record, named, settings)
        attached = self._attached(pull_request, head.hash or None)
        current = _in_order(named, attached, head.hash) if head.hash else []
        history = self.reports.history(self.integration.id, pull_request.id) if current else []
        shown = self._shown(record, head.hash, settings)
        return Knowledge(
            integration_id=self.integration.id,
            repository_name=self.integration.repository.full_name,
            repository_url=self.integration.repository.web_url,
            pull_request=pull_request,
            head=head.hash or None,
            record=record,
            now=now,
            settings=settings,
            head_message=head.message,
            current=self._results(current, settings),
            outdated=self._outdated(job, head.hash, attached),
            previous=(shown or self._previous(history, record, head.hash)) if current else None,
            kept=self._kept(history, head.hash, current) if current else None,
            shown=shown,
            report_url=report_url,
            access_token_expires=self.integration.access_token_expires,
        )

    def _head(
        self,
        pull_request: PullRequest,
        record: PullRequestRecord,
        named: Iterable[Submission],
        settings: ReportSettings,
    ) -> Commit:
        """The head in full, and its message where one may turn reports off; empty without a head.

        Bitbucket Cloud shortens heads in pull requests (BCLOUD-21201).
        """
        shown = pull_request.head
        if shown is None:
            return Commit("", "")
        candidates = (shown, record.head, *(one.commit or "" for one in named))
        known = [one for one in candidates if FULL_COMMIT.fullmatch(one) and one.startswith(shown)]
        is_open, marker = pull_request.state is PullRequestState.OPEN, settings.skip_marker
        was_read = record.head in known and record.marker_missed == marker
        if known and (was_read or not marker or not is_open):
            return Commit(known[0], "")
        try:
            return self.client.run(self.repository.commit(shown))
        except NotFoundInBitbucketError:
            # A fork's commits need not be visible in the repository it was forked from.
            return Commit(known[0] if known else shown, "")

    def _previous(
        self, history: Sequence[ReportSummary], record: PullRequestRecord, head: str
    ) -> PublishedReport | None:
        """What the pull request showed before: after a reset of its branch, not the newest."""
        reported = record.reported_commit
        before = record.compared_commit if reported == head else reported
        others = [line for line in history if line.commit != head]
        for line in [one for one in others if one.commit == before] or others:
            return self.reports.of_summary(self.integration.id, line)
        return None

    def _kept(
        self, history: Sequence[ReportSummary], head: str, current: Sequence[Submission]
    ) -> PublishedReport | None:
        newest = next((line for line in history if line.commit == head), None)
        if newest is None or newest.created_at == max(one.submitted_at for one in current):
            return None
        return self.reports.of_summary(self.integration.id, newest)

    def _shown(
        self, record: PullRequestRecord, head: str, settings: ReportSettings
    ) -> PublishedReport | None:
        """The report that the comment speaks of, if that is about another commit than the head."""
        if not record.comment_id or record.reported_commit in {"", head}:
            return None
        number, commit = record.pull_request_id, record.reported_commit
        published = self.reports.get(self.integration.id, number, commit)
        return published and permitted_report(published, settings)

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
        head: str,
        attached: Iterable[Submission],
    ) -> list[Submission]:
        outdated = [one for one in attached if one.commit != head]
        # The job's commit is shortened when a webhook of Bitbucket Cloud named it.
        if job.commit and not head.startswith(job.commit):
            outdated += self._for_commit(job.commit)
        return outdated

    def _results(
        self, submissions: Iterable[Submission], settings: ReportSettings
    ) -> list[Results]:
        results: list[Results] = []
        for submission in submissions:
            try:
                models = permitted(self.submissions.models(submission), settings)
                results.append(Results(submission, models))
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
