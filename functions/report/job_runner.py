"""Runs one report job, and settles what its failure means for the integration and for CI."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aws_lambda_powertools import Logger

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.bitbucket.repository import BitbucketRepository, repository_of
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    BitbucketError,
    IntegrationError,
    MissingSecretError,
    NotFoundInBitbucketError,
    PermissionMissingError,
)
from bitbucket_integration.integration import Health, Integration
from bitbucket_integration.report_job import SUBMITTED, CommitJob, PullRequestJob, ReportJob
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.stores.secrets import SecretReader, access_token_name
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import Submission, SubmissionStatus
from decision import decide
from gathering import Gathering
from posting import Posting

logger = Logger(service="report", child=True)


class RepositoryOutOfReachError(NotFoundInBitbucketError):
    """Not a pull request alone: the repository is gone, or the access token may not see it."""


_WAITING_FOR_PULL_REQUEST = "Waiting: no open pull request has this commit as its head yet."


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Jobs end quietly when there is nothing (left) to do; what can be tried again raises."""

    integrations: IntegrationStore
    submissions: SubmissionStore
    pull_requests: PullRequestStore
    secrets: SecretReader
    queue: ReportQueue
    network: Network
    access_token_prefix: str
    cloud_api_url: str
    now: Callable[[], float]

    def run(self, job: ReportJob, job_id: str) -> str:
        """Do the job; answers in a word what came of it.

        Raises TryAgainLaterError, and any error that is a fault of this code. `job_id` is the same
        for every try.
        """
        integration = self.integrations.get(job.integration_id)
        if integration is None:
            return "integration deleted"
        try:
            outcome = self._with_access(integration, job, job_id)
        except (
            AccessTokenRejectedError,
            PermissionMissingError,
            MissingSecretError,
            RepositoryOutOfReachError,
        ) as error:
            # Only an admin can mend this; trying again would be in vain.
            self._record_health(integration, error)
            self.give_up(job, error)
            return error.reason
        self.integrations.record_health(integration, Health(since=self._timestamp()))
        return outcome

    def give_up(self, job: ReportJob, error: Exception) -> None:
        """Tell CI that a job's submissions will not be posted, and why."""
        reason = error.reason if isinstance(error, IntegrationError) else "internal_error"
        detail = str(error) if isinstance(error, IntegrationError) else "See the function's log."
        for submission in self._waiting(job):
            self.submissions.mark(submission, SubmissionStatus.FAILED, reason, detail)

    def _with_access(self, integration: Integration, job: ReportJob, job_id: str) -> str:
        name = access_token_name(self.access_token_prefix, integration.id)
        access_token = self.secrets.read(name)
        try:
            return self._run(integration, job, job_id, access_token)
        except (AccessTokenRejectedError, PermissionMissingError):
            # It may have been replaced since this function last read it.
            self.secrets.forget(name)
            replacement = self.secrets.read(name)
            if replacement == access_token:
                raise
            return self._run(integration, job, job_id, replacement)

    def _run(self, integration: Integration, job: ReportJob, job_id: str, access_token: str) -> str:
        client = BitbucketClient(access_token, self.network)
        repository = repository_of(integration.repository, self.cloud_api_url)
        if isinstance(job, CommitJob):
            try:
                return self._queue_pull_requests(client, repository, job, job_id)
            except NotFoundInBitbucketError as error:
                raise RepositoryOutOfReachError(str(error)) from error
        gathering = Gathering(client, repository, integration, self.submissions, self.pull_requests)
        try:
            known = gathering.gather(job)
        except NotFoundInBitbucketError as error:
            # Either the pull request is gone, or the whole repository is out of reach.
            return self._without_pull_request(client, repository, job, error)
        if job.commit and job.cause != SUBMITTED:
            self.pull_requests.add_head(integration.id, job.commit, job.pull_request_id)
        plan = decide(known)
        Posting(client, repository, self.submissions, self.pull_requests).apply(known, plan)
        return known.pull_request.state.value

    def _without_pull_request(
        self,
        client: BitbucketClient,
        repository: BitbucketRepository,
        job: PullRequestJob,
        error: NotFoundInBitbucketError,
    ) -> str:
        try:
            client.run(repository.describe())
        except NotFoundInBitbucketError as lost:
            raise RepositoryOutOfReachError(str(lost)) from lost
        self.give_up(job, error)
        return error.reason

    def _queue_pull_requests(
        self, client: BitbucketClient, repository: BitbucketRepository, job: CommitJob, job_id: str
    ) -> str:
        heads = 0
        for pull_request in client.items(repository.open_pull_requests()):
            if pull_request.head and job.commit.startswith(pull_request.head):
                heads += 1
                found = PullRequestJob(job.integration_id, pull_request.id, job.cause, job.commit)
                self.queue.send(found, f"{job_id}/{pull_request.id}")
        if heads:
            return "queued"
        former = self.pull_requests.with_former_head(job.integration_id, job.commit)
        for submission in self._waiting(job):
            if former:
                detail = f"Pull request {former[0]} is at another commit now, or closed."
                self.submissions.mark(
                    submission, SubmissionStatus.SUPERSEDED, "newer_commit", detail
                )
            else:
                self.submissions.mark(
                    submission,
                    SubmissionStatus.QUEUED,
                    "no_pull_request",
                    _WAITING_FOR_PULL_REQUEST,
                )
        return "superseded" if former else "waiting"

    def _waiting(self, job: ReportJob) -> list[Submission]:
        waiting: list[Submission] = []
        if job.commit:
            waiting += self.submissions.of_commit(job.integration_id, job.commit)
        if isinstance(job, PullRequestJob):
            waiting += self.submissions.of_pull_request(job.integration_id, job.pull_request_id)
        return [one for one in waiting if one.status is SubmissionStatus.QUEUED]

    def _record_health(
        self, integration: Integration, error: BitbucketError | MissingSecretError
    ) -> None:
        logger.warning("no access", reason=error.reason)
        health = Health(error.reason, f"{error}.", self._timestamp())
        self.integrations.record_health(integration, health)

    def _timestamp(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="seconds")
