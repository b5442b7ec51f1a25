"""Makes a pull request show what was planned, writing only what differs from what it shows."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from aws_lambda_powertools import Logger

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.bitbucket.vocabulary import BuildState, BuildStatus, PullRequestState
from bitbucket_integration.build_status import last_word
from bitbucket_integration.errors import NotFoundInBitbucketError
from bitbucket_integration.integration import Integration
from bitbucket_integration.published_report import PublishedReport
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.stores.deadlines import Deadline, DeadlineStore
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.reports import ReportStore
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import SubmissionStatus
from build_statuses import Awaiting, CommitStatus
from comment_posting import CommentPosting
from decision import Insights, Plan, marker
from gating import says
from insights import with_comment
from insights_posting import InsightsPosting
from knowledge import Knowledge
from publication import publication_digest

logger = Logger(service="report", child=True)


@dataclass(frozen=True, slots=True)
class Posting:
    """Applies plans. What a crash after any step leaves undone, the next run does."""

    client: BitbucketClient
    repository: BitbucketRepository
    submissions: SubmissionStore
    pull_requests: PullRequestStore
    reports: ReportStore
    deadlines: DeadlineStore

    def apply(self, known: Knowledge, plan: Plan) -> None:
        """Carry out a plan. Raises a BitbucketError."""
        record = known.record
        if plan.stopped:
            record = self._stop(known, record, plan.stopped)
        if known.head and known.pull_request.state is PullRequestState.OPEN:
            record = self._follow(known, record, known.head)
            if plan.report:
                record = self._keep(known, record, plan.report, known.head)
            if plan.comment is not None:
                record = self._comment(known, record, plan.comment)
            if plan.build_status:
                record = self._build_status(known, record, plan.build_status, plan.awaiting)
            if plan.insights:
                record = self._insights(known, record, plan.insights)
        self._mark(plan, record)

    def leave(self, integration: Integration, pull_request_id: int) -> None:
        """Let nobody wait for a pull request that is gone. Raises a BitbucketError."""
        record = self.pull_requests.get(integration.id, pull_request_id)
        status = last_word(record, integration, f"Pull request {pull_request_id} is gone.")
        if status is not None:
            self._set_status(record.head, status)
            left = replace(record, build_state=status.state.value, build_status_digest="")
            self.pull_requests.put(integration.id, left)

    def _stop(
        self, known: Knowledge, record: PullRequestRecord, stopped: CommitStatus
    ) -> PullRequestRecord:
        """Close a status of which nothing will come; should it be wanted again, it waits anew."""
        digest = self._set_status(stopped.commit, stopped.status)
        return self._remember(
            known,
            record,
            build_state=BuildState.STOPPED.value,
            build_status_digest=digest,
            awaited_since="",
        )

    def _follow(self, known: Knowledge, record: PullRequestRecord, head: str) -> PullRequestRecord:
        """Note that the pull request has another head, which shows nothing of us yet."""
        skip_marker = known.settings.skip_marker
        missed = "" if says(known.head_message, skip_marker) else skip_marker
        if record.head == head:
            return self._remember(known, record, marker_missed=missed)
        self.pull_requests.add_head(known.integration_id, head, known.pull_request.id)
        return self._remember(
            known,
            record,
            head=head,
            build_state="",
            build_status_digest="",
            awaited_since="",
            marker_missed=missed,
            insights_digest="",
        )

    def _keep(
        self, known: Knowledge, record: PullRequestRecord, report: PublishedReport, head: str
    ) -> PullRequestRecord:
        """Keep the report for its page, before anything leads there."""
        digest = publication_digest(known, head)
        if digest != record.report_digest:
            self.reports.put(report)
        before = record.reported_commit
        compared = record.compared_commit if before == head else before
        return self._remember(
            known, record, report_digest=digest, reported_commit=head, compared_commit=compared
        )

    def _comment(self, known: Knowledge, record: PullRequestRecord, text: str) -> PullRequestRecord:
        digest, number = _digest(text), known.pull_request.id
        comments = CommentPosting(
            self.client, self.repository, number, marker(known.integration_id)
        )
        is_shown = record.comment_digest == digest
        comment = comments.post(text, record.comment_id, is_shown=is_shown)
        return self._remember(
            known,
            record,
            comment_id=comment.id,
            comment_url=comment.web_url,
            comment_digest=digest,
        )

    def _build_status(
        self,
        known: Knowledge,
        record: PullRequestRecord,
        status: BuildStatus,
        awaiting: Awaiting | None,
    ) -> PullRequestRecord:
        if status.url == known.pull_request.web_url and record.comment_url:
            status = replace(status, url=record.comment_url)
        if awaiting and awaiting.until:
            # First, so that no status is in progress for ever.
            number = known.pull_request.id
            self.deadlines.put(Deadline(awaiting.until, known.integration_id, number))
        digest = _status_digest(record.head, status)
        if digest != record.build_status_digest:
            self._set_status(record.head, status)
        return self._remember(
            known,
            record,
            build_state=status.state.value,
            build_status_digest=digest,
            awaited_since=awaiting.since if awaiting else "",
        )

    def _set_status(self, commit: str, status: BuildStatus) -> str:
        try:
            self.client.run(self.repository.set_build_status(commit, status))
        except NotFoundInBitbucketError:
            # A fork's commit need not exist in the repository that the pull request is for.
            logger.warning("no commit to set the build status on", commit=commit)
        return _status_digest(commit, status)

    def _insights(
        self, known: Knowledge, record: PullRequestRecord, insights: Insights
    ) -> PullRequestRecord:
        report = insights.report
        if record.comment_url:
            report = with_comment(report, record.comment_url)
        digest = _digest(json.dumps([record.head, asdict(replace(insights, report=report))]))
        if digest == record.insights_digest:
            return record
        posting = InsightsPosting(self.client, self.repository)
        posted = posting.post(record.head, report, insights.annotations)
        return self._remember(known, record, insights_digest=digest) if posted else record

    def _mark(self, plan: Plan, record: PullRequestRecord) -> None:
        for mark in plan.marks:
            posted = mark.status is SubmissionStatus.POSTED
            self.submissions.mark(
                mark.submission,
                mark.status,
                mark.reason,
                mark.detail,
                record.comment_url if posted else "",
            )

    def _remember(
        self, known: Knowledge, before: PullRequestRecord, **changes: Any
    ) -> PullRequestRecord:
        after = replace(before, **changes)
        if after != before:
            self.pull_requests.put(known.integration_id, after)
        return after


def _status_digest(commit: str, status: BuildStatus) -> str:
    return _digest(json.dumps([commit, asdict(status)]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
