"""The admin API: connects repositories, shows them, checks them, disconnects them.

Every route asks for the admin token, which the stack generated.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

import boto3
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import repository_address
from bitbucket_integration import http_event
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.derived_secrets import is_same_secret
from bitbucket_integration.errors import (
    IntegrationError,
    InvalidRequestError,
    NotAuthenticatedError,
    UnknownIntegrationError,
)
from bitbucket_integration.integration import Integration, Provider
from bitbucket_integration.observability import observers
from bitbucket_integration.problem import NOT_CACHED, PROBLEM_TYPE, json_answer, problem_body
from bitbucket_integration.settings import ConfigureSettings
from bitbucket_integration.stores.activity import ActivityStore
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.secrets import AccessTokenWriter, SecretReader
from doctor.integration_check import IntegrationCheck
from integration_request import (
    CheckedView,
    ConfiguredView,
    IntegrationPage,
    IntegrationRequest,
    IntegrationView,
    RemovedView,
)
from integration_setup import IntegrationSetup
from refusals import Refusal, refusal_of
from webhook_setup import WebhookSetup

logger, metrics = observers("configure")
app = APIGatewayRestResolver(enable_validation=True)

_TARGETS = {
    # Bitbucket Pipelines, which is on Cloud only, sets both.
    Provider.CLOUD: "pull_request=$BITBUCKET_PR_ID&commit=$BITBUCKET_COMMIT",
    Provider.DATA_CENTER: "commit=$(git rev-parse HEAD)",
}

IntegrationId = Annotated[str, Path(pattern="^[a-z0-9]{1,40}$")]


class AdminApi:
    """What the routes need, made once per environment."""

    def __init__(self, environ: Mapping[str, str], now: Callable[[], float]) -> None:
        """Real AWS clients, as the environment says; `now` gives seconds since 1970."""
        self.settings = ConfigureSettings.from_environ(environ)
        config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
        secrets_manager = boto3.client("secretsmanager", config=config)
        self._secrets = SecretReader(secrets_manager, now)
        self.network = Network.of(self.settings.network, self._secrets.read)
        dynamodb = boto3.client("dynamodb", config=config)
        self.integrations = IntegrationStore(dynamodb, self.settings.table_name)
        webhooks = WebhookSetup(
            ActivityStore(dynamodb, self.settings.table_name), self._signing_key
        )
        trusting = self.network.trusting(self.settings.cloud_api_url)
        self.setup = IntegrationSetup(
            self.integrations,
            AccessTokenWriter(secrets_manager, self.settings.access_token_prefix),
            self._secrets,
            webhooks,
            self.settings,
            trusting,
            now,
        )
        self.doctor = IntegrationCheck(
            self.integrations, self._secrets, webhooks, self.settings, trusting, now
        )

    def _signing_key(self) -> str:
        return self._secrets.read(self.settings.signing_key_arn)

    def authenticate(self, token: str) -> None:
        """Raises NotAuthenticatedError unless this is the admin token."""
        if not is_same_secret(token, self._secrets.read(self.settings.admin_token_arn)):
            raise NotAuthenticatedError("the Authorization header must be `Bearer <admin token>`")


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
        200: {"description": "It was configured before"},
        201: {"description": "Configured"},
    },
)
def configure(request: IntegrationRequest) -> Response[ConfiguredView]:
    """Connect a repository: check the access token, keep it, and create the webhook.

    Connecting the same repository again updates its token and repairs its webhook. A token that may
    not manage webhooks will do, too: then the answer says which webhook to enter by hand.
    """
    base = http_event.public_url(app.current_event.raw_event, _api.settings.public_url)
    address = repository_address.parse(
        request.repository, _api.network.allowed_hosts.allows_plain_http
    )
    token = request.access_token.get_secret_value()
    configured = _api.setup.configure(address, token, base)
    logger.info("configured", integration_id=configured.integration.id)
    metrics.add_metric("IntegrationConfigured", MetricUnit.Count, 1)
    view = ConfiguredView.of(configured, submit_command(base, configured.integration))
    created = configured.ci_token is not None
    location = f"{base}/integrations/{configured.integration.id}"
    return Response(201 if created else 200, "application/json", view, {"Location": location})


@app.get("/integrations")
def list_integrations(
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: Annotated[str | None, Query(pattern="^[a-z0-9]{1,40}$")] = None,
) -> IntegrationPage:
    """All integrations, page by page: give `next` as `after` until it is null."""
    integrations, following = _api.integrations.page(limit, after)
    return IntegrationPage(
        integrations=[IntegrationView.of(one) for one in integrations], next=following
    )


@app.get("/integrations/<integration_id>")
def show_integration(integration_id: IntegrationId) -> IntegrationView:
    """One integration with its health."""
    integration = _api.integrations.get(integration_id)
    if integration is None:
        raise UnknownIntegrationError(f"there is no integration {integration_id}")
    return IntegrationView.of(integration)


@app.post("/integrations/<integration_id>/check")
def check_integration(integration_id: IntegrationId) -> CheckedView:
    """Look at all that an integration needs, repair its webhook, and say what else is to be done.

    The integration's health is what was found.
    """
    base = http_event.public_url(app.current_event.raw_event, _api.settings.public_url)
    checked = _api.doctor.check(integration_id, base)
    health = checked.integration.health
    logger.info("checked", integration_id=integration_id, ok=checked.ok, reason=health.reason)
    metrics.add_metric("IntegrationChecked", MetricUnit.Count, 1)
    return CheckedView.of(checked)


@app.delete("/integrations/<integration_id>")
def delete_integration(integration_id: IntegrationId) -> RemovedView:
    """Disconnect a repository: its webhook, its access token and its rows go at once.

    Results in the bucket go when their retention time ends.
    """
    removed = _api.setup.remove(integration_id)
    logger.info("deleted", integration_id=integration_id)
    return RemovedView(deleted=True, webhook_removed=removed.webhook_removed, detail=removed.detail)


@app.get("/openapi.json", include_in_schema=False)
def openapi() -> Response[str]:
    """This API as OpenAPI 3.1."""
    base = http_event.public_url(app.current_event.raw_event, _api.settings.public_url)
    schema = app.get_openapi_json_schema(
        title="Data diff reports on Bitbucket",
        version="1",
        servers=[Server(url=base)],
        security_schemes={"admin": HTTPBearer(description="The admin token of the stack.")},
        security=[{"admin": []}],
    )
    return Response(200, "application/json", schema)


def submit_command(base: str, integration: Integration) -> str:
    """A command for a pipeline of the repository, run where its head is checked out."""
    url = f"{base}/integrations/{integration.id}/diffs"
    return (
        "curl --fail-with-body --silent --show-error"
        ' --header "Authorization: Bearer $DATA_DIFF_CI_TOKEN" --data-binary @diffs.jsonl'
        f' "{url}?format=data-diff&{_TARGETS[integration.provider]}"'
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
    """API Gateway REST proxy: `/integrations…` and `/openapi.json`."""
    # First of all: Powertools would validate a request before any middleware of ours sees it.
    return _refused_at_the_door(event) or app.resolve(event, context)
