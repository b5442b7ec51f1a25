"""What is known of a pull request when it is decided what it should show."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bitbucket_integration.bitbucket.vocabulary import PullRequest
from bitbucket_integration.model_diff import ModelDiff
from bitbucket_integration.published_report import PublishedReport
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.report_settings import ReportSettings
from bitbucket_integration.submission import Submission


@dataclass(frozen=True, slots=True)
class Results:
    """A submission and the diffs in it."""

    submission: Submission
    models: Sequence[ModelDiff]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that a decision rests on. `now` is ISO 8601 in UTC with seconds.

    `head` is the pull request's head in full, None when Bitbucket has none to show, and
    `head_message` what was said when it was committed. `current` are the results for the head,
    oldest first; `outdated` are submissions for other commits of the pull request.

    `previous` is the report that the pull request showed before it showed one on the head. `kept`
    is the newest report on the head, unless it is as new as the results. `shown` is the report that
    the comment speaks of so far, if that is about another commit.
    `report_url` is where the whole report is, if it is shown anywhere. `access_token_expires` is a
    date, empty when it is not known.
    """

    integration_id: str
    repository_name: str
    repository_url: str
    pull_request: PullRequest
    head: str | None
    record: PullRequestRecord
    now: str
    settings: ReportSettings = field(default_factory=ReportSettings)
    head_message: str = ""
    current: Sequence[Results] = ()
    outdated: Sequence[Submission] = ()
    previous: PublishedReport | None = None
    kept: PublishedReport | None = None
    shown: PublishedReport | None = None
    report_url: str | None = None
    access_token_expires: str = ""
