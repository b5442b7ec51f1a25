"""Runs one report job, and settles what its failure means for the integration and for CI."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from bitbucket_integration.activity import LastReport
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.bitbucket.repository import BitbucketRepository, repository_of
from bitbucket_integration.bitbucket.vocabulary import BuildState
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    AddressRefusedError,
    IntegrationError,
    MissingSecretError,
    MovedInBitbucketError,
    NotFoundInBitbucketError,
    PermissionMissingError,
    RequestRefusedError,
    TlsError,
)
from bitbucket_integration.integration import Health, Integration
from bitbucket_integration.report_job import (
    DEADLINE,
    CommitJob,
    PullRequestJob,
    ReportJob,
    RepositoryJob,
)
from bitbucket_integration.stores.activity import ActivityStore
from bitbucket_integration.stores.deadlines import DeadlineStore
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.stores.reports import ReportStore
from bitbucket_integration.stores.secrets import SecretReader, access_token_name
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import PAUSED
from bitbucket_integration.timestamps import timestamp
from catching_up import CatchingUp
from commit_lookup import CommitLookup
from decision import decide
from failure import failure_of
from gathering import Gathering
from job_log import REPORTED, JobLog
from posting import Posting
from repository_lookup import RepositoryOutOfReachError, check_reach, moved_identity
from waiting_submissions import WaitingSubmissions

logger = Logger(service="report", child=True)


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Jobs end quietly when there is nothing (left) to do; what can be tried again raises."""

    integrations: IntegrationStore
    activity: ActivityStore
    submissions: SubmissionStore
    pull_requests: PullRequestStore
    reports: ReportStore
    deadlines: DeadlineStore
    secrets: SecretReader
    queue: ReportQueue
    network: Network
    access_token_prefix: str
    cloud_api_url: str
    report_url: Callable[[Integration, int], str | None]
    now: Callable[[], float]

    def run(self, job: ReportJob, job_id: str, queued_at: float) -> str:
        """Do the job; answers in a word what came of it.

        Raises TryAgainLaterError, TlsError, and any error that is a fault of this code. `job_id`
        and `queued_at`, in seconds since 1970, are the same for every try.
        """
        integration = self.integrations.get(job.integration_id)
        if integration is None:
            return "integration deleted"
        if isinstance(job, PullRequestJob) and job.is_event:
            # Whatever becomes of the job: the webhook works.
            self.activity.record_event(integration.id, job.cause, timestamp(queued_at))
        if integration.paused:
            # Once it goes on, every open pull request is brought up to date.
            self._waiting.pause(job)
            return PAUSED
        if job.cause == DEADLINE and self._is_settled(job):
            return "settled"
        done = JobLog(self.activity, job, job_id, queued_at)
        try:
            outcome = self._with_access(integration, job, job_id)
        except (
            AccessTokenRejectedError,
            AddressRefusedError,
            MissingSecretError,
            PermissionMissingError,
            RepositoryOutOfReachError,
            RequestRefusedError,
        ) as error:
            # Only a person can mend this; trying again would be in vain.
            self._record_trouble(integration, error)
            self._waiting.give_up(job, error)
            done.failed(error)
            return error.reason
        except TlsError as error:
            # Somebody may be renewing a certificate; the report shall not be missing afterwards.
            self._record_trouble(integration, error)
            raise
        self.integrations.record_health(integration, Health(since=timestamp(self.now())))
        done.ended(outcome)
        return outcome

    def give_up(self, job: ReportJob, job_id: str, queued_at: float, error: Exception) -> None:
        """Tell CI and the admin that a job's submissions will not be posted, and why."""
        self._waiting.give_up(job, error)
        JobLog(self.activity, job, job_id, queued_at).failed(error)

    def _with_access(self, integration: Integration, job: ReportJob, job_id: str) -> str:
        name = access_token_name(self.access_token_prefix, integration.access_token_owner)
        access_token = self.secrets.read(name)
        try:
            return self._where_it_is(integration, job, job_id, access_token)
        except (AccessTokenRejectedError, PermissionMissingError):
            # It may have been replaced since this function last read it.
            self.secrets.forget(name)
            replacement = self.secrets.read(name)
            if replacement == access_token:
                raise
            return self._where_it_is(integration, job, job_id, replacement)

    def _where_it_is(
        self, integration: Integration, job: ReportJob, job_id: str, access_token: str
    ) -> str:
        client = BitbucketClient(access_token, self.network)
        try:
            return self._run(client, integration, job, job_id)
        except MovedInBitbucketError as moved:
            today = moved_identity(client, integration.repository, moved)
        self.integrations.record_repository(integration, today)
        logger.info("repository moved", repository=today.full_name)
        return self._run(client, replace(integration, repository=today), job, job_id)

    def _run(
        self, client: BitbucketClient, integration: Integration, job: ReportJob, job_id: str
    ) -> str:
        repository = repository_of(integration.repository, self.cloud_api_url)
        if not isinstance(job, PullRequestJob):
            try:
                return self._queue(client, repository, job, job_id)
            except NotFoundInBitbucketError as error:
                raise RepositoryOutOfReachError(str(error)) from error
        gathering = Gathering(
            client, repository, integration, self.submissions, self.pull_requests, self.reports
        )
        posting = Posting(
            client,
            repository,
            self.submissions,
            self.pull_requests,
            self.reports,
            self.deadlines,
        )
        report_url = self.report_url(integration, job.pull_request_id)
        try:
            known = gathering.gather(job, timestamp(self.now()), report_url)
        except NotFoundInBitbucketError as error:
            # Either the pull request is gone, or the whole repository is out of reach.
            check_reach(client, repository)
            self._waiting.give_up(job, error)
            posting.leave(integration, job.pull_request_id)
            return error.reason
        if job.commit and job.is_event:
            self.pull_requests.add_head(integration.id, job.commit, job.pull_request_id)
        plan = decide(known)
        posting.apply(known, plan)
        if plan.report is None:
            return known.pull_request.state.value
        report = LastReport(job.pull_request_id, plan.report.commit, timestamp(self.now()))
        self.activity.record_report(integration.id, report)
        return REPORTED

    def _queue(
        self,
        client: BitbucketClient,
        repository: BitbucketRepository,
        job: CommitJob | RepositoryJob,
        job_id: str,
    ) -> str:
        if isinstance(job, CommitJob):
            lookup = CommitLookup(self.pull_requests, self.queue, self._waiting)
            return lookup.run(client, repository, job, job_id)
        return CatchingUp(self.submissions, self.queue).run(client, repository, job, job_id)

    def _is_settled(self, job: ReportJob) -> bool:
        """Whether a pull request is known to await nothing, which spares Bitbucket the question."""
        if not isinstance(job, PullRequestJob):
            return False
        record = self.pull_requests.get(job.integration_id, job.pull_request_id)
        return record.build_state not in {"", BuildState.IN_PROGRESS}

    @property
    def _waiting(self) -> WaitingSubmissions:
        return WaitingSubmissions(self.submissions)

    def _record_trouble(self, integration: Integration, error: IntegrationError) -> None:
        logger.warning("no access", reason=error.reason)
        failure = failure_of(error)
        health = Health(failure.reason, failure.detail, timestamp(self.now()))
        self.integrations.record_health(integration, health)
