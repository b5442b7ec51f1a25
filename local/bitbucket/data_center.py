"""What a Data Center is set to: its version, its rate limit, and how it spares failing webhooks."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.bitbucket.circuit_breaker import CircuitBreaker
from local.bitbucket.model import NotPossibleError
from local.bitbucket.rate_limit import RateLimit

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_VERSION = "9.4.24"


@dataclass(frozen=True, order=True)
class Version:
    """A version of Data Center, or of its forerunner Server, and what came with it."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read a version such as 9.4.24."""
        if not re.fullmatch(r"\d+\.\d+\.\d+", text):
            message = f"{text!r} is no version of Bitbucket"
            raise NotPossibleError(message)
        return cls(*(int(part) for part in text.split(".")))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def tells_source_updates(self) -> bool:
        """Whether there is pr:from_ref_updated; before 7.0 there was repo:refs_changed only."""
        return self.major >= 7

    @property
    def takes_builds(self) -> bool:
        """Whether builds belong to a repository: since 7.4, from memory."""
        return (self.major, self.minor) >= (7, 4)

    @property
    def shows_builds(self) -> bool:
        """Whether such a build can be read: "Since 7.14", says the reference."""
        return (self.major, self.minor) >= (7, 14)

    @property
    def has_repository_tokens(self) -> bool:
        """Whether tokens belong to repositories and projects; before 7.18 they were personal."""
        return (self.major, self.minor) >= (7, 18)

    @property
    def has_drafts(self) -> bool:
        """Whether pull requests say if they are drafts, as they do since 8.18 (from memory)."""
        return (self.major, self.minor) >= (8, 18)

    @property
    def sends_iso_dates(self) -> bool:
        """Whether webhooks carry ISO 8601 where they had milliseconds (JENKINS-76457)."""
        return self.major >= 10


class DataCenter:
    """The settings of the one Data Center that the emulator is."""

    def __init__(
        self, version: str = DEFAULT_VERSION, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._first_version = Version.parse(version)
        self.version = self._first_version
        self.breaker = CircuitBreaker(clock)
        self.rate_limit = RateLimit(clock)

    def reset(self) -> None:
        """Set everything back to how it was."""
        self.version = self._first_version
        self.breaker.clear()
        self.rate_limit.set(None)
