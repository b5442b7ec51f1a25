"""A report: the diffs of one commit, judged.

The comment, the build status, Code Insights and the page all say what is in it, each in its way.
"""

from dataclasses import dataclass
from enum import StrEnum

from bitbucket_integration.model_diff import ModelDiff


class Level(StrEnum):
    """A verdict, on one model or on all. Those further down outrank those further up."""

    PASSED = "passed"
    WARNED = "warned"
    INCOMPLETE = "incomplete"
    """A limit could not be checked, since the tool did not report what it is about."""
    FAILED = "failed"

    @property
    def severity(self) -> int:
        """The higher, the worse."""
        return _SEVERITIES[self]

    @property
    def symbol(self) -> str:
        """What marks it everywhere: no emoji, which Data Center's database may refuse.

        None takes more than three bytes in UTF-8, which is what MySQL's old `utf8` holds.
        """
        return _SYMBOLS[self]

    @property
    def verdict(self) -> str:
        """What it is called as the verdict on all models: with warnings a report still passes."""
        return "passed with warnings" if self is Level.WARNED else self.value


_SYMBOLS = {
    Level.FAILED: "✗",
    Level.INCOMPLETE: "?",
    Level.WARNED: "⚠",
    Level.PASSED: "✓",
}
_SEVERITIES = {level: place for place, level in enumerate(Level)}


class Rule(StrEnum):
    """What a finding is about; each rule is a setting."""

    PRIMARY_KEY_NULLS = "primary_key_nulls"
    PRIMARY_KEY_DUPLICATES = "primary_key_duplicates"
    FAILED_DIFF = "failed_diff"
    REMOVED_COLUMN = "removed_column"
    RETYPED_COLUMN = "retyped_column"
    ROWS_ADDED = "rows_added"
    ROWS_REMOVED = "rows_removed"
    ROWS_CHANGED = "rows_changed"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a model is not passed. `text` is a plain sentence without a full stop.

    It holds names from outside as they came: whoever shows it has to escape it.
    """

    level: Level
    rule: Rule
    text: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class JudgedModel:
    """A model's diff and its findings, the worst first; without any it is passed."""

    diff: ModelDiff
    findings: tuple[Finding, ...] = ()

    @property
    def level(self) -> Level:
        """The worst of the findings."""
        return max((one.level for one in self.findings), key=_severity, default=Level.PASSED)


@dataclass(frozen=True, slots=True)
class JudgedReport:
    """The models, the worst first, then those that differ, each kind by name.

    `ignored` are models that the settings leave out, by name.
    """

    models: tuple[JudgedModel, ...]
    ignored: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The verdict. Where no model was diffed there is nothing to pass: incomplete."""
        nothing = Level.PASSED if self.ignored else Level.INCOMPLETE
        return max((one.level for one in self.models), key=_severity, default=nothing)


def _severity(level: Level) -> int:
    return level.severity
