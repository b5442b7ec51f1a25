"""What the admin API gives. These models are the API's OpenAPI description, too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from bitbucket_integration.activity import ActivityEntry, Recent
from bitbucket_integration.integration import Integration, Provider, SetupState, WebhookMode
from bitbucket_integration.report_settings import ReportSettings
from bitbucket_integration.stores.activity import ActivityStore
from doctor.integration_check import Checked
from doctor.probe import Probe, ProbeName, ProbeStatus
from integration_setup import Configured
from life.expiry import warnings_of
from life.rotation import Rotation
from manual_webhook import ManualWebhook
from timestamps import timestamp


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


class CheckView(BaseModel):
    """One thing that was looked at: what was seen, and what to do about it."""

    name: ProbeName
    status: ProbeStatus
    seen: str
    cure: str
    repaired: bool

    @classmethod
    def of(cls, probe: Probe) -> "CheckView":
        """What of a probe is shown."""
        return cls(
            name=probe.name,
            status=probe.status,
            seen=probe.seen,
            cure=probe.cure,
            repaired=probe.repaired,
        )


class ManualWebhookView(BaseModel):
    """A webhook to enter in Bitbucket by hand. Its secret is shown to the admin and not stored."""

    url: str
    secret: str
    events: list[str]
    steps: list[str]

    @classmethod
    def of(cls, webhook: ManualWebhook | None) -> "ManualWebhookView | None":
        """What a person needs, None when there is nothing to enter."""
        if webhook is None:
            return None
        return cls(
            url=webhook.url,
            secret=webhook.secret,
            events=list(webhook.events),
            steps=list(webhook.steps),
        )


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


class IntegrationAnswer(BaseModel):
    """An integration after a change."""

    integration: IntegrationView


class ChangedView(BaseModel):
    """A changed integration, and what was looked at if it has got another access token.

    `also_changed_for` names the repositories that share the access token which was changed.
    """

    integration: IntegrationView
    also_changed_for: list[str]
    checks: list[CheckView]
    manual_webhook: ManualWebhookView | None


class RotatedView(BaseModel):
    """A replaced secret. `made` is false when the call went on with a rotation that had begun.

    Until `grace_until` the former secret is accepted, too. A new CI token is shown this once.
    """

    integration: IntegrationView
    made: bool
    grace_until: str | None
    detail: str
    ci_token: str | None
    checks: list[CheckView]
    manual_webhook: ManualWebhookView | None

    @classmethod
    def of(cls, rotation: Rotation, views: Views) -> "RotatedView":
        """What of a rotation is shown."""
        return cls(
            integration=views.of(rotation.integration),
            made=rotation.made,
            grace_until=rotation.grace_until or None,
            detail=rotation.detail,
            ci_token=rotation.ci_token,
            checks=[CheckView.of(probe) for probe in rotation.probes],
            manual_webhook=ManualWebhookView.of(rotation.manual_webhook),
        )


class ActivityEntryView(BaseModel):
    """What became of an event, a submission, or what else there was to do."""

    at: str
    cause: str
    pull_request: int | None
    commit: str | None
    outcome: str
    detail: str

    @classmethod
    def of(cls, entry: ActivityEntry) -> "ActivityEntryView":
        """What of an entry is shown."""
        return cls(
            at=entry.at,
            cause=entry.cause,
            pull_request=entry.pull_request_id,
            commit=entry.commit,
            outcome=entry.outcome,
            detail=entry.detail,
        )


class ActivityPage(BaseModel):
    """What happened lately, the newest first."""

    activity: list[ActivityEntryView]


class ConfiguredView(BaseModel):
    """An integration that works. The CI token is shown by the call that completed it, this once."""

    integration: IntegrationView
    ci_token: str | None = None
    submit_command: str
    checks: list[CheckView]
    manual_webhook: ManualWebhookView | None

    @classmethod
    def of(cls, configured: Configured, submit_command: str, views: Views) -> "ConfiguredView":
        """What of a configured integration is shown."""
        return cls(
            integration=views.of(configured.integration),
            ci_token=configured.ci_token,
            submit_command=submit_command,
            checks=[CheckView.of(probe) for probe in configured.probes],
            manual_webhook=ManualWebhookView.of(configured.manual_webhook),
        )


class ResultView(BaseModel):
    """What became of one of many repositories: `status` is that of a call for it alone.

    `problem` is what such a call would have been refused with. The CI token is shown this once.
    """

    repository: str
    status: int
    integration: IntegrationView | None = None
    ci_token: str | None = None
    checks: list[CheckView] = []
    manual_webhook: ManualWebhookView | None = None
    problem: dict[str, Any] | None = None


class ManyView(BaseModel):
    """What became of some of many repositories: give `next` as `after` until it is null."""

    results: list[ResultView]
    next: str | None


class CheckedView(BaseModel):
    """What a check found. `ok` is false when something failed."""

    ok: bool
    integration: IntegrationView
    checks: list[CheckView]
    manual_webhook: ManualWebhookView | None

    @classmethod
    def of(cls, checked: Checked, views: Views) -> "CheckedView":
        """What of a check is shown."""
        return cls(
            ok=checked.ok,
            integration=views.of(checked.integration),
            checks=[CheckView.of(probe) for probe in checked.probes],
            manual_webhook=ManualWebhookView.of(checked.manual_webhook),
        )


class IntegrationPage(BaseModel):
    """Integrations ordered by id; `next` is the cursor of the next page, None on the last."""

    integrations: list[IntegrationSummary]
    next: str | None


class RemovedView(BaseModel):
    """A deleted integration, or one that takes another call; `detail` says what is left to do."""

    deleted: bool
    webhook_removed: bool
    detail: str
