"""What may be known of a pull request, for tests of what is decided about it."""

from dataclasses import replace
from typing import Any

from bitbucket_integration.bitbucket.vocabulary import (
    BuildState,
    BuildStatus,
    PullRequest,
    PullRequestState,
)
from bitbucket_integration.judged_report import JudgedModel, JudgedReport
from bitbucket_integration.model_diff import ModelDiff
from bitbucket_integration.published_report import PublishedReport
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.submission import Submission, SubmissionStatus, submission_id
from knowledge import Knowledge, Results

HEAD = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
BEFORE = "bf0e8b7962c024026ad01ae09d3a11732e26c0d4"
REPOSITORY_URL = "https://bitbucket.org/acme/jaffle-shop"
WEB_URL = f"{REPOSITORY_URL}/pull-requests/7"
REPORT_URL = "https://a.example/v1/reports/abc-7-token"
NOON = "2026-11-20T12:00:00+00:00"
OPEN = PullRequest(
    7,
    PullRequestState.OPEN,
    HEAD[:12],
    "feature/orders",
    WEB_URL,
    title="Count refunds",
    destination_branch="main",
)
NOTHING_POSTED = PullRequestRecord(7)
BEFORE_POSTED = PullRequestRecord(
    7,
    BEFORE,
    "11",
    "digest",
    f"{WEB_URL}#11",
    BEFORE,
    "status",
    build_state=BuildState.SUCCESSFUL,
)
HEAD_POSTED = replace(BEFORE_POSTED, head=HEAD, reported_commit=HEAD)


def submission(
    commit: str | None = HEAD,
    status: SubmissionStatus = SubmissionStatus.QUEUED,
    body: bytes = b"",
    at: str = "2026-11-20T10:00:00.000000+00:00",
) -> Submission:
    """A submission for pull request 7."""
    name = submission_id(commit, 7, "data-diff", body)
    return Submission("abc", name, "data-diff", commit, 7, at, 1, status)


def results(*models: ModelDiff, commit: str = HEAD, **rest: Any) -> Results:
    """A submission with diffs of these models."""
    return Results(submission(commit, **rest), models)


def reported(*models: JudgedModel, commit: str = BEFORE) -> PublishedReport:
    """An earlier report of pull request 7."""
    return PublishedReport(
        integration_id="abc",
        pull_request_id=7,
        commit=commit,
        created_at="2026-11-19T10:00:00.000000+00:00",
        repository="acme/jaffle-shop",
        repository_url=REPOSITORY_URL,
        pull_request_url=WEB_URL,
        report=JudgedReport(models),
    )


def knowledge(**changes: Any) -> Knowledge:
    """An open pull request that nothing was posted on, with these changes."""
    known = Knowledge(
        integration_id="abc",
        repository_name="acme/jaffle-shop",
        repository_url=REPOSITORY_URL,
        pull_request=OPEN,
        head=HEAD,
        record=NOTHING_POSTED,
        now=NOON,
    )
    return replace(known, **changes)


def status(state: BuildState, description: str, url: str = WEB_URL) -> BuildStatus:
    """A build status of pull request 7."""
    return BuildStatus("data-diff-abc", state, "Data diff", description, url, "feature/orders")
