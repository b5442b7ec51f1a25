"""Failures on order: which request shall fail, how, and how often."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """The ways in which a request can go wrong."""

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REDIRECT = "redirect"
    SLOW = "slow"
    DROP = "drop"
    APPLY_THEN_DROP = "apply_then_drop"
    APPLY_THEN_WAIT = "apply_then_wait"


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule; `times` is how often it still strikes, None is for ever.

    `skip` is how many requests that match it still lets pass before.
    `path` is a glob over the path without the query, and `*` spans slashes:
    `*/pullrequests/*/comments`.
    """

    id: int
    kind: FaultKind
    method: str = "*"
    path: str = "*"
    skip: int = 0
    times: int | None = 1
    status: int = 503
    retry_after: int | None = None
    seconds: float = 1.0
    location: str | None = None


class Faults:
    """The rules in force, the oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: dict[int, Fault] = {}
        self._last_id = 0

    def add(self, fault: Fault) -> Fault:
        """Put a rule into force and number it."""
        with self._lock:
            self._last_id += 1
            numbered = replace(fault, id=self._last_id)
            self._rules[numbered.id] = numbered
            return numbered

    def remove(self, number: int) -> None:
        """Take a rule back; one that is used up already is no error."""
        with self._lock:
            self._rules.pop(number, None)

    def clear(self) -> None:
        """Take all rules back."""
        with self._lock:
            self._rules.clear()

    def rules(self) -> list[Fault]:
        """The rules still in force."""
        with self._lock:
            return list(self._rules.values())

    def take(self, method: str, path: str) -> Fault | None:
        """The rule that strikes this request, if one does; it is counted."""
        with self._lock:
            for rule in self._rules.values():
                if not (fnmatchcase(method, rule.method) and fnmatchcase(path, rule.path)):
                    continue
                if rule.skip:
                    self._rules[rule.id] = replace(rule, skip=rule.skip - 1)
                    continue
                if rule.times is not None:
                    left = rule.times - 1
                    self._rules[rule.id] = replace(rule, times=left)
                    if left <= 0:
                        del self._rules[rule.id]
                return rule
        return None
