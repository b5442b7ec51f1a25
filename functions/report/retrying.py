"""How long a failed job waits before its next try."""

_FIRST_SECONDS = 5
_MOST_SECONDS = 900


def retry_delay(receives: int, retry_after: float | None, jitter: float) -> int:
    """Seconds until the next try, after `receives` tries.

    Bitbucket's own wish wins, up to a quarter of an hour. Otherwise the delay doubles from five
    seconds; `jitter`, from 0 to 1, spreads jobs over its second half, so that those which failed
    together don't come back together.
    """
    if retry_after is not None:
        return max(1, round(min(_MOST_SECONDS, retry_after)))
    delay = min(_MOST_SECONDS, _FIRST_SECONDS << min(max(receives, 1) - 1, 20))
    return max(1, round(delay * (0.5 + jitter / 2)))
