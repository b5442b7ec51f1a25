"""Whether an integration's settings want reports on a pull request. Nothing here does I/O."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from bitbucket_integration.bitbucket.vocabulary import PullRequest
from bitbucket_integration.report_settings import ReportSettings


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a pull request is not reported on; `detail` is a sentence."""

    reason: str
    detail: str


def exclusion(
    pull_request: PullRequest, head_message: str, settings: ReportSettings
) -> Exclusion | None:
    """Why a pull request is not reported on, None if it is. `head_message` is its last commit's."""
    branch, named = pull_request.destination_branch, f"Pull request {pull_request.id}"
    if settings.base_branches and not _fits(branch, settings.base_branches):
        wanted = ", ".join(settings.base_branches)
        return Exclusion(
            "base_branch",
            f"{named} goes into {branch or 'no branch'}. Reports are for: {wanted}.",
        )
    if pull_request.is_draft and not settings.draft_pull_requests:
        return Exclusion("draft", f"{named} is a draft. Reports start when it is ready.")
    marker = settings.skip_marker
    if says(pull_request.title, marker):
        return Exclusion(
            "skip_marker", f"The title of pull request {pull_request.id} says {marker}."
        )
    if says(head_message, marker):
        detail = f"The last commit of pull request {pull_request.id} says {marker}."
        return Exclusion("skip_marker", detail)
    return None


def says(text: str, marker: str) -> bool:
    """Whether a text turns reports off, in upper or lower case; an empty marker never does."""
    return bool(marker) and marker.casefold() in text.casefold()


def _fits(branch: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(branch, pattern) for pattern in patterns)
