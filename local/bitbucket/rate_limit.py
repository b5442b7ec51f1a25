"""Data Center's rate limit: a bucket of tokens per user, taken from by requests, filled by time.

Off unless an administrator turns it on; then 60 tokens and 5 more each second, per user and node:
Atlassian's "Improving instance stability with rate limiting". Every access token is its own user.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class RateLimit:
    """The buckets of all users."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._size: int | None = None
        self._refill = 0.0
        self._buckets: dict[str, _Bucket] = {}

    def set(self, size: int | None, refill: float = 1.0) -> None:
        """Give everyone a full bucket of that size, or no limit at all."""
        with self._lock:
            self._size = size
            self._refill = refill
            self._buckets.clear()

    def take(self, user: str) -> int | None:
        """Take one token; if there is none, answer in how many seconds there will be."""
        with self._lock:
            if self._size is None:
                return None
            now = self._clock()
            bucket = self._buckets.setdefault(user, _Bucket(self._size, now))
            gained = (now - bucket.filled_at) * self._refill
            bucket.tokens = min(self._size, bucket.tokens + gained)
            bucket.filled_at = now
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return None
            return max(1, math.ceil((1 - bucket.tokens) / self._refill))
