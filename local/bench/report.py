"""What judging a large report and showing it on the pull request takes."""

from collections.abc import Callable

from comment.report_comment import ReportComment, render
from insights import annotations, insight_report
from judging.judge import judge
from tests.unit.large_report import LARGE_SETTINGS, large_diffs

_COMMIT = "3f1c2d4e5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d"


def steps() -> dict[str, Callable[[], object]]:
    """The steps by name."""
    diffs = large_diffs()
    report = judge(diffs, LARGE_SETTINGS)
    comment = ReportComment(report, _COMMIT, _COMMIT, "dd-bench")
    return {
        "judging": lambda: judge(diffs, LARGE_SETTINGS),
        "comment": lambda: render(comment),
        "Code Insights": lambda: (
            insight_report(report, key="data-diff-bench", summary="A summary", link=""),
            annotations(report),
        ),
    }
