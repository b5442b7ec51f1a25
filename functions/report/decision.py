"""What a pull request should show, decided from what is known. Nothing here does I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from bitbucket_integration.bitbucket.vocabulary import (
    BuildState,
    BuildStatus,
    PullRequest,
    PullRequestState,
)
from bitbucket_integration.model_diff import ModelDiff, merge
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.submission import Submission, SubmissionStatus
from report_comment import ReportComment, render
from verdict import build_state, status_description, verdict_of

STATUS_NAME = "Data diff"
WAITING = "Waiting for data diff results"


@dataclass(frozen=True, slots=True)
class Results:
    """A submission and the diffs in it."""

    submission: Submission
    models: Sequence[ModelDiff]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that a decision rests on.

    `head` is the pull request's head in full, None when Bitbucket has none to show.
    `current` are the results for the head, `earlier` those for the commit that the comment speaks
    of so far; both oldest first. `outdated` are submissions for other commits of the pull request.
    """

    integration_id: str
    repository_url: str
    pull_request: PullRequest
    head: str | None
    record: PullRequestRecord
    current: Sequence[Results] = ()
    earlier: Sequence[Results] = ()
    outdated: Sequence[Submission] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """What a submission's status becomes."""

    submission: Submission
    status: SubmissionStatus
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the pull request should show; None leaves alone what is there."""

    comment: str | None = None
    reported_commit: str = ""
    build_status: BuildStatus | None = None
    marks: tuple[Mark, ...] = ()


def marker(integration_id: str) -> str:
    """What the last line of our comments carries, so that they are found again."""
    return f"dd-{integration_id}"


def status_key(integration_id: str) -> str:
    """The build status's key; Bitbucket Cloud allows 40 characters."""
    return f"data-diff-{integration_id}"[:40]


def decide(known: Knowledge) -> Plan:
    """The plan for one pull request. The same knowledge always makes the same plan."""
    if known.pull_request.state is not PullRequestState.OPEN or known.head is None:
        return Plan(marks=_closed(known))
    comment, reported_commit = _comment(known, known.head)
    return Plan(
        comment=comment,
        reported_commit=reported_commit,
        build_status=_build_status(known, known.head),
        marks=(
            *(Mark(one.submission, SubmissionStatus.POSTED) for one in known.current),
            *_superseded(known, known.head),
        ),
    )


def _comment(known: Knowledge, head: str) -> tuple[str | None, str]:
    if known.current:
        results, commit = known.current, head
    elif known.earlier and known.record.comment_id:
        results, commit = known.earlier, known.record.reported_commit
    else:
        return None, known.record.reported_commit
    report = ReportComment(
        diffs=merge(one.models for one in results),
        commit=commit,
        head_commit=head,
        marker=marker(known.integration_id),
        commit_url=f"{known.repository_url}/commits/{commit}",
        head_commit_url=f"{known.repository_url}/commits/{head}",
    )
    return render(report), commit


def _build_status(known: Knowledge, head: str) -> BuildStatus | None:
    if not known.current and known.record.reported_commit == head:
        # The results have been reported and have expired since: what is shown stays true.
        return None
    state, description = BuildState.IN_PROGRESS, WAITING
    if known.current:
        verdict = verdict_of(merge(one.models for one in known.current))
        state = build_state(verdict)
        description = status_description(verdict)
    return BuildStatus(
        key=status_key(known.integration_id),
        state=state,
        name=STATUS_NAME,
        description=description,
        url=known.pull_request.web_url,
        source_branch=known.pull_request.source_branch,
    )


def _superseded(known: Knowledge, head: str) -> tuple[Mark, ...]:
    detail = f"Pull request {known.pull_request.id} is at {head[:12]} now."
    return tuple(
        Mark(submission, SubmissionStatus.SUPERSEDED, "newer_commit", detail)
        for submission in known.outdated
        if submission.status is SubmissionStatus.QUEUED
    )


def _closed(known: Knowledge) -> tuple[Mark, ...]:
    reason, state = "pull_request_closed", known.pull_request.state.value
    if known.pull_request.state is PullRequestState.OPEN:
        reason, state = "no_head", "without its commits, since their fork was deleted"
    detail = f"Pull request {known.pull_request.id} is {state}."
    waiting = [*(one.submission for one in known.current), *known.outdated]
    return tuple(
        Mark(submission, SubmissionStatus.SUPERSEDED, reason, detail)
        for submission in waiting
        if submission.status is SubmissionStatus.QUEUED
    )
