"""A report of a pull request among the others, as it is now: pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bitbucket_integration.published_report import PublishedReport, ReportSummary

_SHORTENED_COMMIT = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report, the history that it is part of (the newest first), and the head of today.

    `head` is empty where it is not known, and may be a shortened commit. `reported` is the commit
    whose report the pull request shows, where that is known.
    """

    published: PublishedReport
    history: tuple[ReportSummary, ...]
    head: str = ""
    reported: str = ""

    @property
    def has_moved_on(self) -> bool:
        """Whether the pull request is at another commit by now."""
        commit = self.published.commit
        return bool(self.head) and not (
            commit.startswith(self.head) or self.head.startswith(commit)
        )

    @property
    def current(self) -> ReportSummary | None:
        """The report that the pull request shows, unless this is it."""
        line = current(self.history, self.reported)
        return None if line is None or self.is_this(line) else line

    def is_this(self, line: ReportSummary) -> bool:
        """Whether a line of the history is about this report."""
        return (line.commit, line.created_at) == (self.published.commit, self.published.created_at)


def current(history: Sequence[ReportSummary], reported: str) -> ReportSummary | None:
    """The report that a pull request shows, the newest one first in `history`.

    It is about the commit `reported`, which need not be the newest: branches are reset.
    """
    newest = history[0] if history else None
    return next((line for line in history if line.commit == reported), newest)


def chosen(
    history: Sequence[ReportSummary], wanted: str, reported: str = ""
) -> ReportSummary | None:
    """The report that an address asks for, the newest one first in `history`.

    By its time, by its commit (at least seven characters; of several the newest), or by counting
    from the newest, which is 1. Without a wish it is the one that the pull request shows.
    """
    if not wanted:
        return current(history, reported)
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 7:
        position = int(wanted)
        return history[position - 1] if 0 < position <= len(history) else None
    is_commit = _SHORTENED_COMMIT.fullmatch(wanted) is not None
    for line in history:
        if line.created_at == wanted or (is_commit and line.commit.startswith(wanted)):
            return line
    return None
