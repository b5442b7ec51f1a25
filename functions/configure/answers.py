"""What the admin API's calls answer. These models are the API's OpenAPI description, too."""

from typing import Any

from pydantic import BaseModel

from bitbucket_integration.activity import ActivityEntry
from bitbucket_integration.stores.progress import Progress
from check_views import CheckView, ManualWebhookView
from doctor.integration_check import Checked
from doctor.probe import ProbeName
from integration_setup import Configured
from integration_view import IntegrationSummary, IntegrationView, Views
from life.rotation import Rotation


class IntegrationPage(BaseModel):
    """Integrations ordered by id; `next` is the cursor of the next page, None on the last."""

    integrations: list[IntegrationSummary]
    next: str | None


class IntegrationAnswer(BaseModel):
    """An integration after a change."""

    integration: IntegrationView


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
    """What became of some of many repositories: give `next` as `after` until it is null.

    Give `further` as `after` with other repositories: they share the same secret then, if the
    access token is the same. It is null while none is connected.
    """

    results: list[ResultView]
    next: str | None
    further: str | None


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


class ProgressView(BaseModel):
    """What the checks of a call have found so far, in their order.

    `looking_at` is the check that is being made, null once `ended` is true.
    """

    checks: list[CheckView]
    looking_at: ProbeName | None
    ended: bool

    @classmethod
    def of(cls, progress: Progress) -> "ProgressView":
        """How far a call has come, as it is shown."""
        return cls.model_validate(
            {
                "checks": progress.checks,
                "looking_at": progress.looking_at,
                "ended": progress.looking_at is None,
            }
        )


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


class RemovedView(BaseModel):
    """A deleted integration, or one that takes another call; `detail` says what is left to do."""

    deleted: bool
    webhook_removed: bool
    detail: str
