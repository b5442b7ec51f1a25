"""Goes through a repository after a time in which nothing was reported."""

from dataclasses import dataclass

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.report_job import PullRequestJob, RepositoryJob, job_of
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import PAUSED


@dataclass(frozen=True, slots=True)
class CatchingUp:
    """Queues a job for each open pull request, and for all that CI has sent meanwhile.

    What was sent for a commit that is no pull request's head has to be told so.
    """

    submissions: SubmissionStore
    queue: ReportQueue

    def run(
        self,
        client: BitbucketClient,
        repository: BitbucketRepository,
        job: RepositoryJob,
        job_id: str,
    ) -> str:
        """Do the job; answers in a word what came of it. Raises a BitbucketError."""
        for pull_request in client.items(repository.open_pull_requests()):
            one = PullRequestJob(job.integration_id, pull_request.id, job.cause)
            self.queue.send(one, f"{job_id}/{pull_request.id}")
        for submission in self.submissions.waiting(job.integration_id, PAUSED):
            self.queue.send(job_of(submission), f"{job_id}/{submission.id}")
        return "queued"
