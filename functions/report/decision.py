"""What a pull request should show, decided from what is known. Nothing here does I/O."""

from dataclasses import dataclass, replace

from bitbucket_integration.bitbucket.code_insights import Annotation, InsightReport
from bitbucket_integration.bitbucket.vocabulary import BuildStatus, PullRequestState
from bitbucket_integration.build_status import status_key
from bitbucket_integration.judged_report import JudgedReport
from bitbucket_integration.model_diff import merge
from bitbucket_integration.published_report import PublishedReport
from bitbucket_integration.submission import Submission, SubmissionStatus
from build_statuses import (
    OVERTAKEN,
    TURNED_OFF,
    UNSEEN,
    Awaiting,
    CommitStatus,
    of_nothing_more,
    with_results,
    without_results,
)
from comment.report_comment import ReportComment, render
from gating import Exclusion, exclusion
from insights import annotations, insight_report
from judging.judge import judge
from knowledge import Knowledge
from publication import publication
from verdict import status_description, verdict_of


@dataclass(frozen=True, slots=True)
class Mark:
    """What a submission's status becomes."""

    submission: Submission
    status: SubmissionStatus
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Insights:
    """What Code Insights show on the head."""

    report: InsightReport
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the pull request should show; None leaves alone what is there.

    `report` is what its page shows. `stopped` is the last word on a commit, mostly an earlier head.
    """

    report: PublishedReport | None = None
    comment: str | None = None
    build_status: BuildStatus | None = None
    awaiting: Awaiting | None = None
    stopped: CommitStatus | None = None
    insights: Insights | None = None
    marks: tuple[Mark, ...] = ()


def marker(integration_id: str) -> str:
    """What the last line of our comments carries, so that they are found again."""
    return f"dd-{integration_id}"


def decide(known: Knowledge) -> Plan:
    """The plan for one pull request. The same knowledge always makes the same plan."""
    head = known.head
    if known.pull_request.state is not PullRequestState.OPEN or head is None:
        return _without(known, _closed(known))
    excluded = exclusion(known.pull_request, known.head_message, known.settings)
    if excluded:
        plan = _without(known, excluded, *_superseded(known, head))
        # What is there already must not look as if it were about this commit.
        return replace(plan, comment=_still_shown(known, head, excluded.detail))
    if known.current:
        return _with_results(known, head)
    return _without_results(known, head)


def _with_results(known: Knowledge, head: str) -> Plan:
    settings = known.settings
    report = judge(merge(one.models for one in known.current), settings)
    published = publication(known, head, report)
    status = with_results(known, report) if settings.build_status else None
    return Plan(
        report=published,
        comment=_comment(known, head, published) if settings.comment else None,
        build_status=status,
        stopped=_stopped(known, head, status),
        insights=_insights(known, report) if settings.code_insights else None,
        marks=(
            *(Mark(one.submission, SubmissionStatus.POSTED) for one in known.current),
            *_superseded(known, head),
        ),
    )


def _without_results(known: Knowledge, head: str) -> Plan:
    settings, record = known.settings, known.record
    status, awaiting = None, None
    # What was reported and has expired since stays true, and so does what is shown of it.
    if settings.shows_pending and record.reported_commit != head:
        status, awaiting = without_results(known)
    return Plan(
        comment=_still_shown(known, head),
        build_status=status,
        awaiting=awaiting,
        stopped=_stopped(known, head, status),
        marks=_superseded(known, head),
    )


def _without(known: Knowledge, why: Exclusion, *marks: Mark) -> Plan:
    """Nothing is shown, or nothing more, and CI hears why."""
    waiting = [*(one.submission for one in known.current), *known.outdated]
    marked = {one.submission.id for one in marks}
    return Plan(
        stopped=of_nothing_more(known, why.detail),
        marks=(
            *marks,
            *(
                Mark(one, SubmissionStatus.SUPERSEDED, why.reason, why.detail)
                for one in waiting
                if one.status is SubmissionStatus.QUEUED and one.id not in marked
            ),
        ),
    )


def _still_shown(known: Knowledge, head: str, left_out: str = "") -> str | None:
    if known.shown is None or not known.settings.comment or not known.record.comment_id:
        return None
    return _comment(known, head, known.shown, left_out)


def _comment(known: Knowledge, head: str, shown: PublishedReport, left_out: str = "") -> str:
    return render(
        ReportComment(
            report=shown.report,
            commit=shown.commit,
            head_commit=head,
            marker=marker(known.integration_id),
            commit_url=f"{known.repository_url}/commits/{shown.commit}",
            head_commit_url=f"{known.repository_url}/commits/{head}",
            report_url=known.report_url,
            updated_at=shown.created_at,
            changes=shown.changes,
            left_out=left_out,
        )
    )


def _insights(known: Knowledge, report: JudgedReport) -> Insights:
    about = insight_report(
        report,
        key=status_key(known.integration_id),
        summary=status_description(verdict_of(report)),
        link=known.report_url or known.pull_request.web_url,
    )
    return Insights(about, annotations(report))


def _stopped(known: Knowledge, head: str, status: BuildStatus | None) -> CommitStatus | None:
    if known.record.head != head:
        return of_nothing_more(known, OVERTAKEN)
    if status is not None:
        return None
    # The settings have changed while results were awaited.
    return of_nothing_more(known, UNSEEN if known.settings.build_status else TURNED_OFF)


def _superseded(known: Knowledge, head: str) -> tuple[Mark, ...]:
    detail = f"Pull request {known.pull_request.id} is at {head[:12]} now."
    return tuple(
        Mark(submission, SubmissionStatus.SUPERSEDED, "newer_commit", detail)
        for submission in known.outdated
        if submission.status is SubmissionStatus.QUEUED
    )


def _closed(known: Knowledge) -> Exclusion:
    reason, state = "pull_request_closed", known.pull_request.state.value
    if known.pull_request.state is PullRequestState.OPEN:
        reason, state = "no_head", "without its commits, since their fork was deleted"
    return Exclusion(reason, f"Pull request {known.pull_request.id} is {state}.")
