"""What a comment says about one model beyond its row in the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from bitbucket_integration.judged_report import JudgedModel, Rule
from bitbucket_integration.model_diff import Dependent, KeyCounts, ModelDiff, Outcome, RowCounts
from bitbucket_integration.plain_words import count
from bitbucket_integration.shares import match_of
from comment.markdown import Align, code, table, text
from comment.sample_table import sample_table
from row_numbers import NOT_REPORTED, bar, number, percent

_KEY_COLUMNS_NAMED = 5
_DEPENDENTS_NAMED = 5
_LONGEST_ERROR = 300
_LONGEST_TYPE = 60
_COLUMN_HEADERS = ("Column", "Match", "Rows that differ")
_COLUMN_ALIGNMENTS = (Align.LEFT, Align.LEFT, Align.RIGHT)


@dataclass(frozen=True, slots=True)
class SectionDetail:
    """How much a section shows: columns that differ, schema changes, sample rows."""

    columns: int
    schema_changes: int
    sample_rows: int


def section(
    model: JudgedModel, name: str, detail: SectionDetail, *, named_tables: bool
) -> list[str]:
    """Write the blocks about one model; none where its row has said everything."""
    diff = model.diff
    blocks: list[str] = []
    columns = _column_rows(diff, detail)
    if columns:
        blocks.append(table(_COLUMN_HEADERS, _COLUMN_ALIGNMENTS, columns))
        more = len(diff.differing_columns) - len(columns)
        if more:
            blocks.append(f"… and {count(more, 'more column')} with differences.")
    lines = [*_schema_lines(diff, detail), *_key_lines(model)]
    if diff.outcome is Outcome.FAILED and Rule.FAILED_DIFF not in _rules(model):
        reason = text(diff.error or "", _LONGEST_ERROR) or "no reason given"
        lines.append(f"- Could not be diffed: {reason}")
    if diff.downstream:
        lines.append(f"- Downstream: {_dependents(diff.downstream)}")
    if lines:
        blocks.append("\n".join(lines))
    samples = sample_table(diff, detail.sample_rows)
    if samples:
        blocks.append(samples)
    if not blocks:
        return []
    facts = _facts(diff, named_tables=named_tables)
    return [f"### {text(name)}", *([facts] if facts else []), *blocks]


def _facts(diff: ModelDiff, *, named_tables: bool) -> str:
    facts = []
    if diff.primary_key:
        facts.append(f"Primary key: {_primary_key(diff.primary_key)}")
    if named_tables and (diff.base_table or diff.head_table):
        facts.append(f"Tables: {_table_name(diff.base_table)} → {_table_name(diff.head_table)}")
    return " · ".join(facts)


def _primary_key(columns: Sequence[str]) -> str:
    named = ", ".join(code(column) for column in columns[:_KEY_COLUMNS_NAMED])
    more = len(columns) - _KEY_COLUMNS_NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def _table_name(name: str) -> str:
    return code(name) if name else NOT_REPORTED


def _column_rows(diff: ModelDiff, detail: SectionDetail) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    for column in diff.differing_columns[: detail.columns]:
        match = match_of(column, diff.rows or RowCounts())
        told = f"`{bar(match)}` {percent(match)}" if match else NOT_REPORTED
        rows.append((code(column.name), told, number(column.different)))
    return rows


def _schema_lines(diff: ModelDiff, detail: SectionDetail) -> list[str]:
    columns = [("removed", column) for column in diff.columns_removed]
    columns += [("added", column) for column in diff.columns_added]
    lines = [
        f"- Column {change}: {code(column.name)}{_of_type(column.type)}"
        for change, column in columns[: detail.schema_changes]
    ]
    lines += [
        f"- Type changed: {code(change.name)} from {_type(change.base)} to {_type(change.head)}"
        for change in diff.types_changed[: detail.schema_changes - len(lines)]
    ]
    more = len(columns) + len(diff.types_changed) - len(lines)
    if more:
        lines.append(f"- … and {count(more, 'more schema change')}")
    if diff.columns_reordered:
        lines.append(f"- {count(diff.columns_reordered, 'column')} at another position")
    return lines


def _of_type(column_type: str | None) -> str:
    return f" ({_type(column_type)})" if column_type else ""


def _type(column_type: str | None) -> str:
    return code(column_type, _LONGEST_TYPE) if column_type else "a type not reported"


def _key_lines(model: JudgedModel) -> list[str]:
    """What was wrong with keys and is no finding: mended by head, or not to be judged."""
    keys = model.diff.keys or KeyCounts()
    problems = (
        (Rule.PRIMARY_KEY_NULLS, "Rows without a key", keys.base_nulls, keys.head_nulls),
        (Rule.PRIMARY_KEY_DUPLICATES, "Duplicate keys", keys.base_duplicates, keys.head_duplicates),
    )
    found = _rules(model)
    return [
        f"- {problem}, base → head: {number(base)} → {number(head)}"
        for rule, problem, base, head in problems
        if (base or head) and rule not in found
    ]


def _rules(model: JudgedModel) -> set[Rule]:
    return {finding.rule for finding in model.findings}


def _dependents(dependents: Sequence[Dependent]) -> str:
    named = ", ".join(map(_dependent, dependents[:_DEPENDENTS_NAMED]))
    more = len(dependents) - _DEPENDENTS_NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def _dependent(dependent: Dependent) -> str:
    kind = text(dependent.kind)
    return f"{code(dependent.name)} ({kind})" if kind else code(dependent.name)
