"""Finds the pull requests that results for a commit are about."""

from dataclasses import dataclass

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.report_job import CommitJob, PullRequestJob
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.submission import SubmissionStatus
from waiting_submissions import WaitingSubmissions

_WAITING_FOR_PULL_REQUEST = "Waiting: no open pull request has this commit as its head yet."


@dataclass(frozen=True, slots=True)
class CommitLookup:
    """Queues a job for each open pull request with this head, or tells CI that there is none."""

    pull_requests: PullRequestStore
    queue: ReportQueue
    waiting: WaitingSubmissions

    def run(
        self, client: BitbucketClient, repository: BitbucketRepository, job: CommitJob, job_id: str
    ) -> str:
        """Do the job; answers in a word what came of it. Raises a BitbucketError."""
        heads = 0
        for pull_request in client.items(repository.open_pull_requests()):
            if pull_request.head and job.commit.startswith(pull_request.head):
                heads += 1
                found = PullRequestJob(job.integration_id, pull_request.id, job.cause, job.commit)
                self.queue.send(found, f"{job_id}/{pull_request.id}")
        if heads:
            return "queued"
        former = self.pull_requests.with_former_head(job.integration_id, job.commit)
        return self._superseded(job, former[0]) if former else self._waiting(job)

    def _superseded(self, job: CommitJob, pull_request: int) -> str:
        detail = f"Pull request {pull_request} is at another commit now, or closed."
        self._mark(job, SubmissionStatus.SUPERSEDED, "newer_commit", detail)
        return "superseded"

    def _waiting(self, job: CommitJob) -> str:
        self._mark(job, SubmissionStatus.QUEUED, "no_pull_request", _WAITING_FOR_PULL_REQUEST)
        return "waiting"

    def _mark(self, job: CommitJob, status: SubmissionStatus, reason: str, detail: str) -> None:
        for submission in self.waiting.of(job):
            self.waiting.submissions.mark(submission, status, reason, detail)
