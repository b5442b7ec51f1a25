"""What the admin API shows of what was looked at, and of a webhook to enter by hand."""

from pydantic import BaseModel

from doctor.probe import Probe, ProbeName, ProbeStatus
from manual_webhook import ManualWebhook


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
