"""What the routes of the diffs function do, made of the environment."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime

import boto3
from botocore.config import Config

from bitbucket_integration.derived_secrets import ci_token, is_same_secret
from bitbucket_integration.errors import IntegrationError, NotAuthenticatedError
from bitbucket_integration.integration import Integration
from bitbucket_integration.permitted_samples import permitted
from bitbucket_integration.report_job import job_of
from bitbucket_integration.report_settings import ReportSettings
from bitbucket_integration.settings import DiffsSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.stores.reports import ReportStore
from bitbucket_integration.stores.secrets import SecretReader
from bitbucket_integration.stores.submissions import SubmissionStore
from bitbucket_integration.submission import Submission, submission_id
from bitbucket_integration.timestamps import timestamp
from formats.hints import Hints
from formats.registry import AUTO, FORMATS, format_of
from full_report.report_reader import ReportReader
from submission_request import Target, unpacked


class UnknownSubmissionError(IntegrationError):
    """There is no submission with this id, or it has expired."""

    reason = "unknown_submission"


class DiffsApi:
    """What CI can do with its token; `reports` finds what links to full reports name."""

    def __init__(self, environ: Mapping[str, str], now: Callable[[], float]) -> None:
        """Real AWS clients, as the environment says; `now` gives seconds since 1970."""
        self.settings = settings = DiffsSettings.from_environ(environ)
        config = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 3})
        dynamodb = boto3.client("dynamodb", config=config)
        s3 = boto3.client("s3", config=config)
        table, bucket, days = settings.table_name, settings.bucket_name, settings.retention_days
        self._now = now
        self._integrations = IntegrationStore(dynamodb, table)
        self._submissions = SubmissionStore(dynamodb, s3, table, bucket, days, now)
        self._secrets = SecretReader(boto3.client("secretsmanager", config=config), now)
        self._queue = ReportQueue(boto3.client("sqs", config=config), settings.queue_url)
        self.reports = ReportReader(
            self._integrations,
            PullRequestStore(dynamodb, table, days, now),
            ReportStore(dynamodb, s3, table, bucket, days, now),
            self._secrets,
            settings.signing_key_arn,
        )

    def authenticate(self, integration_id: str, token: str) -> Integration:
        """The integration that a token is for.

        Raises NotAuthenticatedError alike for an unknown integration and for a wrong token.
        """
        integration = self._integrations.get(integration_id) if token else None
        now = timestamp(self._now())
        versions = integration.ci_token_versions(now) if integration else (1,)
        key = self._secrets.read(self.settings.signing_key_arn)
        tokens = [ci_token(key, integration_id, version) for version in versions]
        same = any(is_same_secret(token, one) for one in tokens)
        if integration is None or not same:
            raise NotAuthenticatedError(
                "the Authorization header must be `Bearer <CI token of this integration>`"
            )
        return integration

    def submit(self, integration: Integration, query: Mapping[str, str], body: bytes) -> Submission:
        """Check, store and queue results.

        Raises InvalidRequestError (a parameter, gzip), SubmissionInvalid (the results) and
        BodyTooLargeError.
        """
        target, hints = Target.from_query(query), Hints.from_query(query)
        text = unpacked(body)
        format_ = format_of(query.get("format", AUTO), text)
        diffs = FORMATS[format_].parse(text, hints)
        models = permitted(diffs, ReportSettings.stored(integration.settings))
        read_as = json.dumps([format_, asdict(hints)])
        submission = Submission(
            integration_id=integration.id,
            id=submission_id(target.commit, target.pull_request_id, read_as, text),
            format=format_,
            commit=target.commit,
            pull_request_id=target.pull_request_id,
            submitted_at=datetime.fromtimestamp(self._now(), UTC).isoformat(
                timespec="microseconds"
            ),
            models=len(models),
        )
        self._submissions.put(submission, models)
        self._queue.send(job_of(submission), f"{submission.id}@{submission.submitted_at}")
        return submission

    def status(self, integration_id: str, wanted_id: str) -> Submission:
        """What became of a submission. Raises UnknownSubmissionError."""
        submission = self._submissions.get(integration_id, wanted_id)
        if submission is None:
            raise UnknownSubmissionError("this integration has no such submission (any more)")
        return submission
