"""The admin API: connects repositories, shows them, checks them, disconnects them.

Every route asks for the admin token, which the stack generated, but those of the page and of the
API's description.
"""

import json
import os
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

import repository_address
from admin_api import AdminApi
from answers import CheckedView, ConfiguredView, IntegrationPage, ManyView, RemovedView
from api_description.routes import PUBLIC_PATHS, add_description_routes
from bitbucket_integration import http_event
from bitbucket_integration.errors import (
    IntegrationError,
    InvalidRequestError,
)
from bitbucket_integration.integration import Integration, Provider
from bitbucket_integration.observability import observers
from bitbucket_integration.problem import NOT_CACHED, PROBLEM_TYPE, json_answer, problem_body
from configuration_page.page import page_answer
from if_match import etag, expected_revisions
from integration_filter import Filter, HealthState
from integration_request import IntegrationRequest
from integration_view import IntegrationView
from life.amendment import found
from life.settings_change import changed_settings
from life_routes import IfMatch, IntegrationId, add_life_routes
from many.answer import configured_status, many_view
from progress_route import ProgressId, add_progress_route
from refusals import Refusal, refusal_of

logger, metrics = observers("configure")
app = APIGatewayRestResolver(enable_validation=True)

_TARGETS = {
    # Bitbucket Pipelines, which is on Cloud only, sets both.
    Provider.CLOUD: "pull_request=$BITBUCKET_PR_ID&commit=$BITBUCKET_COMMIT",
    Provider.DATA_CENTER: "commit=$(git rev-parse HEAD)",
}


_api = AdminApi(os.environ, time.time)


