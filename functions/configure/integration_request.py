"""What the admin API takes and gives. These models are the API's OpenAPI description, too."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bitbucket_integration.integration import Integration, WebhookMode
from doctor.integration_check import Checked
from doctor.probe import Probe, ProbeName, ProbeStatus
from integration_setup import Configured
from manual_webhook import ManualWebhook

_VISIBLE_ASCII = range(0x21, 0x7F)


class IntegrationRequest(BaseModel):
    """The repository to post reports on, and the access token to do it with."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    repository: Annotated[
        str,
        Field(
            min_length=1,
            max_length=500,
            description=(
                "On Bitbucket Cloud workspace/repository or any address of the repository, on"
                " Bitbucket Data Center the address that the browser shows."
            ),
            examples=[
                "acme/jaffle-shop",
                "https://bitbucket.example.com/projects/DATA/repos/jaffle-shop",
            ],
        ),
    ]
    access_token: Annotated[
        SecretStr,
        Field(
            min_length=1,
            max_length=1000,
            description=(
                "On Bitbucket Cloud a repository access token with Pull requests: Write and"
                " Webhooks: Read and write, on Bitbucket Data Center an HTTP access token with"
                " Repository admin. One that may do all but manage webhooks will do, too; then a"
                " webhook has to be entered by hand. It is kept in Secrets Manager and never shown"
                " again."
            ),
        ),
    ]

    @field_validator("access_token")
    @classmethod
    def _can_go_into_a_header(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value().strip()
        if not text or any(ord(character) not in _VISIBLE_ASCII for character in text):
            raise ValueError("must be the token alone, without spaces or line breaks in it")
        return SecretStr(text)


class HealthView(BaseModel):
    """Whether Bitbucket let us work when we last tried."""

    ok: bool
    reason: str
    detail: str
    since: str


class IntegrationView(BaseModel):
    """An integration. It shows no secret."""

    id: str
    provider: str
    repository: str
    repository_url: str
    setup: str
    webhook: WebhookMode
    webhook_url: str | None
    health: HealthView
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, integration: Integration) -> "IntegrationView":
        """What of an integration is shown."""
        health = integration.health
        return cls(
            id=integration.id,
            provider=integration.provider.value,
            repository=integration.repository.full_name,
            repository_url=integration.repository.web_url,
            setup=integration.setup.value,
            webhook=integration.webhook,
            webhook_url=integration.webhook_url,
            health=HealthView(
                ok=health.ok, reason=health.reason, detail=health.detail, since=health.since
            ),
            created_at=integration.created_at,
            updated_at=integration.updated_at,
        )


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


class ConfiguredView(BaseModel):
    """An integration that works. The CI token is shown by the call that completed it, this once."""

    integration: IntegrationView
    ci_token: str | None = None
    submit_command: str
    checks: list[CheckView]
    manual_webhook: ManualWebhookView | None

    @classmethod
    def of(cls, configured: Configured, submit_command: str) -> "ConfiguredView":
        """What of a configured integration is shown."""
        return cls(
            integration=IntegrationView.of(configured.integration),
            ci_token=configured.ci_token,
            submit_command=submit_command,
            checks=[CheckView.of(probe) for probe in configured.probes],
            manual_webhook=ManualWebhookView.of(configured.manual_webhook),
        )


class CheckedView(BaseModel):
    """What a check found. `ok` is false when something failed."""

    ok: bool
    integration: IntegrationView
    checks: list[CheckView]
    manual_webhook: ManualWebhookView | None

    @classmethod
    def of(cls, checked: Checked) -> "CheckedView":
        """What of a check is shown."""
        return cls(
            ok=checked.ok,
            integration=IntegrationView.of(checked.integration),
            checks=[CheckView.of(probe) for probe in checked.probes],
            manual_webhook=ManualWebhookView.of(checked.manual_webhook),
        )


class IntegrationPage(BaseModel):
    """Integrations ordered by id; `next` is the cursor of the next page, None on the last."""

    integrations: list[IntegrationView]
    next: str | None


class RemovedView(BaseModel):
    """A deleted integration; `detail` says what is left to do by hand."""

    deleted: bool
    webhook_removed: bool
    detail: str
