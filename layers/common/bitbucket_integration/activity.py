"""What has happened lately for an integration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Activity:
    """The first and the last event whose signature was right. Times are ISO 8601 in UTC."""

    first_event_at: str
    last_event: str
    last_event_at: str


@dataclass(frozen=True, slots=True)
class LastReport:
    """The last report that a pull request was brought up to date with."""

    pull_request_id: int
    commit: str
    at: str


@dataclass(frozen=True, slots=True)
class Recent:
    """What came in last, and what was reported last; None for nothing yet."""

    event: Activity | None = None
    report: LastReport | None = None


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """What became of one job.

    `at` is when it was queued. `cause` is the name of Bitbucket's event, or what else made the job;
    `outcome` is a word or an error's reason, and `detail` a sentence for a person.
    """

    integration_id: str
    at: str
    id: str
    cause: str
    outcome: str
    detail: str = ""
    pull_request_id: int | None = None
    commit: str | None = None
