"""Data Center's way of sparing a webhook that fails.

After five failures in a row a hook is skipped for ten seconds, and after each further failure for
longer, up to ten hours; a success makes it whole again (Atlassian on webhook circuit breaking).
How fast the pause grows is not said; here it doubles.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FAILURES = 5
FIRST_PAUSE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 10 * 3600.0


@dataclass
class _Hook:
    failures: int = 0
    open_again: float = 0.0


class CircuitBreaker:
    """Knows which hooks are skipped at the moment."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._hooks: dict[str, _Hook] = {}

    def lets_through(self, hook: str) -> bool:
        """Whether a delivery to the hook may be tried."""
        with self._lock:
            known = self._hooks.get(hook)
            return known is None or self._clock() >= known.open_again

    def note(self, hook: str, *, good: bool) -> None:
        """Count a delivery that was tried."""
        with self._lock:
            if good:
                self._hooks.pop(hook, None)
                return
            known = self._hooks.setdefault(hook, _Hook())
            known.failures += 1
            if known.failures >= FAILURES:
                pause = FIRST_PAUSE_SECONDS * 2.0 ** min(known.failures - FAILURES, 20)
                known.open_again = self._clock() + min(pause, LONGEST_PAUSE_SECONDS)

    def clear(self) -> None:
        """Forget all failures."""
        with self._lock:
            self._hooks.clear()
