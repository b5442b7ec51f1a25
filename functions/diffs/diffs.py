"""Accepts diff results from CI, and tells CI what became of them.

A good submission is stored before it is answered, so nothing is lost when its pull request does
not exist yet; a bad one is refused at once, with all that is wrong about it.
"""

import json
import os
import time
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

import schema_route
from bitbucket_integration import http_event
from bitbucket_integration.errors import (
    InvalidRequestError,
    MissingSecretError,
    NotAuthenticatedError,
)
from bitbucket_integration.integration import Integration
from bitbucket_integration.observability import observers
from bitbucket_integration.problem import NOT_CACHED, PROBLEM_TYPE, problem_body, sentence
from diffs_api import DiffsApi, UnknownSubmissionError
from formats.submission_problems import SubmissionInvalid
from full_report.report_route import add_report_route
from submission_request import BodyTooLargeError

_RETRY_SECONDS = 30

logger, metrics = observers("diffs")
app = APIGatewayRestResolver()


_api = DiffsApi(os.environ, time.time)


def not_cached(app_: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Nothing that is answered here may be kept by anyone on the way, unless its route says so."""
    answer = next_middleware(app_)
    answer.headers = {**NOT_CACHED, **answer.headers}
    return answer


app.use(middlewares=[not_cached])
app.include_router(schema_route.router)


add_report_route(app, _api.reports, logger, metrics)


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
