"""Accepts diff results from CI, and tells CI what became of them.

A good submission is stored before it is answered, so nothing is lost when its pull request does
not exist yet; a bad one is refused at once, with all that is wrong about it.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import schema_route
from bitbucket_integration import http_event
from bitbucket_integration.derived_secrets import ci_token, is_same_secret
from bitbucket_integration.errors import (
    IntegrationError,
    InvalidRequestError,
    MissingSecretError,
    NotAuthenticatedError,
)
from bitbucket_integration.integration import Integration
from bitbucket_integration.observability import observers
from bitbucket_integration.permitted_samples import permitted
from bitbucket_integration.problem import NOT_CACHED, PROBLEM_TYPE, problem_body, sentence
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
from formats.hints import Hints
from formats.registry import AUTO, FORMATS, format_of
from formats.submission_problems import SubmissionInvalid
from full_report.report_reader import ReportReader
from full_report.report_route import add_report_route
from submission_request import BodyTooLargeError, Target, unpacked

_RETRY_SECONDS = 30

logger, metrics = observers("diffs")
app = APIGatewayRestResolver()


class UnknownSubmissionError(IntegrationError):
    """There is no submission with this id, or it has expired."""

    reason = "unknown_submission"


@dataclass(frozen=True, slots=True)
class DiffsApi:
    """What CI can do with its token. `now` gives seconds since 1970."""

    integrations: IntegrationStore
    submissions: SubmissionStore
    secrets: SecretReader
    queue: ReportQueue
    settings: DiffsSettings
    now: Callable[[], float]

    def authenticate(self, integration_id: str, token: str) -> Integration:
        """The integration that a token is for.

        Raises NotAuthenticatedError alike for an unknown integration and for a wrong token.
        """
        integration = self.integrations.get(integration_id) if token else None
        now = datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="seconds")
        versions = integration.ci_token_versions(now) if integration else (1,)
        key = self.secrets.read(self.settings.signing_key_arn)
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
            submitted_at=datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="microseconds"),
            models=len(models),
        )
        self.submissions.put(submission, models)
        self.queue.send(job_of(submission), f"{submission.id}@{submission.submitted_at}")
        return submission

    def status(self, integration_id: str, wanted_id: str) -> Submission:
        """What became of a submission. Raises UnknownSubmissionError."""
        submission = self.submissions.get(integration_id, wanted_id)
        if submission is None:
            raise UnknownSubmissionError("this integration has no such submission (any more)")
        return submission


def build_api(environ: Mapping[str, str], now: Callable[[], float]) -> DiffsApi:
    """The API with real AWS clients, as the environment says."""
    settings = DiffsSettings.from_environ(environ)
    config = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 3})
    dynamodb = boto3.client("dynamodb", config=config)
    return DiffsApi(
        IntegrationStore(dynamodb, settings.table_name),
        SubmissionStore(
            dynamodb,
            boto3.client("s3", config=config),
            table_name=settings.table_name,
            bucket_name=settings.bucket_name,
            retention_days=settings.retention_days,
            now=now,
        ),
        SecretReader(boto3.client("secretsmanager", config=config), now),
        ReportQueue(boto3.client("sqs", config=config), settings.queue_url),
        settings,
        now,
    )


def report_reader(api: DiffsApi) -> ReportReader:
    """What the full report is read with, beside the rest of the API."""
    store, settings = api.submissions, api.settings
    days = settings.retention_days
    return ReportReader(
        api.integrations,
        PullRequestStore(store.dynamodb, settings.table_name, days, api.now),
        ReportStore(
            store.dynamodb, store.s3, settings.table_name, settings.bucket_name, days, api.now
        ),
        api.secrets,
        settings.signing_key_arn,
    )


_api = build_api(os.environ, time.time)


def not_cached(app_: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Nothing that is answered here may be kept by anyone on the way, unless its route says so."""
    answer = next_middleware(app_)
    answer.headers = {**NOT_CACHED, **answer.headers}
    return answer


app.use(middlewares=[not_cached])
app.include_router(schema_route.router)


add_report_route(app, report_reader(_api), logger, metrics)


