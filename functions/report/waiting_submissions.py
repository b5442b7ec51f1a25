"""The submissions that CI waits to see posted, and how it hears that they will not be."""

from dataclasses import dataclass

from bitbucket_integration.report_job import CommitJob, PullRequestJob, ReportJob
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import PAUSED, Submission, SubmissionStatus
from failure import failure_of

_PAUSED = "Waiting: an admin has paused the reports of this repository."


@dataclass(frozen=True, slots=True)
class WaitingSubmissions:
    """Those of a job: for its commit, and for its pull request when they named no commit."""

    submissions: SubmissionStore

    def of(self, job: ReportJob) -> list[Submission]:
        """The submissions of a job that are neither posted nor given up."""
        found: list[Submission] = []
        if isinstance(job, PullRequestJob | CommitJob) and job.commit:
            found += self.submissions.of_commit(job.integration_id, job.commit)
        if isinstance(job, PullRequestJob):
            found += self.submissions.of_pull_request(job.integration_id, job.pull_request_id)
        return [one for one in found if one.status is SubmissionStatus.QUEUED]

    def pause(self, job: ReportJob) -> None:
        """Tell CI that a job's submissions wait for the integration to go on."""
        for submission in self.of(job):
            self.submissions.mark(submission, SubmissionStatus.QUEUED, PAUSED, _PAUSED)

    def give_up(self, job: ReportJob, error: Exception) -> None:
        """Tell CI that a job's submissions will not be posted, and why."""
        failure = failure_of(error)
        for submission in self.of(job):
            self.submissions.mark(
                submission, SubmissionStatus.FAILED, failure.reason, failure.detail
            )
