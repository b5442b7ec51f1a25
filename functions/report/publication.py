"""The report as it is kept for its page."""

import hashlib
import json

from bitbucket_integration.judged_report import JudgedReport
from bitbucket_integration.published_report import Changes, PublishedReport
from judging.changes import changes_since, levels_of
from knowledge import Knowledge


def publication(known: Knowledge, head: str, report: JudgedReport) -> PublishedReport:
    """The report on the head. The same results make the same, whenever it is made."""
    submissions = [one.submission for one in known.current]
    return PublishedReport(
        integration_id=known.integration_id,
        pull_request_id=known.pull_request.id,
        commit=head,
        created_at=_created_at(known, report),
        repository=known.repository_name,
        repository_url=known.repository_url,
        pull_request_url=known.pull_request.web_url,
        report=report,
        pull_request_title=known.pull_request.title,
        formats=tuple(sorted({one.format for one in submissions})),
        changes=_changes(known.previous, report),
    )


def _created_at(known: Knowledge, report: JudgedReport) -> str:
    """When the newest results came, or when the same first came that were sent again since."""
    if known.kept is not None and known.kept.report == report:
        return known.kept.created_at
    return max(one.submission.submitted_at for one in known.current)


def _changes(previous: PublishedReport | None, report: JudgedReport) -> Changes | None:
    if previous is None:
        return None
    return changes_since(previous.commit, levels_of(previous.report), report)


def publication_digest(known: Knowledge, head: str) -> str:
    """What a publication depends on, in short: whole reports take long to digest."""
    about = [
        head,
        known.pull_request.title,
        known.settings.to_store(),
        known.previous and [known.previous.commit, known.previous.created_at],
        [[one.submission.id, one.submission.submitted_at] for one in known.current],
    ]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()