@app.post("/integrations/<integration_id>/diffs")
def submit(integration_id: str) -> tuple[dict[str, Any], int]:
    """Take results: 202 with the submission's id and the URL that says what becomes of it."""
    event = app.current_event.raw_event
    integration = _authenticated(integration_id)
    query = event.get("queryStringParameters") or {}
    submission = _api.submit(integration, query, http_event.raw_body(event))
    metrics.add_metric("SubmissionAccepted", MetricUnit.Count, 1)
    logger.info(
        "accepted",
        submission_id=submission.id,
        format=submission.format,
        models=submission.models,
    )
    base = http_event.public_url(event, _api.settings.public_url)
    status_url = f"{base}/integrations/{integration_id}/diffs/{submission.id}"
    return {
        "submission_id": submission.id,
        "status_url": status_url,
        "format": submission.format,
        "models": submission.models,
    }, 202


@app.get("/integrations/<integration_id>/diffs/<wanted_id>")
def status(integration_id: str, wanted_id: str) -> dict[str, Any]:
    """Say queued, posted, superseded or failed, and why."""
    _authenticated(integration_id)
    submission = _api.status(integration_id, wanted_id)
    return {
        "submission_id": submission.id,
        "status": submission.status.value,
        "reason": submission.reason,
        "detail": submission.detail,
        "commit": submission.commit,
        "pull_request": submission.pull_request_id,
        "submitted_at": submission.submitted_at,
        "format": submission.format,
        "models": submission.models,
        "comment_url": submission.comment_url or None,
    }


def _authenticated(integration_id: str) -> Integration:
    logger.append_keys(integration_id=integration_id)
    token = http_event.bearer_token(app.current_event.raw_event)
    return _api.authenticate(integration_id, token)


def _problem(
    status_code: int,
    reason: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    metrics.add_metric("SubmissionRefused", MetricUnit.Count, 1)
    logger.info("refused", reason=reason, status=status_code)
    return Response(
        status_code,
        PROBLEM_TYPE,
        # Powertools turns only `application/json` bodies into text.
        json.dumps(problem_body(status_code, reason, detail, errors or [])),
        NOT_CACHED | (headers or {}),
    )


@app.exception_handler(NotAuthenticatedError)
def not_authenticated(error: NotAuthenticatedError) -> Response[str]:
    """401."""
    return _problem(
        401, error.reason, sentence(error), headers={"WWW-Authenticate": 'Bearer realm="diffs"'}
    )


@app.exception_handler(UnknownSubmissionError)
def unknown_submission(error: UnknownSubmissionError) -> Response[str]:
    """404."""
    return _problem(404, error.reason, sentence(error))


@app.exception_handler(BodyTooLargeError)
def too_large(error: BodyTooLargeError) -> Response[str]:
    """413."""
    return _problem(413, error.reason, sentence(error))


@app.exception_handler(InvalidRequestError)
def invalid_request(error: InvalidRequestError) -> Response[str]:
    """422, naming the parameter."""
    errors = [{"field": error.field, "message": str(error)}]
    return _problem(422, error.reason, f"{error.field}: {error}.", errors)


@app.exception_handler(SubmissionInvalid)
def invalid_submission(error: SubmissionInvalid) -> Response[str]:
    """422, naming each problem by its line or its JSON path."""
    more = " There are more problems than are named here." if error.more else ""
    detail = f"Nothing was stored: the results cannot be read.{more}"
    return _problem(422, error.reason, detail, [asdict(one) for one in error.problems])


@app.exception_handler([ClientError, BotoCoreError, MissingSecretError])
def failed_in_aws(error: Exception) -> Response[str]:
    """503, since the same results sent again are the same submission."""
    logger.error("failed in AWS", exc_info=error)
    return _problem(
        503,
        "try_again_later",
        "The results could not be taken; send them again.",
        headers={"Retry-After": str(_RETRY_SECONDS)},
    )


@app.not_found
def no_route(_: NotFoundError) -> Response[str]:
    """404 for what is no route of this function."""
    return _problem(404, "no_route", "There is nothing here.")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """API Gateway REST proxy: `/integrations/{integration_id}/diffs` and `/reports/{report_id}`."""
    return app.resolve(event, context)
