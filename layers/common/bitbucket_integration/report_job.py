"""The messages on the report queue, and the groups that keep them in order.

A job says only where to look; the report function reads what is true when it runs.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from bitbucket_integration.errors import MalformedJobError
from bitbucket_integration.submission import Submission

VERSION = 1

SUBMITTED = "submission"
"""The cause of a job that a submission made."""

DEADLINE = "deadline"
"""The cause of a job that looks whether results are still awaited."""

CATCHING_UP = "catching_up"
"""The cause of a job that an admin made. Other causes are the names of Bitbucket's events."""


@dataclass(frozen=True, slots=True)
class PullRequestJob:
    """Bring one pull request's report up to date.

    `commit` (possibly shortened) is the commit that the cause was about; it need not be the head
    any more, and when a submission named it, it need never have been.
    """

    kind: ClassVar[str] = "pull_request"

    integration_id: str
    pull_request_id: int
    cause: str
    commit: str | None = None

    @property
    def is_event(self) -> bool:
        """Whether Bitbucket sent the event that is the cause."""
        return self.cause not in {SUBMITTED, DEADLINE, CATCHING_UP}

    @property
    def group(self) -> str:
        """One report is written at a time per pull request."""
        return f"{self.integration_id}/{self.pull_request_id}"


@dataclass(frozen=True, slots=True)
class CommitJob:
    """Find the pull requests whose head this commit is, and queue a job for each."""

    kind: ClassVar[str] = "commit"

    integration_id: str
    commit: str
    cause: str

    @property
    def group(self) -> str:
        """Commits are looked up independently of one another and of the reports."""
        return f"{self.integration_id}/{self.commit}"


@dataclass(frozen=True, slots=True)
class RepositoryJob:
    """Bring every open pull request up to date, and what CI has sent while reports were paused."""

    kind: ClassVar[str] = "repository"

    integration_id: str
    cause: str = CATCHING_UP

    @property
    def group(self) -> str:
        """A repository is gone through once at a time."""
        return f"{self.integration_id}/all"


def job_of(submission: Submission) -> PullRequestJob | CommitJob:
    """The job that gets a submission posted."""
    if submission.pull_request_id is not None:
        return PullRequestJob(
            submission.integration_id, submission.pull_request_id, SUBMITTED, submission.commit
        )
    return CommitJob(submission.integration_id, str(submission.commit), SUBMITTED)


type ReportJob = PullRequestJob | CommitJob | RepositoryJob

_KINDS: dict[str, type[PullRequestJob | CommitJob | RepositoryJob]] = {
    job.kind: job for job in (PullRequestJob, CommitJob, RepositoryJob)
}


def to_message(job: ReportJob) -> str:
    """The body of the queue's message; `from_message` reads it back."""
    return json.dumps({"version": VERSION, "kind": job.kind, **asdict(job)})


def from_message(body: str) -> ReportJob:
    """Read a queue message. Raises MalformedJobError unless it is a job of this version."""
    try:
        fields: dict[str, Any] = json.loads(body)
        if fields.pop("version") != VERSION:
            raise MalformedJobError("a report job of another version")
        return _KINDS[fields.pop("kind")](**fields)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedJobError(f"not a report job: {type(error).__name__}") from error
