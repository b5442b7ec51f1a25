"""When it is time to replace an access token that will end."""

from datetime import date

WARNING_DAYS = 14


def near_end(expires: str, today: date) -> date | None:
    """The last day of an access token if it is near or past; None if it is not, or not known.

    `expires` is a date as an integration stores it.
    """
    if not expires:
        return None
    ends = date.fromisoformat(expires)
    return ends if (ends - today).days <= WARNING_DAYS else None
