"""What an admin is told about an access token that is about to end."""

from dataclasses import dataclass
from datetime import date

from bitbucket_integration.integration import Integration
from bitbucket_integration.token_expiry import near_end

ACCESS_TOKEN_EXPIRES_SOON = "access_token_expires_soon"  # noqa: S105 a reason


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 it is one
    """What works for now, and what to do about it. `reason` is a short constant."""

    reason: str
    detail: str


def warnings_of(integration: Integration, today: date) -> tuple[Warning, ...]:
    """What an admin should know about although the integration works."""
    ends = near_end(integration.access_token_expires, today)
    if ends is None:
        return ()
    days = (ends - today).days
    when = f"should have ended on {ends}" if days < 0 else f"ends on {ends}, {_in(days)}"
    detail = (
        f"The access token {when}. Create a new one in Bitbucket and replace it here, or correct"
        " access_token_expires."
    )
    return (Warning(ACCESS_TOKEN_EXPIRES_SOON, detail),)


def _in(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
