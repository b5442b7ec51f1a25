"""Replaces the secrets that are derived from the stack's key, without a gap between old and new.

Each step can be repeated. When a rotation stops half-way, both secrets are accepted, and the same
call finishes it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from bitbucket_integration.derived_secrets import ci_token
from bitbucket_integration.errors import IntegrationError
from bitbucket_integration.integration import WITHOUT_END, Integration, WebhookMode
from bitbucket_integration.report_job import RepositoryJob
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.timestamps import timestamp
from doctor.integration_check import Checked, IntegrationCheck
from doctor.probe import Probe, ProbeName, ProbeStatus
from life.amendment import amended, found
from manual_webhook import ManualWebhook

MANAGED_GRACE_MINUTES = 60
"""Bitbucket tries a delivery again for minutes; this is ample."""

MANUAL_GRACE_MINUTES = 7 * 24 * 60
"""A person has to be found who enters the new secret."""


class RotationUnfinishedError(IntegrationError):
    """The webhook in Bitbucket could not be given its new secret, for what the probes found."""

    reason = "rotation_unfinished"

    def __init__(self, probes: Sequence[Probe]) -> None:
        super().__init__(
            "the webhook could not be changed in Bitbucket; both secrets are accepted until the"
            " same call, made again when the cause is mended, has finished this"
        )
        self.probes = probes


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation came to. `made` is false when it went on with one that had begun.

    The former secret is accepted until `grace_until`; empty: not at all.
    """

    integration: Integration
    made: bool
    detail: str
    grace_until: str = ""
    ci_token: str | None = field(default=None, repr=False)
    probes: Sequence[Probe] = ()
    manual_webhook: ManualWebhook | None = None


@dataclass(frozen=True, slots=True)
class SecretRotation:
    """Rotates; `signing_key` gives the key of the stack, `now` seconds since 1970."""

    integrations: IntegrationStore
    doctor: IntegrationCheck
    queue: ReportQueue
    signing_key: Callable[[], str]
    now: Callable[[], float]

    def webhook_secret(
        self,
        integration_id: str,
        grace_minutes: int | None,
        public_url: str,
        expected: Collection[int] | None,
    ) -> Rotation:
        """Give the webhook another secret, here and in Bitbucket.

        Raises UnknownIntegrationError, ChangedMeanwhileError and RotationUnfinishedError.
        """
        seen = found(self.integrations, integration_id)

        def begin(one: Integration) -> Integration:
            begun = self._begun(one.webhook_secret_grace_until, grace_minutes)
            version = one.webhook_secret_version + (0 if begun else 1)
            return replace(
                one, webhook_secret_version=version, webhook_secret_grace_until=WITHOUT_END
            )

        started = amended(self.integrations, seen, begin, timestamp(self.now()), expected)
        checked = self.doctor.check(integration_id, public_url)
        manual = checked.integration.webhook is WebhookMode.MANUAL
        if not _has_settled_webhook(checked):
            raise RotationUnfinishedError(checked.probes)
        default = MANUAL_GRACE_MINUTES if manual else MANAGED_GRACE_MINUTES
        until = self._until(default if grace_minutes is None else grace_minutes)

        def end(one: Integration) -> Integration:
            # A rotation that was begun meanwhile has a grace of its own.
            mine = one.webhook_secret_version == started.webhook_secret_version
            return replace(one, webhook_secret_grace_until=until) if mine else one

        ended = amended(self.integrations, checked.integration, end, timestamp(self.now()))
        return Rotation(
            ended,
            made=started.webhook_secret_version != seen.webhook_secret_version,
            detail=_ENTER_BY_HAND if manual else _CHANGED_IN_BITBUCKET,
            grace_until=until,
            probes=checked.probes,
            manual_webhook=checked.manual_webhook,
        )

    def ci_token(
        self, integration_id: str, grace_minutes: int | None, expected: Collection[int] | None
    ) -> Rotation:
        """Make another CI token. Raises UnknownIntegrationError and ChangedMeanwhileError."""
        seen = found(self.integrations, integration_id)
        until = self._until(grace_minutes) if grace_minutes else ""

        def rotate(one: Integration) -> Integration:
            begun = self._begun(one.ci_token_grace_until, grace_minutes or 0)
            version = one.ci_token_version + (0 if begun else 1)
            return replace(one, ci_token_version=version, ci_token_grace_until=until)

        rotated = amended(self.integrations, seen, rotate, timestamp(self.now()), expected)
        token = ci_token(self.signing_key(), rotated.id, rotated.ci_token_version)
        return Rotation(
            rotated,
            made=rotated.ci_token_version != seen.ci_token_version,
            detail="Give the new token to CI. It is not shown again.",
            grace_until=until,
            ci_token=token,
        )

    def report_links(self, integration_id: str, expected: Collection[int] | None) -> Rotation:
        """Make other links to the reports, and let comments show them.

        Raises UnknownIntegrationError and ChangedMeanwhileError.
        """
        seen = found(self.integrations, integration_id)
        rotated = amended(
            self.integrations,
            seen,
            lambda one: replace(one, report_link_version=one.report_link_version + 1),
            timestamp(self.now()),
            expected,
        )
        if not rotated.paused:
            self.queue.send(RepositoryJob(rotated.id), f"links-{rotated.revision}")
        return Rotation(
            rotated,
            made=True,
            detail="Former links lead nowhere from now on. Open pull requests get new ones.",
        )

    def _begun(self, grace_until: str, grace_minutes: int | None) -> bool:
        """Whether the call goes on with a rotation instead of making a third secret.

        A third one would end the first, which may still be in use. Whoever wants that gives no
        grace; but what has not come to Bitbucket yet is finished first.
        """
        if grace_until == WITHOUT_END:
            return True
        return grace_minutes != 0 and grace_until > timestamp(self.now())

    def _until(self, minutes: int) -> str:
        return timestamp(self.now() + 60 * minutes) if minutes else ""


_CHANGED_IN_BITBUCKET = "The webhook has its new secret in Bitbucket."
_ENTER_BY_HAND = (
    "Enter the new secret in Bitbucket, as `manual_webhook` says. The former one is accepted until"
    " `grace_until`."
)


def _has_settled_webhook(checked: Checked) -> bool:
    """Whether the webhook was changed, or is known to be a matter for a person."""
    settled = {ProbeStatus.OK, ProbeStatus.WARNING}
    return any(
        probe.name is ProbeName.WEBHOOK and probe.status in settled for probe in checked.probes
    )
