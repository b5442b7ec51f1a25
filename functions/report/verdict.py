"""What a set of diffs amounts to: the counting and wording that comment and build status share."""

from collections.abc import Sequence
from dataclasses import dataclass

from bitbucket_integration.bitbucket.vocabulary import BuildState
from bitbucket_integration.model_diff import ModelDiff, Outcome, RowCounts

MAX_DESCRIPTION = 255


@dataclass(frozen=True, slots=True)
class Total:
    """Rows summed over the differing models: None when no model told, a part when some did not."""

    rows: int | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many models were diffed, differ and failed, and by how many rows they differ."""

    models: int
    differing: int
    failed: int
    schema_changed: int
    added: Total
    removed: Total
    changed: Total

    @property
    def unchanged(self) -> int:
        """Models that were diffed and do not differ."""
        return self.models - self.differing - self.failed

    @property
    def finding(self) -> str:
        """The verdict in a few words, such as `2 of 5 models differ`."""
        models = count(self.models, "model")
        if self.failed:
            return self._failures()
        if self.differing:
            of_all = "model" if self.models == 1 else f"of {models}"
            return f"{self.differing:,} {of_all} {self._differ}"
        return f"no differences in {models}" if self.models else "no models were diffed"

    def _failures(self) -> str:
        models = count(self.models, "model")
        if self.failed == self.models:
            return (
                f"none of the {models} could be diffed"
                if self.models > 1
                else "1 model could not be diffed"
            )
        failed = f"{self.failed:,} of {models} could not be diffed"
        if self.differing:
            return f"{failed}, {self.differing:,} {self._differ}"
        others = "one" if self.unchanged == 1 else f"{self.unchanged:,}"
        return f"{failed}, no differences in the other {others}"

    @property
    def _differ(self) -> str:
        return "differs" if self.differing == 1 else "differ"

    @property
    def extent(self) -> str:
        """By how much the differing models differ; empty when none does."""
        if not self.differing:
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
            amount = f"{rows:,}" if unit_named else count(rows, "row")
            unit_named = True
            parts.append(f"{'' if total.complete else 'at least '}{amount} {name}")
        return ", ".join(parts)


def verdict_of(diffs: Sequence[ModelDiff]) -> Verdict:
    """Count the diffs of one commit, one per model."""
    differing = [diff for diff in diffs if diff.outcome is Outcome.DIFFERENT]
    rows = [diff.rows or RowCounts() for diff in differing]
    return Verdict(
        models=len(diffs),
        differing=len(differing),
        failed=sum(diff.outcome is Outcome.FAILED for diff in diffs),
        schema_changed=sum(diff.schema_changed for diff in differing),
        added=_total([row.added for row in rows]),
        removed=_total([row.removed for row in rows]),
        changed=_total([row.changed for row in rows]),
    )


def build_state(verdict: Verdict) -> BuildState:
    """Differences are findings, not failures; a model that nobody could diff is a failure."""
    # No model at all fails as well: nothing was compared, so nothing may look green.
    if verdict.failed or not verdict.models:
        return BuildState.FAILED
    return BuildState.SUCCESSFUL


def status_description(verdict: Verdict) -> str:
    """Word the verdict as a build status's description: one line of plain text."""
    told = f"{verdict.finding}: {verdict.extent}" if verdict.extent else verdict.finding
    told = told.capitalize()
    return told if len(told) <= MAX_DESCRIPTION else told[: MAX_DESCRIPTION - 1] + "…"


def count(number: int, noun: str) -> str:
    """Write a number with its noun, such as `1 model` or `1,200 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _total(counts: Sequence[int | None]) -> Total:
    known = [number for number in counts if number is not None]
    return Total(rows=sum(known) if known else None, complete=len(known) == len(counts))
