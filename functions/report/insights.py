"""What Code Insights show of a report: the report itself, and annotations on the models' files."""

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from bitbucket_integration.bitbucket.code_insights import (
    MOST_ANNOTATIONS,
    Annotation,
    DataField,
    DataType,
    InsightReport,
    Link,
    Severity,
)
from bitbucket_integration.judged_report import Finding, JudgedModel, JudgedReport, Level
from bitbucket_integration.model_diff import KeyCounts, Outcome, RowCounts
from bitbucket_integration.plain_words import count, one_line, shorten
from bitbucket_integration.shares import match_of
from model_names import short_names
from verdict import verdict_of

TITLE = "Data diff"
REPORTER = "Bitbucket data diff"

_SEVERITIES = {
    Level.FAILED: Severity.HIGH,
    Level.INCOMPLETE: Severity.MEDIUM,
    Level.WARNED: Severity.LOW,
}
_FINDINGS_IN_DETAILS = 10
_LONGEST_LINE = 160
_LONGEST_MESSAGE = 440
_LONGEST_PATH = 1024
_DRIVE = re.compile(r"[A-Za-z]:")


def insight_report(report: JudgedReport, *, key: str, summary: str, link: str) -> InsightReport:
    """The report, with its most important figures first.

    `summary` is the verdict in a line; `link` leads to the whole report.
    """
    findings = list(_worst_first(report))
    names = _names(report)
    lines = [
        shorten(_message(names, model, finding), _LONGEST_LINE)
        for model, finding in findings[:_FINDINGS_IN_DETAILS]
    ]
    more = len(findings) - len(lines)
    if more > 0:
        lines.append(f"… and {count(more, 'more finding')}")
    return InsightReport(
        key=key,
        title=TITLE,
        reporter=REPORTER,
        # What could not be checked must not look as if it had passed.
        passed=report.level.severity < Level.INCOMPLETE.severity,
        details="\n".join([summary, *lines]),
        link=link,
        data=tuple(_fields(report)),
    )


def with_comment(report: InsightReport, comment_url: str) -> InsightReport:
    """The report with a link to the comment, after all its figures."""
    field = DataField("Comment", DataType.LINK, Link("On the pull request", comment_url))
    return replace(report, data=(*report.data, field))


def annotations(report: JudgedReport) -> tuple[Annotation, ...]:
    """The findings about models whose file is known, the worst first, as many as fit.

    Their ids stay the same as long as model, rule and column do.
    """
    names = _names(report)
    found: dict[str, Annotation] = {}
    for model, finding in _worst_first(report):
        path = _path(model.diff.path)
        if path is None:
            continue
        external_id = _external_id(model, finding)
        message = shorten(_message(names, model, finding), _LONGEST_MESSAGE)
        severity = _SEVERITIES[finding.level]
        found.setdefault(external_id, Annotation(external_id, path, message, severity))
    return tuple(islice(found.values(), MOST_ANNOTATIONS))


def _worst_first(report: JudgedReport) -> Iterator[tuple[JudgedModel, Finding]]:
    findings = [(model, finding) for model in report.models for finding in model.findings]
    # The models' order is kept among findings that are equally bad.
    findings.sort(key=lambda one: -one[1].level.severity)
    yield from findings


def _names(report: JudgedReport) -> dict[str, str]:
    return short_names(model.diff.model for model in report.models)


def _message(names: dict[str, str], model: JudgedModel, finding: Finding) -> str:
    return one_line(f"{names[model.diff.model]}: {finding.text}")


def _external_id(model: JudgedModel, finding: Finding) -> str:
    about = f"{model.diff.model}\0{finding.rule}\0{finding.column}"
    digest = hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()
    return f"data-diff-{digest[:32]}"


def _path(named: str) -> str | None:
    """The path of a file in a repository; None for what is not one, or leads out of it."""
    # dbt on Windows names files in Windows's way.
    path = named.replace("\\", "/").removeprefix("./")
    parts = path.split("/")
    if not path.isprintable() or len(path) > _LONGEST_PATH or _DRIVE.match(path):
        return None
    return None if {"", ".", ".."} & set(parts) else path


def _fields(report: JudgedReport) -> Iterator[DataField]:
    diffs, verdict = [model.diff for model in report.models], verdict_of(report)
    yield DataField("Verdict", DataType.TEXT, report.level.verdict.capitalize())
    yield from _counted("Models failed", verdict.failed)
    yield from _counted("Wrong primary keys", sum(_wrong_keys(diff.keys) for diff in diffs))
    different = sum(diff.outcome is Outcome.DIFFERENT for diff in diffs)
    differing = f"{different:,} of {verdict.models:,}"
    yield DataField("Models that differ", DataType.TEXT, differing)
    for title, total in (
        ("Rows added", verdict.added),
        ("Rows removed", verdict.removed),
        ("Rows changed", verdict.changed),
    ):
        if total.rows and not total.complete:
            yield DataField(title, DataType.TEXT, f"at least {total.rows:,}")
        else:
            yield from _counted(title, total.rows or 0)
    match = _lowest_match(report)
    if match is not None:
        yield DataField("Lowest match", DataType.PERCENTAGE, match)
    yield from _counted("Models warned", verdict.warned)


def _counted(title: str, number: int) -> Iterator[DataField]:
    if number:
        yield DataField(title, DataType.NUMBER, number)


def _wrong_keys(keys: KeyCounts | None) -> int:
    return (keys.head_nulls or 0) + (keys.head_duplicates or 0) if keys else 0


def _lowest_match(report: JudgedReport) -> float | None:
    shares = [
        share
        for model in report.models
        for column in model.diff.column_values
        if (share := match_of(column, model.diff.rows or RowCounts())) and share.whole
    ]
    if not shares:
        return None
    lowest = min(shares, key=lambda share: share.part / share.whole)
    percent = 100 * lowest.part / lowest.whole
    if lowest.part in {0, lowest.whole}:
        return percent
    # Neither none nor all of it, however close.
    return min(max(math.floor(100 * percent) / 100, 0.01), 99.99)
