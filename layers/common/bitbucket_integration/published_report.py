"""A report as it is kept for its page: the judged diffs, and what pull request they are about."""

from dataclasses import dataclass

from bitbucket_integration.judged_report import JudgedReport, Level


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different since the report on an earlier commit of the same pull request.

    Models by name: `fixed` were warned, incomplete or failed and are passed now, `broken` the other
    way round; `worse` and `better` changed their level in between. `missing` were not passed and
    are not in the results: CI may not diff them any more, or may be about to send them.
    """

    since: str
    fixed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """One report of a pull request. Times are ISO 8601 in UTC, addresses are Bitbucket's."""

    integration_id: str
    pull_request_id: int
    commit: str
    created_at: str
    repository: str
    repository_url: str
    pull_request_url: str
    report: JudgedReport
    pull_request_title: str = ""
    formats: tuple[str, ...] = ()
    changes: Changes | None = None


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """One line of the history of a pull request's reports."""

    pull_request_id: int
    commit: str
    created_at: str
    level: Level
    models: int
    differing: int
    failing: int