def not_cached(app_: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Nothing that is answered here may be kept by anyone on the way."""
    answer = next_middleware(app_)
    answer.headers.update(NOT_CACHED)
    return answer


app.use(middlewares=[not_cached])


@app.post(
    "/integrations",
    responses={
        200: {"description": "It was configured before; or what became of each of many"},
        201: {"description": "Configured"},
    },
)
def configure(
    request: IntegrationRequest, progress_id: ProgressId = None
) -> Response[ConfiguredView | ManyView]:
    """Connect a repository: check the access token, keep it, and create the webhook.

    Connecting the same repository again updates its token and repairs its webhook. A token that may
    not manage webhooks will do, too: then the answer says which webhook to enter by hand.
    """
    base = http_event.public_url(app.current_event.raw_event, _api.settings.public_url)
    # What is wrong with the settings is told before Bitbucket is asked anything.
    changed_settings("", request.settings)
    if request.repository is None:
        if progress_id is not None:
            raise InvalidRequestError("progress_id", "is for a call about one repository alone")
        many = _api.many.connect(request, base)
        metrics.add_metric("IntegrationConfigured", MetricUnit.Count, many.configured)
        return Response(200, "application/json", many_view(many, _api.views, _refusal_of))
    address = repository_address.parse(
        request.repository, _api.network.allowed_hosts.allows_plain_http
    )
    watcher = _api.progress.watcher(progress_id)
    configured = _api.setup.configure(address, request, base, watcher=watcher)
    logger.info("configured", integration_id=configured.integration.id)
    metrics.add_metric("IntegrationConfigured", MetricUnit.Count, 1)
    command = submit_command(base, configured.integration)
    view = ConfiguredView.of(configured, command, _api.views)
    location = f"{base}/integrations/{configured.integration.id}"
    headers = {"Location": location, **etag(configured.integration)}
    return Response(configured_status(configured), "application/json", view, headers)


@app.get("/integrations")
def list_integrations(  # noqa: PLR0913, PLR0917 a filter each
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: Annotated[str | None, Query(pattern="^[a-z0-9]{1,40}$")] = None,
    provider: Annotated[Provider | None, Query(description="On this Bitbucket only.")] = None,
    health: Annotated[
        HealthState | None, Query(description="Only those that are well, or are not.")
    ] = None,
    repository: Annotated[
        str | None,
        Query(min_length=1, max_length=200, description="Part of the name, in any case."),
    ] = None,
    paused: Annotated[
        bool | None, Query(description="Only those that are paused, or are not.")
    ] = None,
) -> IntegrationPage:
    """All integrations, page by page: give `next` as `after` until it is null.

    Of a search, a page may be short although there are more.
    """
    wanted = Filter(provider, health, repository, paused)
    integrations, following = _api.integrations.page(limit, after, wanted if wanted.any else None)
    return IntegrationPage(integrations=_api.views.summaries(integrations), next=following)


@app.get("/integrations/<integration_id>")
def show_integration(integration_id: IntegrationId) -> Response[IntegrationView]:
    """One integration with its health and its settings."""
    integration = found(_api.integrations, integration_id)
    view = _api.views.of(integration)
    return Response(200, "application/json", view, etag(integration))


@app.post("/integrations/<integration_id>/check")
def check_integration(integration_id: IntegrationId, progress_id: ProgressId = None) -> CheckedView:
    """Look at all that an integration needs, repair its webhook, and say what else is to be done.

    The integration's health is what was found.
    """
    base = http_event.public_url(app.current_event.raw_event, _api.settings.public_url)
    watcher = _api.progress.watcher(progress_id)
    checked = _api.doctor.check(integration_id, base, watcher)
    health = checked.integration.health
    logger.info("checked", integration_id=integration_id, ok=checked.ok, reason=health.reason)
    metrics.add_metric("IntegrationChecked", MetricUnit.Count, 1)
    return CheckedView.of(checked, _api.views)


@app.delete("/integrations/<integration_id>")
def delete_integration(integration_id: IntegrationId, if_match: IfMatch = None) -> RemovedView:
    """Disconnect a repository: its webhook, its results and reports, its access token, its rows.

    With very many results `deleted` is false, and the same call again goes on. Secrets Manager
    keeps the access token for seven days more, for whoever runs the stack.
    """
    removed = _api.removal.remove(integration_id, expected_revisions(if_match))
    logger.info("deleted" if removed.deleted else "partly deleted", integration_id=integration_id)
    return RemovedView(
        deleted=removed.deleted, webhook_removed=removed.webhook_removed, detail=removed.detail
    )


add_life_routes(app, _api, logger, metrics)


add_progress_route(app, _api)


add_description_routes(app, _api.settings.public_url)


def submit_command(base: str, integration: Integration) -> str:
    """A command for a pipeline of the repository, run where its head is checked out."""
    url = f"{base}/integrations/{integration.id}/diffs"
    return (
        "curl --fail-with-body --silent --show-error"
        ' --header "Authorization: Bearer $DATA_DIFF_CI_TOKEN" --data-binary @diffs.jsonl'
        f' "{url}?{_TARGETS[integration.provider]}"'
    )


def _refusal_of(error: Exception) -> Refusal:
    refusal = refusal_of(error)
    metrics.add_metric("ConfigurationRefused", MetricUnit.Count, 1)
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.warning("failed", exc_info=error, reason=refusal.reason)
    else:
        logger.info("refused", reason=refusal.reason, status=refusal.status)
    return refusal


@app.exception_handler([IntegrationError, RequestValidationError, ClientError, BotoCoreError])
def refused(error: Exception) -> Response[str]:
    """Answer what a route raised."""
    refusal = _refusal_of(error)
    # Powertools turns only `application/json` bodies into text.
    body = json.dumps(refusal.body)
    return Response(refusal.status, PROBLEM_TYPE, body, NOT_CACHED | dict(refusal.headers))


@app.not_found
def no_route(_: NotFoundError) -> Response[str]:
    """404 for what is no route of this function."""
    body = json.dumps(problem_body(404, "no_route", "There is nothing here."))
    return Response(404, PROBLEM_TYPE, body, dict(NOT_CACHED))


def _check_body(event: Mapping[str, Any]) -> None:
    """Powertools ends in errors of its own on some bodies: not UTF-8, nested too deeply, a form."""
    body = http_event.raw_body(event)
    sent_as = http_event.headers(event).get("content-type", "application/json")
    if body and not sent_as.startswith("application/json"):
        raise InvalidRequestError("body", "must be sent with Content-Type: application/json")
    try:
        json.loads(body.decode() or "null")
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError("body", "is not JSON") from error


def _refused_at_the_door(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer to a request that no route may see, None to any other."""
    if event.get("httpMethod") == "GET" and event.get("path") in PUBLIC_PATHS:
        return None
    try:
        _api.authenticate(http_event.bearer_token(event))
        _check_body(event)
    except (IntegrationError, ClientError, BotoCoreError) as error:
        refusal = _refusal_of(error)
        return json_answer(refusal.status, refusal.body, refusal.headers, PROBLEM_TYPE)
    return None


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """API Gateway REST proxy: the page at `/`, `/integrations…`, `/openapi.json` and `/docs`."""
    # First of all: Powertools would validate a request before any middleware of ours sees it.
    return page_answer(event) or _refused_at_the_door(event) or app.resolve(event, context)
