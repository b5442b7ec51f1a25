"""What the admin API shows of an integration. These models are the API's OpenAPI, too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from bitbucket_integration.activity import Recent
from bitbucket_integration.integration import Integration, Provider, SetupState, WebhookMode
from bitbucket_integration.report_settings import ReportSettings
from bitbucket_integration.stores.activity import ActivityStore
from bitbucket_integration.timestamps import timestamp
from life.expiry import warnings_of


class WarningView(BaseModel):
    """What works for now, and what to do about it."""

    reason: str
    detail: str


class HealthView(BaseModel):
    """Whether Bitbucket let us work when we last tried, and what will end if nobody sees to it."""

    ok: bool
    reason: str
    detail: str
    since: str
    warnings: list[WarningView]


class LastEventView(BaseModel):
    """The last event that Bitbucket sent."""

    event: str
    at: str


class LastReportView(BaseModel):
    """The last report that was brought up to date."""

    pull_request: int
    commit: str
    at: str


class IntegrationSummary(BaseModel):
    """An integration in the list. It shows no secret."""

    id: str
    provider: Provider
    repository: str
    repository_url: str
    setup: SetupState
    paused: bool
    revision: int
    webhook: WebhookMode
    webhook_url: str | None
    health: HealthView
    access_token_expires: date | None
    last_event: LastEventView | None
    last_report: LastReportView | None
    created_at: str
    updated_at: str


class IntegrationView(IntegrationSummary):
    """An integration with all its settings. It shows no secret.

    Until the times of grace, the former secrets are accepted beside the new ones.
    """

    settings: ReportSettings
    webhook_secret_grace_until: str | None
    ci_token_grace_until: str | None


@dataclass(frozen=True, slots=True)
class Views:
    """Shows integrations with what happened lately; `now` gives seconds since 1970."""

    activity: ActivityStore
    now: Callable[[], float]

    def summaries(self, integrations: Sequence[Integration]) -> list[IntegrationSummary]:
        """What of integrations is shown in a list."""
        recent = self.activity.recent([one.id for one in integrations])
        now = timestamp(self.now())
        return [IntegrationSummary(**_shown(one, recent[one.id], now)) for one in integrations]

    def of(self, integration: Integration) -> IntegrationView:
        """What of one integration is shown."""
        recent = self.activity.recent([integration.id])[integration.id]
        return view_of(integration, recent, timestamp(self.now()))


def view_of(integration: Integration, recent: Recent, now: str) -> IntegrationView:
    """What of one integration is shown at a time."""
    graces = (integration.webhook_secret_grace_until, integration.ci_token_grace_until)
    secret_until, token_until = (until if until > now else None for until in graces)
    return IntegrationView(
        **_shown(integration, recent, now),
        settings=ReportSettings.stored(integration.settings),
        webhook_secret_grace_until=secret_until,
        ci_token_grace_until=token_until,
    )


def _shown(integration: Integration, recent: Recent, now: str) -> dict[str, Any]:
    event, report = recent.event, recent.report
    return {
        "id": integration.id,
        "provider": integration.provider,
        "repository": integration.repository.full_name,
        "repository_url": integration.repository.web_url,
        "setup": integration.setup,
        "paused": integration.paused,
        "revision": integration.revision,
        "webhook": integration.webhook,
        "webhook_url": integration.webhook_url,
        "health": _health(integration, now),
        "access_token_expires": integration.access_token_expires or None,
        "last_event": event and LastEventView(event=event.last_event, at=event.last_event_at),
        "last_report": report
        and LastReportView(pull_request=report.pull_request_id, commit=report.commit, at=report.at),
        "created_at": integration.created_at,
        "updated_at": integration.updated_at,
    }


def _health(integration: Integration, now: str) -> HealthView:
    health = integration.health
    warnings = warnings_of(integration, datetime.fromisoformat(now).date())
    return HealthView(
        ok=health.ok,
        reason=health.reason,
        detail=health.detail,
        since=health.since,
        warnings=[WarningView(reason=one.reason, detail=one.detail) for one in warnings],
    )
