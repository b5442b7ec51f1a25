"""What Bitbucket's own screens call the things that a person has to do there."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screens:
    """One Bitbucket's words. `new_token` and `manual_webhook` are sentences of instruction.

    In `manual_webhook`, `{events}` stands for the names of the events to tick.
    """

    new_token: str
    right_address: str
    encryption: str
    webhook_permission: str
    webhooks: str
    manual_webhook: tuple[str, ...]
    events: Mapping[str, str]
