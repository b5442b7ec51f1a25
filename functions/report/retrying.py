"""How long a failed job waits before its next try."""

_FIRST_SECONDS = 5
_MOST_SECONDS = 900


def retry_delay(receives: int, retry_after: float | None, jitter: float) -> int:
    """Seconds until the next try, after `receives` tries.

    The delay doubles from five seconds to a quarter of an hour; `jitter`, from 0 to 1, spreads jobs
    over its second half, so that those which failed together don't come back together. Bitbucket's
    own wish makes it longer, never shorter: else a wish of one second would use up all tries.
    """
    delay = min(_MOST_SECONDS, _FIRST_SECONDS << min(max(receives, 1) - 1, 20))
    spread = round(delay * (0.5 + jitter / 2))
    return max(1, spread, round(min(_MOST_SECONDS, retry_after or 0)))
