"""What can go wrong between a clone and a running stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SHOWN_LINES = 30


class LocalStackError(Exception):
    """The stack could not be brought up; the message says what to look at."""


def with_log(message: str, log: Path) -> LocalStackError:
    """Say what failed, with the end of the log that tells why."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return LocalStackError("\n".join([f"{message} ({log}):", *lines[-SHOWN_LINES:]]))
