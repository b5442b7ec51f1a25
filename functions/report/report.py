"""Works through report jobs from the queue, in batches whose failures are told one by one.

A job that fails is hidden for a while and tried again; what keeps failing ends in the dead-letter
queue, which has an alarm.
"""

import os
import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    MalformedJobError,
    TryAgainLaterError,
)
from bitbucket_integration.observability import observers
from bitbucket_integration.report_job import ReportJob, from_message
from bitbucket_integration.report_link import report_url
from bitbucket_integration.settings import ReportSettings
from bitbucket_integration.stores.activity import ActivityStore
from bitbucket_integration.stores.deadlines import DeadlineStore
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.stores.reports import ReportStore
from bitbucket_integration.stores.secrets import SecretReader
from bitbucket_integration.stores.submissions import SubmissionStore
from job_runner import JobRunner
from retrying import retry_delay

_LEAST_MILLISECONDS = 45_000
"""With less time left a job is not begun: it could be cut off between two of its steps."""

logger, metrics = observers("report")


class Processor(SqsFifoPartialProcessor):
    """Skips what is behind a failed record in its group, unless that was the record's last try.

    What is behind it was received as often, and would go to the dead letters without any try.
    """

    def failure_handler(self, record: Any, exception: Any) -> Any:
        """Note a failed record, and that its group is to be skipped from here on."""
        answer = super().failure_handler(record, exception)
        if _worker.is_last_try(record):
            self._failed_group_ids.discard(self._current_group_id)
        return answer


processor = Processor(skip_group_on_error=True)
# A batch in which all jobs wait for Bitbucket is no error of the function.
processor.raise_on_entire_batch_failure = False


class Worker:
    """Runs jobs, and delays the next try of those that fail.

    A FIFO group stands still while one of its messages is in flight. So the delay goes to every
    failed message of a group, also to those that were skipped because one before them failed.
    """

    def __init__(self, environ: Mapping[str, str], now: Callable[[], float]) -> None:
        """Real AWS clients, as the environment says; `now` gives seconds since 1970."""
        settings = ReportSettings.from_environ(environ)
        config = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 3})
        dynamodb = boto3.client("dynamodb", config=config)
        self._sqs = boto3.client("sqs", config=config)
        self._settings = settings
        self._delays: dict[str, int] = {}
        secrets = SecretReader(boto3.client("secretsmanager", config=config), now)
        network = Network.of(settings.network, secrets.read)
        signing_key_arn, public_url = settings.signing_key_arn, settings.public_url
        s3 = boto3.client("s3", config=config)
        self._runner = JobRunner(
            integrations=IntegrationStore(dynamodb, settings.table_name),
            activity=ActivityStore(dynamodb, settings.table_name),
            submissions=SubmissionStore(
                dynamodb,
                s3,
                table_name=settings.table_name,
                bucket_name=settings.bucket_name,
                retention_days=settings.retention_days,
                now=now,
            ),
            pull_requests=PullRequestStore(
                dynamodb, settings.table_name, settings.retention_days, now
            ),
            reports=ReportStore(
                dynamodb,
                s3,
                table_name=settings.table_name,
                bucket_name=settings.bucket_name,
                retention_days=settings.retention_days,
                now=now,
            ),
            deadlines=DeadlineStore(dynamodb, settings.table_name, settings.retention_days, now),
            secrets=secrets,
            queue=ReportQueue(self._sqs, settings.queue_url),
            network=network.trusting(settings.cloud_api_url),
            access_token_prefix=settings.access_token_prefix,
            cloud_api_url=settings.cloud_api_url,
            report_url=lambda integration, number: report_url(
                secrets.read(signing_key_arn), integration, number, public_url
            ),
            now=now,
        )

    def work(self, record: SQSRecord, milliseconds_left: int) -> None:
        """Run a record's job. Whatever it raises makes the queue deliver the record again."""
        try:
            job = from_message(record.body)
        except MalformedJobError:
            metrics.add_metric("JobFailed", MetricUnit.Count, 1)
            logger.exception("malformed", receives=_receives(record))
            raise
        logger.append_keys(
            integration_id=job.integration_id, kind=job.kind, group=job.group, cause=job.cause
        )
        try:
            _check_time(milliseconds_left)
            outcome = self._runner.run(job, record.message_id, _queued_at(record))
        except Exception as error:
            self._failed(record, job, error)
            raise
        metrics.add_metric("JobDone", MetricUnit.Count, 1)
        if outcome == AccessTokenRejectedError.reason:
            metrics.add_metric("AccessTokenRejected", MetricUnit.Count, 1)
        logger.info("done", outcome=outcome)

    def _failed(self, record: SQSRecord, job: ReportJob, error: Exception) -> None:
        receives = _receives(record)
        metrics.add_metric("JobFailed", MetricUnit.Count, 1)
        if self.is_last_try(record):
            logger.error("given up", exc_info=error, receives=receives)
            self._runner.give_up(job, record.message_id, _queued_at(record), error)
            return
        wish = error.retry_after if isinstance(error, TryAgainLaterError) else None
        self._delays[job.group] = _delay(record, wish)
        logger.warning("will be tried again", exc_info=error, receives=receives)

    def is_last_try(self, record: SQSRecord) -> bool:
        """Whether the queue gives a record up if it fails now."""
        return _receives(record) >= self._settings.max_receives

    def delay(self, failed: Iterable[SQSRecord]) -> None:
        """Hide failed records until their next try."""
        for record in failed:
            group = str(record.attributes.message_group_id)
            self._sqs.change_message_visibility(
                QueueUrl=self._settings.queue_url,
                ReceiptHandle=record.receipt_handle,
                VisibilityTimeout=self._delays.get(group) or _delay(record, None),
            )
        self._delays.clear()


def _receives(record: SQSRecord) -> int:
    return int(record.attributes.approximate_receive_count)


def _queued_at(record: SQSRecord) -> float:
    return int(record.attributes.sent_timestamp) / 1000


def _delay(record: SQSRecord, retry_after: float | None) -> int:
    jitter = random.random()  # noqa: S311 no secret depends on it
    return retry_delay(_receives(record), retry_after, jitter)


def _check_time(milliseconds_left: int) -> None:
    if milliseconds_left < _LEAST_MILLISECONDS:
        raise TryAgainLaterError("this invocation has too little time left", retry_after=1)


_worker = Worker(os.environ, time.time)


def record_handler(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Run the job in one record."""
    _worker.work(record, lambda_context.get_remaining_time_in_millis())


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """SQS: a batch of report jobs."""
    answer = process_partial_response(event, record_handler, processor, context)
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    records = (SQSRecord(record) for record in event["Records"])
    _worker.delay(record for record in records if record.message_id in failed)
    return answer
