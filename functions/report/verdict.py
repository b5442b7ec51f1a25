"""What a report amounts to: the counting and wording that comment and build status share."""

from collections.abc import Sequence
from dataclasses import dataclass

from bitbucket_integration.bitbucket.vocabulary import BuildState
from bitbucket_integration.judged_report import JudgedModel, JudgedReport, Level
from bitbucket_integration.model_diff import Outcome, RowCounts
from bitbucket_integration.plain_words import count
from row_numbers import number

MAX_DESCRIPTION = 255


@dataclass(frozen=True, slots=True)
class Total:
    """Rows summed over the differing models: None when no model told, a part when some did not."""

    rows: int | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many models there are of each kind, and by how many rows those that differ do.

    `not_diffed`, `differing` and `unchanged` are the passed ones, by their diff's outcome.
    """

    level: Level
    failed: int
    incomplete: int
    warned: int
    not_diffed: int
    differing: int
    unchanged: int
    ignored: int
    any_differs: bool
    schema_changed: int
    added: Total
    removed: Total
    changed: Total

    @property
    def title(self) -> str:
        """The verdict in a word or three, such as `failed`."""
        return self.level.verdict

    @property
    def models(self) -> int:
        """All models that were judged."""
        passed = self.not_diffed + self.differing + self.unchanged
        return self.failed + self.incomplete + self.warned + passed

    @property
    def finding(self) -> str:
        """How many models are of which kind, such as `2 of 40 models failed, 38 unchanged`."""
        if not self.models:
            ignored = count(self.ignored, "model")
            return (
                f"{ignored} ignored, no other was diffed"
                if self.ignored
                else "no models were diffed"
            )
        if self.unchanged == self.models:
            return f"no differences in {count(self.models, 'model')}"
        kinds = (
            (self.failed, "failed"),
            (self.incomplete, "incomplete"),
            (self.warned, "warned"),
            (self.not_diffed, "could not be diffed"),
            (self.differing, "differs" if self.differing == 1 else "differ"),
            (self.unchanged, "unchanged"),
        )
        [(first, word), *others] = [kind for kind in kinds if kind[0]]
        of_all = "model" if self.models == 1 else f"of {count(self.models, 'model')}"
        told = [f"{first:,} {of_all} {word}"]
        told += [f"{models:,} {word}" for models, word in others]
        return ", ".join(told)

    @property
    def extent(self) -> str:
        """By how much the models differ; empty when none does."""
        if not self.any_differs:
            return ""
        parts = [self._rows()]
        if self.schema_changed:
            where = "" if self.models == 1 else f" in {count(self.schema_changed, 'model')}"
            parts.append(f"schema changed{where}")
        return "; ".join(parts)

    def _rows(self) -> str:
        totals = {"added": self.added, "removed": self.removed, "changed": self.changed}
        if not any(total.rows or total.complete for total in totals.values()):
            by_any = any(total.rows == 0 for total in totals.values())
            return "row counts not reported" + (" by every model" if by_any else "")
        if all(total.complete and not total.rows for total in totals.values()):
            return "no rows added, removed or changed"
        parts: list[str] = []
        unit_named = False
        for name, total in totals.items():
            if not total.rows and not total.complete:
                by_every_model = " by every model" if total.rows == 0 else ""
                parts.append(f"{name} rows not reported{by_every_model}")
                continue
            rows = total.rows or 0
            amount = number(rows)
            if not unit_named:
                amount += " row" if rows == 1 else " rows"
            unit_named = True
            parts.append(f"{'' if total.complete else 'at least '}{amount} {name}")
        return ", ".join(parts)


def verdict_of(report: JudgedReport) -> Verdict:
    """Count a report's models."""
    kinds = [(model.level, model.diff.outcome) for model in report.models]
    levels = [level for level, _ in kinds]
    passed = [outcome for level, outcome in kinds if level is Level.PASSED]
    differing = [model for model in report.models if model.diff.outcome is Outcome.DIFFERENT]
    rows = [model.diff.rows or RowCounts() for model in differing]
    return Verdict(
        level=report.level,
        failed=levels.count(Level.FAILED),
        incomplete=levels.count(Level.INCOMPLETE),
        warned=levels.count(Level.WARNED),
        not_diffed=passed.count(Outcome.FAILED),
        differing=passed.count(Outcome.DIFFERENT),
        unchanged=passed.count(Outcome.IDENTICAL),
        ignored=len(report.ignored),
        any_differs=bool(differing),
        schema_changed=_with_other_schema(differing),
        added=_total([row.added for row in rows]),
        removed=_total([row.removed for row in rows]),
        changed=_total([row.changed for row in rows]),
    )


def build_state(verdict: Verdict) -> BuildState:
    """Failed fails the build, and so does what nobody could check; a warning does not."""
    if verdict.level in {Level.FAILED, Level.INCOMPLETE}:
        return BuildState.FAILED
    return BuildState.SUCCESSFUL


def status_description(verdict: Verdict, limit: int = MAX_DESCRIPTION) -> str:
    """Word the verdict as a build status's description: one line of plain text.

    Where `limit` leaves no room for how much the models differ, that gives way as a whole: part of
    a number would be another number.
    """
    told = f"{verdict.finding}: {verdict.extent}" if verdict.extent else verdict.finding
    if len(told) > limit:
        told = verdict.finding
    told = told[:1].upper() + told[1:].replace("\N{NO-BREAK SPACE}", " ")
    return told if len(told) <= limit else told[: limit - 1] + "…"


def _with_other_schema(models: Sequence[JudgedModel]) -> int:
    return sum(model.diff.schema_changed for model in models)


def _total(counts: Sequence[int | None]) -> Total:
    known = [number for number in counts if number is not None]
    return Total(rows=sum(known) if known else None, complete=len(known) == len(counts))
