from dataclasses import replace
from typing import Any

import pytest

from bitbucket_integration.bitbucket.vocabulary import PullRequest, PullRequestState
from bitbucket_integration.report_settings import ReportSettings
from gating import exclusion

INTO_MAIN = PullRequest(
    7,
    PullRequestState.OPEN,
    "a" * 40,
    "feature/orders",
    "https://bitbucket.org/acme/shop/pull-requests/7",
    title="Count refunds",
    destination_branch="main",
)


def reason(message: str = "", settings: dict[str, Any] | None = None, **changes: Any) -> str | None:
    found = exclusion(replace(INTO_MAIN, **changes), message, ReportSettings(**settings or {}))
    return found.reason if found else None


@pytest.mark.parametrize(
    ("branch", "branches", "excluded"),
    [
        ("main", (), False),
        ("anything", (), False),
        ("main", ("main",), False),
        ("dev", ("main",), True),
        ("Main", ("main",), True),
        ("release/1.2", ("main", "release/*"), False),
        ("release", ("release/*",), True),
        ("v1", ("v[0-9]",), False),
        ("v10", ("v?",), True),
        ("", ("main",), True),
    ],
)
def test_only_certain_base_branches_may_count(
    branch: str, branches: tuple[str, ...], *, excluded: bool
) -> None:
    settings = {"base_branches": branches}
    found = reason(settings=settings, destination_branch=branch)
    assert found == ("base_branch" if excluded else None)


def test_a_draft_counts_unless_it_is_not_to() -> None:
    assert reason(is_draft=True) is None
    assert reason(is_draft=True, settings={"draft_pull_requests": False}) == "draft"
    assert reason(settings={"draft_pull_requests": False}) is None


@pytest.mark.parametrize(
    ("title", "message", "marker", "excluded"),
    [
        ("Count refunds", "Count refunds", "[skip data-diff]", False),
        ("Count refunds [skip data-diff]", "", "[skip data-diff]", True),
        ("[SKIP Data-Diff] Count refunds", "", "[skip data-diff]", True),
        ("Count refunds", "Count refunds\n\n[skip data-diff]\n", "[skip data-diff]", True),
        ("Count refunds", "skip data-diff", "[skip data-diff]", False),
        ("Count refunds", "no-diff", "no-diff", True),
        ("Count refunds", "", "", False),
    ],
)
def test_a_marker_in_title_or_last_commit_turns_reports_off(
    title: str, message: str, marker: str, *, excluded: bool
) -> None:
    found = reason(message, {"skip_marker": marker}, title=title)
    assert found == ("skip_marker" if excluded else None)


def test_ci_is_told_why_in_a_sentence() -> None:
    settings = ReportSettings(base_branches=("main", "release/*"), draft_pull_requests=False)
    into_dev = replace(INTO_MAIN, destination_branch="dev")
    said = {
        exclusion(into_dev, "", settings): "Pull request 7 goes into dev. "
        "Reports are for: main, release/*.",
        exclusion(replace(INTO_MAIN, is_draft=True), "", settings): "Pull request 7 is a draft. "
        "Reports start when it is ready.",
        exclusion(
            replace(INTO_MAIN, title="x [skip data-diff]"), "", settings
        ): "The title of pull request 7 says [skip data-diff].",
        exclusion(
            INTO_MAIN, "[skip data-diff]", settings
        ): "The last commit of pull request 7 says [skip data-diff].",
    }
    for found, detail in said.items():
        assert found is not None
        assert found.detail == detail
