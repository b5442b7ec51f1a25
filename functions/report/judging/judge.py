"""Judges the diffs of one commit by an integration's settings. Nothing here does I/O."""

from collections.abc import Iterator, Sequence

from bitbucket_integration.judged_report import Finding, JudgedModel, JudgedReport, Level, Rule
from bitbucket_integration.model_diff import KeyCounts, ModelDiff, Outcome
from bitbucket_integration.name_patterns import NamePatterns
from bitbucket_integration.plain_words import count, shorten, some_of
from bitbucket_integration.report_settings import Effect, ReportSettings
from judging.ignoring import without_columns
from judging.limits import Limits

_LONGEST_ERROR = 300
_LEVELS = {Effect.FAIL: Level.FAILED, Effect.WARN: Level.WARNED}
_RULES = list(Rule)
_OUTCOMES = [Outcome.FAILED, Outcome.DIFFERENT, Outcome.IDENTICAL]


def judge(diffs: Sequence[ModelDiff], settings: ReportSettings) -> JudgedReport:
    """Judge diffs, one per model; their order does not matter."""
    models, columns = NamePatterns(settings.ignore_models), NamePatterns(settings.ignore_columns)
    limits = Limits(settings.thresholds)
    judged: list[tuple[tuple[int, int, str], JudgedModel]] = []
    ignored: list[str] = []
    for diff in diffs:
        if settings.ignore_models and models.fit_model(diff.model, diff.path):
            ignored.append(diff.model)
            continue
        left = without_columns(diff, columns) if settings.ignore_columns else diff
        findings = [*_findings(left, settings), *limits.findings(left, diff.column_values)]
        model = JudgedModel(left, tuple(sorted(findings, key=_worst_finding_first)))
        place = -model.level.severity, _OUTCOMES.index(left.outcome), left.model
        judged.append((place, model))
    judged.sort(key=lambda one: one[0])
    return JudgedReport(tuple(model for _, model in judged), tuple(sorted(ignored)))


def _worst_finding_first(finding: Finding) -> tuple[int, int]:
    return -finding.level.severity, _RULES.index(finding.rule)


def _findings(diff: ModelDiff, settings: ReportSettings) -> Iterator[Finding]:
    level = _LEVELS.get(settings.failed_diff)
    if level and diff.outcome is Outcome.FAILED:
        yield Finding(level, Rule.FAILED_DIFF, _failure(diff))
    level = _LEVELS.get(settings.primary_key_problem)
    if level and diff.keys:
        yield from _key_problems(diff.keys, diff.primary_key, level)
    level = _LEVELS.get(settings.removed_column)
    if level:
        for column in diff.columns_removed:
            text = f"column {shorten(column.name)} removed"
            yield Finding(level, Rule.REMOVED_COLUMN, text, column.name)
    level = _LEVELS.get(settings.retyped_column)
    if level:
        for change in diff.types_changed:
            text = (
                f"column {shorten(change.name)} retyped"
                f" from {_type(change.base)} to {_type(change.head)}"
            )
            yield Finding(level, Rule.RETYPED_COLUMN, text, change.name)


def _failure(diff: ModelDiff) -> str:
    error = " ".join((diff.error or "").split())
    reason = shorten(error, _LONGEST_ERROR).rstrip(".")
    return f"could not be diffed: {reason}" if reason else "could not be diffed, no reason given"


def _key_problems(keys: KeyCounts, key: Sequence[str], level: Level) -> Iterator[Finding]:
    of = f" in {some_of(key, 'column')}" if key else ""
    if keys.head_nulls:
        rows = count(keys.head_nulls, "row")
        text = f"{rows} without a key{of}{_in_base(keys.base_nulls, keys.head_nulls)}"
        yield Finding(level, Rule.PRIMARY_KEY_NULLS, text)
    if keys.head_duplicates:
        found = count(keys.head_duplicates, "duplicate key")
        text = f"{found}{of}{_in_base(keys.base_duplicates, keys.head_duplicates)}"
        yield Finding(level, Rule.PRIMARY_KEY_DUPLICATES, text)


def _in_base(base: int | None, head: int) -> str:
    if base is None:
        return ""
    if base == 0:
        return ", none in base"
    return f", not new: {base:,} in base" if base >= head else f", {base:,} in base already"


def _type(column_type: str | None) -> str:
    return shorten(column_type) if column_type else "a type not reported"
