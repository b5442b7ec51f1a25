"""What became of the models since an earlier report of the same pull request."""

from collections.abc import Mapping

from bitbucket_integration.judged_report import JudgedReport, Level
from bitbucket_integration.published_report import Changes


def levels_of(report: JudgedReport) -> dict[str, Level]:
    """The verdict on each model, as a later report is compared with."""
    return {model.diff.model: model.level for model in report.models}


def changes_since(
    previous_commit: str, previous: Mapping[str, Level], current: JudgedReport
) -> Changes | None:
    """Compare with the verdicts on an earlier commit; None where there are none.

    A model that the settings leave out now is not compared: that mends nothing.
    """
    if not previous_commit:
        return None
    now = levels_of(current)
    fixed: list[str] = []
    broken: list[str] = []
    worse: list[str] = []
    better: list[str] = []
    missing: list[str] = []
    for model in sorted((previous.keys() | now.keys()) - set(current.ignored)):
        before, after = previous.get(model, Level.PASSED), now.get(model, Level.PASSED)
        if before is after:
            continue
        if after is Level.PASSED:
            (fixed if model in now else missing).append(model)
        elif before is Level.PASSED:
            broken.append(model)
        elif after.severity > before.severity:
            worse.append(model)
        else:
            better.append(model)
    return Changes(
        previous_commit, *(tuple(names) for names in (fixed, broken, worse, better, missing))
    )
