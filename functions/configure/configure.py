"""The admin API: connects repositories, shows them, disconnects them.

Every route asks for the admin token, which the stack generated.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import boto3
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import repository_address
from bitbucket_integration import http_event
from bitbucket_integration.derived_secrets import is_same_secret
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    BitbucketError,
    InvalidRequestError,
    MissingSecretError,
    NotAuthenticatedError,
    NotFoundInBitbucketError,
    PermissionMissingError,
    TryAgainLaterError,
    UnknownIntegrationError,
)
from bitbucket_integration.integration import Integration
from bitbucket_integration.observability import observers
from bitbucket_integration.problem import problem_answer, problem_body, sentence
from bitbucket_integration.settings import ConfigureSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.secrets import AccessTokenWriter, SecretReader
from integration_request import (
    ConfiguredView,
    IntegrationPage,
    IntegrationRequest,
    IntegrationView,
    RemovedView,
)
from integration_setup import IntegrationSetup

_RETRY_SECONDS = 30
_FAILED_IN_AWS = "The stack could not do its part; make the same call again."

logger, metrics = observers("configure")
app = APIGatewayRestResolver(enable_validation=True)

IntegrationId = Annotated[str, Path(pattern="^[a-z0-9]{1,40}$")]


class AdminApi:
    """What the routes need, made once per environment."""

    def __init__(self, environ: Mapping[str, str], now: Callable[[], float]) -> None:
        """Real AWS clients, as the environment says; `now` gives seconds since 1970."""
        self.settings = ConfigureSettings.from_environ(environ)
        config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
        secrets_manager = boto3.client("secretsmanager", config=config)
        self._secrets = SecretReader(secrets_manager, now)
        self.integrations = IntegrationStore(
            boto3.client("dynamodb", config=config), self.settings.table_name
        )
        self.setup = IntegrationSetup(
            self.integrations,
            AccessTokenWriter(secrets_manager, self.settings.access_token_prefix),
            self._secrets,
            self.settings,
            now,
        )

    def authenticate(self, token: str) -> None:
        """Raises NotAuthenticatedError unless this is the admin token."""
        if not is_same_secret(token, self._secrets.read(self.settings.admin_token_arn)):
            raise NotAuthenticatedError("the Authorization header must be `Bearer <admin token>`")


_api = AdminApi(os.environ, time.time)


def not_cached(app_: APIGatewayRestResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Nothing that is answered here may be kept by anyone on the way."""
    answer = next_middleware(app_)
    answer.headers["Cache-Control"] = "no-store"
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

    Connecting the same repository again updates its token and repairs its webhook.
    """
    base = http_event.public_url(app.current_event.raw_event, _api.settings.public_url)
    configured = _api.setup.configure(
        repository_address.parse(request.repository), request.access_token.get_secret_value(), base
    )
    logger.info("configured", integration_id=configured.integration.id)
    metrics.add_metric("IntegrationConfigured", MetricUnit.Count, 1)
    view = ConfiguredView(
        integration=IntegrationView.of(configured.integration),
        ci_token=configured.ci_token,
        submit_command=submit_command(base, configured.integration),
    )
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


@app.delete("/integrations/<integration_id>")
def delete_integration(integration_id: IntegrationId) -> RemovedView:
    """Disconnect a repository: its webhook, its access token and all that is stored about it."""
    removed = _api.setup.remove(integration_id)
    logger.info("deleted", integration_id=integration_id)
    return RemovedView(deleted=True, webhook_removed=removed.webhook_removed, detail=removed.detail)


@app.get("/openapi.json", include_in_schema=False)
def openapi() -> Response[str]:
    """This API as OpenAPI 3.1."""
    schema = app.get_openapi_json_schema(title="Data diff reports on Bitbucket", version="1")
    return Response(200, "application/json", schema)


def submit_command(base: str, integration: Integration) -> str:
    """A command for a pipeline of the repository; Bitbucket Pipelines sets both variables."""
    url = f"{base}/integrations/{integration.id}/diffs"
    return (
        "curl --fail-with-body --silent --show-error"
        ' --header "Authorization: Bearer $DATA_DIFF_CI_TOKEN" --data-binary @diffs.jsonl'
        f' "{url}?format=data-diff&pull_request=$BITBUCKET_PR_ID&commit=$BITBUCKET_COMMIT"'
    )


def _problem(
    status: int,
    reason: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    **members: Any,
) -> Response[str]:
    metrics.add_metric("ConfigurationRefused", MetricUnit.Count, 1)
    logger.info("refused", reason=reason, status=status)
    return Response(
        status,
        "application/problem+json",
        # Powertools turns only `application/json` bodies into text.
        json.dumps(problem_body(status, reason, detail, errors or [], **members)),
        {"Cache-Control": "no-store", **(headers or {})},
    )


@app.exception_handler(RequestValidationError)
def invalid_body(error: RequestValidationError) -> Response[str]:
    """422, naming each field; never what was in it, since it may be the token."""
    errors = [
        {
            "field": ".".join(
                part
                for part in one["loc"]
                if isinstance(part, str) and part not in {"body", "query", "path"}
            )
            or "body",
            "message": str(one["msg"]).removeprefix("Value error, "),
        }
        for one in error.errors()
    ]
    fields = ", ".join(one["field"] for one in errors)
    return _problem(422, "invalid_request", f"Wrong or missing: {fields}.", errors=errors)


@app.exception_handler(InvalidRequestError)
def invalid_request(error: InvalidRequestError) -> Response[str]:
    """422, naming the field."""
    errors = [{"field": error.field, "message": str(error)}]
    return _problem(422, error.reason, f"{error.field}: {error}.", errors=errors)


@app.exception_handler(UnknownIntegrationError)
def unknown_integration(error: UnknownIntegrationError) -> Response[str]:
    """404."""
    return _problem(404, error.reason, sentence(error))


@app.exception_handler(BitbucketError)
def refused_by_bitbucket(error: BitbucketError) -> Response[str]:
    """422 when the caller can do something about it, 503 when only time can."""
    if isinstance(error, TryAgainLaterError):
        seconds = round(error.retry_after or _RETRY_SECONDS)
        return _problem(503, error.reason, sentence(error), headers={"Retry-After": str(seconds)})
    match error:
        case PermissionMissingError(permissions=permissions):
            cure = " Create an access token that has it and configure the repository again."
            return _problem(
                422,
                error.reason,
                sentence(error) + cure,
                errors=[{"field": "access_token", "message": str(error)}],
                missing_permissions=list(permissions),
            )
        case AccessTokenRejectedError():
            field = "access_token"
        case NotFoundInBitbucketError():
            field = "repository"
        case _:
            field = "repository"
    errors = [{"field": field, "message": str(error)}]
    return _problem(422, error.reason, sentence(error), errors=errors)


@app.exception_handler([ClientError, BotoCoreError, MissingSecretError])
def failed_in_aws(error: Exception) -> Response[str]:
    """503, since the same call again goes on where this one stopped."""
    logger.error("failed in AWS", exc_info=error)
    headers = {"Retry-After": str(_RETRY_SECONDS)}
    return _problem(503, "try_again_later", _FAILED_IN_AWS, headers=headers)


@app.not_found
def no_route(_: NotFoundError) -> Response[str]:
    """404 for what is no route of this function."""
    return _problem(404, "no_route", "There is nothing here.")


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


def _refused(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer to a request that no route may see, None to any other."""
    try:
        _api.authenticate(http_event.bearer_token(event))
        _check_body(event)
    except InvalidRequestError as error:
        metrics.add_metric("ConfigurationRefused", MetricUnit.Count, 1)
        errors = [{"field": error.field, "message": str(error)}]
        return problem_answer(422, error.reason, f"{error.field}: {error}.", errors)
    except NotAuthenticatedError as error:
        metrics.add_metric("ConfigurationRefused", MetricUnit.Count, 1)
        challenge = {"WWW-Authenticate": 'Bearer realm="admin"'}
        return problem_answer(401, error.reason, sentence(error), headers=challenge)
    except (ClientError, BotoCoreError, MissingSecretError):
        logger.exception("failed in AWS")
        headers = {"Retry-After": str(_RETRY_SECONDS)}
        return problem_answer(503, "try_again_later", _FAILED_IN_AWS, headers=headers)
    return None


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """API Gateway REST proxy: `/integrations…` and `/openapi.json`."""
    # First of all: Powertools would validate a request before any middleware of ours sees it.
    return _refused(event) or app.resolve(event, context)
