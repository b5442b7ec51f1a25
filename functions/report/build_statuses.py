"""Which build statuses the commits of a pull request should have. Nothing here does I/O."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bitbucket_integration.bitbucket.vocabulary import BuildState, BuildStatus
from bitbucket_integration.build_status import STATUS_NAME, status_key
from bitbucket_integration.judged_report import JudgedReport
from bitbucket_integration.plain_words import count
from bitbucket_integration.token_expiry import near_end
from knowledge import Knowledge
from verdict import MAX_DESCRIPTION, build_state, status_description, verdict_of

WAITING = "Waiting for data diff results"
OVERTAKEN = "A newer commit came before any results"
TURNED_OFF = "Build statuses are turned off"
UNSEEN = "Results are awaited without a build status"


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """A build status of a certain commit."""

    commit: str
    status: BuildStatus


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Since when results are awaited and until when, in ISO 8601; empty: for ever, or no longer."""

    since: str
    until: str = ""


def with_results(known: Knowledge, report: JudgedReport) -> BuildStatus:
    """The status of a commit that there is a report on."""
    verdict, hint = verdict_of(report), _token_hint(known)
    told = status_description(verdict, MAX_DESCRIPTION - len(hint))
    status = _status(known, build_state(verdict), told + hint)
    return replace(status, url=known.report_url or status.url)


def without_results(known: Knowledge) -> tuple[BuildStatus, Awaiting]:
    """The status of a head whose results are awaited, or did not come for long enough.

    STOPPED, then: it looks neither as if anything had passed nor as if anything had failed.
    """
    since, hint = _awaited_since(known), _token_hint(known)
    waiting = _status(known, BuildState.IN_PROGRESS, WAITING + hint)
    minutes = known.settings.wait_minutes
    if not minutes:
        return waiting, Awaiting(since)
    until = datetime.fromisoformat(since) + timedelta(minutes=minutes)
    if datetime.fromisoformat(known.now) < until:
        return waiting, Awaiting(since, until.isoformat(timespec="seconds"))
    late = f"No data diff results came within {count(minutes, 'minute')}"
    return _status(known, BuildState.STOPPED, late + hint), Awaiting(since)


def of_nothing_more(known: Knowledge, why: str) -> CommitStatus | None:
    """The last word on a commit whose results are awaited in vain; None if none are awaited.

    Nothing would take a hint about the access token from it again.
    """
    if known.record.build_state != BuildState.IN_PROGRESS:
        return None
    return CommitStatus(known.record.head, _status(known, BuildState.STOPPED, why))


def _awaited_since(known: Knowledge) -> str:
    record = known.record
    same = record.head == known.head and record.awaited_since
    return record.awaited_since if same else known.now


def _token_hint(known: Knowledge) -> str:
    """What follows a description while the access token is about to end; empty otherwise.

    A date, and not how many days are left: a status is written again only when it says more.
    """
    today = datetime.fromisoformat(known.now).date()
    ends = near_end(known.access_token_expires, today)
    if ends is None:
        return ""
    if ends < today:
        # It still works, or nothing could be written.
        return f" · Access token should have ended on {ends}: replace it, or correct the date"
    return f" · Access token ends on {ends}: replace it in the configuration"


def _status(known: Knowledge, state: BuildState, description: str) -> BuildStatus:
    return BuildStatus(
        key=status_key(known.integration_id),
        state=state,
        name=STATUS_NAME,
        description=description[:MAX_DESCRIPTION],
        url=known.pull_request.web_url,
        source_branch=known.pull_request.source_branch,
    )
