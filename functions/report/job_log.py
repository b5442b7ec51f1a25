"""Notes for the admin what became of jobs."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bitbucket_integration.activity import ActivityEntry
from bitbucket_integration.report_job import CommitJob, PullRequestJob, ReportJob
from bitbucket_integration.stores.activity import ActivityStore
from failure import failure_of

REPORTED = "reported"
"""The outcome of a job that brought a report up to date."""


@dataclass(frozen=True, slots=True)
class JobLog:
    """One job. All its tries have the same id and the same time, so what is noted is replaced."""

    activity: ActivityStore
    job: ReportJob
    job_id: str
    queued_at: float

    def ended(self, outcome: str) -> None:
        """Note a job that did what there was to do."""
        # The jobs that it queued have notes of their own.
        if outcome != "queued":
            self._note(outcome, "")

    def failed(self, error: Exception) -> None:
        """Note a job that is not tried again."""
        failure = failure_of(error)
        self._note(failure.reason, failure.detail)

    def _note(self, outcome: str, detail: str) -> None:
        job = self.job
        self.activity.record(
            ActivityEntry(
                integration_id=job.integration_id,
                at=datetime.fromtimestamp(self.queued_at, UTC).isoformat(timespec="milliseconds"),
                id=self.job_id,
                cause=job.cause,
                outcome=outcome,
                detail=detail,
                pull_request_id=job.pull_request_id if isinstance(job, PullRequestJob) else None,
                commit=job.commit if isinstance(job, PullRequestJob | CommitJob) else None,
            )
        )
