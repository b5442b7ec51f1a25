"""The routes of an integration's life: change, pause, go on, rotate, and what happened lately."""

from collections.abc import Collection
from typing import Annotated

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from aws_lambda_powertools.metrics import MetricUnit

from admin_api import AdminApi
from answers import (
    ActivityEntryView,
    ActivityPage,
    ChangedView,
    IntegrationAnswer,
    RotatedView,
)
from bitbucket_integration import http_event
from bitbucket_integration.stores.activity import MOST_ENTRIES
from check_views import CheckView, ManualWebhookView
from if_match import etag, expected_revisions
from integration_request import ChangeRequest, Rotated, RotationRequest
from life.amendment import found
from life.rotation import Rotation, SecretRotation

IntegrationId = Annotated[str, Path(pattern="^[a-z0-9]{1,40}$")]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description=(
            "The ETag of the integration as you know it. If somebody has changed it since, nothing"
            " is done and the answer is 412. Without it, the call goes ahead on what is stored."
        ),
        examples=['"3"'],
    ),
]


def add_life_routes(
    app: APIGatewayRestResolver, api: AdminApi, logger: Logger, metrics: Metrics
) -> None:
    """Let the app answer them."""

    def base() -> str:
        return http_event.public_url(app.current_event.raw_event, api.settings.public_url)

    def noted(what: str, integration_id: str) -> None:
        logger.info(what, integration_id=integration_id)
        metrics.add_metric("IntegrationChanged", MetricUnit.Count, 1)

    @app.patch("/integrations/<integration_id>")
    def change_integration(
        integration_id: IntegrationId, request: ChangeRequest, if_match: IfMatch = None
    ) -> Response[ChangedView]:
        """Change settings, replace the access token, or tell when it ends.

        A new access token is looked at as by the doctor before it replaces the one in use, which
        stays when the new one will not do.
        """
        changed = api.changing.change(integration_id, request, base(), expected_revisions(if_match))
        noted("changed", integration_id)
        view = ChangedView(
            integration=api.views.of(changed.integration),
            also_changed_for=[one.repository.full_name for one in changed.others],
            checks=[CheckView.of(probe) for probe in changed.probes],
            manual_webhook=ManualWebhookView.of(changed.manual_webhook),
        )
        return Response(200, "application/json", view, etag(changed.integration))

    @app.post("/integrations/<integration_id>/pause")
    def pause_integration(
        integration_id: IntegrationId, if_match: IfMatch = None
    ) -> Response[IntegrationAnswer]:
        """Report nothing until the integration is resumed.

        Events are taken and passed over, and results from CI are kept.
        """
        integration = api.pausing.pause(integration_id, expected_revisions(if_match))
        noted("paused", integration_id)
        view = IntegrationAnswer(integration=api.views.of(integration))
        return Response(200, "application/json", view, etag(integration))

    @app.post("/integrations/<integration_id>/resume")
    def resume_integration(
        integration_id: IntegrationId, if_match: IfMatch = None
    ) -> Response[IntegrationAnswer]:
        """Report again, and bring every open pull request up to date."""
        integration = api.pausing.resume(integration_id, expected_revisions(if_match))
        noted("resumed", integration_id)
        view = IntegrationAnswer(integration=api.views.of(integration))
        return Response(200, "application/json", view, etag(integration))

    @app.post("/integrations/<integration_id>/rotate")
    def rotate_secret(
        integration_id: IntegrationId, request: RotationRequest, if_match: IfMatch = None
    ) -> Response[RotatedView]:
        """Replace a secret. When this stops half-way, the same call finishes it.

        While a former secret is still accepted, the call makes no third one: it shows the new one
        again and prolongs the grace. With `grace_minutes` 0 it always makes another.
        """
        expected = expected_revisions(if_match)
        rotation = _rotation(api.rotation, integration_id, request, base(), expected)
        noted(f"rotated {request.what}", integration_id)
        view = RotatedView.of(rotation, api.views)
        return Response(200, "application/json", view, etag(rotation.integration))

    @app.get("/integrations/<integration_id>/activity")
    def show_activity(
        integration_id: IntegrationId,
        limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 50,
    ) -> ActivityPage:
        """What became of the events and results of the last 14 days, the newest first."""
        found(api.integrations, integration_id)
        entries = api.activity.latest(integration_id, limit)
        return ActivityPage(activity=[ActivityEntryView.of(one) for one in entries])


def _rotation(
    rotation: SecretRotation,
    integration_id: str,
    request: RotationRequest,
    public_url: str,
    expected: Collection[int] | None,
) -> Rotation:
    grace = request.grace_minutes
    match request.what:
        case Rotated.WEBHOOK_SECRET:
            return rotation.webhook_secret(integration_id, grace, public_url, expected)
        case Rotated.CI_TOKEN:
            return rotation.ci_token(integration_id, grace, expected)
        case Rotated.REPORT_LINKS:
            return rotation.report_links(integration_id, expected)
