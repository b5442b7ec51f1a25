"""What a person needs to enter a webhook in Bitbucket by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bitbucket_integration.bitbucket.vocabulary import WebhookSpec
from doctor.screens import Screens


@dataclass(frozen=True, slots=True)
class ManualWebhook:
    """What to enter; `steps` lead through Bitbucket's screen."""

    url: str
    secret: str = field(repr=False)
    events: Sequence[str]
    steps: Sequence[str]


def manual_webhook(spec: WebhookSpec, screens: Screens) -> ManualWebhook:
    """The webhook as it should be, for a person."""
    events = ", ".join(screens.events[event] for event in spec.events)
    steps = [step.replace("{events}", events) for step in screens.manual_webhook]
    return ManualWebhook(spec.url, spec.secret, spec.events, steps)
