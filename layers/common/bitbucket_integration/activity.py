"""Which events of Bitbucket's have come in for an integration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Activity:
    """The first and the last event whose signature was right. Times are ISO 8601 in UTC."""

    first_event_at: str
    last_event: str
    last_event_at: str
