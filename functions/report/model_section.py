"""What a comment says about one model that differs: a section of its own, or a row of a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bitbucket_integration.model_diff import ModelDiff, RowCounts
from markdown import Align, code, table, text
from row_numbers import (
    MINUS,
    NOT_REPORTED,
    base_to_head,
    growth,
    matched,
    number,
    share,
    signed,
)
from verdict import count

_KEY_COLUMNS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Detail:
    """How much a comment shows; models in full have a section each, otherwise a table's row."""

    models_in_full: bool
    columns: int
    schema_changes: int
    failures: int
    error_characters: int


def section(diff: ModelDiff, name: str, detail: Detail, *, named_tables: bool) -> list[str]:
    """Write the blocks about one model that differs."""
    blocks = [f"### {text(name)}"]
    facts = []
    if diff.primary_key:
        facts.append(f"Primary key: {_primary_key(diff.primary_key)}")
    if named_tables and (diff.base_table or diff.head_table):
        facts.append(f"Tables: {_table_name(diff.base_table)} → {_table_name(diff.head_table)}")
    if facts:
        blocks.append(" · ".join(facts))
    rows = _row_lines(diff, detail)
    if rows:
        blocks.append(
            table(("Rows", "Count", "Share"), (Align.LEFT, Align.RIGHT, Align.RIGHT), rows)
        )
    else:
        blocks.append("Row counts were not reported.")
    if diff.schema_changed:
        blocks.append("\n".join(_schema_lines(diff, detail)))
    return blocks


def _primary_key(columns: Sequence[str]) -> str:
    named = ", ".join(code(column) for column in columns[:_KEY_COLUMNS_NAMED])
    more = len(columns) - _KEY_COLUMNS_NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def _row_lines(diff: ModelDiff, detail: Detail) -> list[tuple[str, str, str]]:
    lines: list[tuple[str, str, str]] = []
    rows = diff.rows or RowCounts()
    in_both = matched(rows)
    if diff.rows:
        lines += [
            ("base → head", base_to_head(rows), growth(rows)),
            ("added (only in head)", signed(rows.added, "+"), share(rows.added, rows.base)),
            (
                "removed (only in base)",
                signed(rows.removed, MINUS),
                share(rows.removed, rows.base),
            ),
            ("changed (in both)", number(rows.changed), share(rows.changed, in_both)),
        ]
    columns = diff.differing_columns
    lines += [
        (f"… in {code(column.name)}", number(column.different), share(column.different, in_both))
        for column in columns[: detail.columns]
    ]
    more = len(columns) - detail.columns
    if more > 0:
        lines.append((f"… in {count(more, 'more column')}", "", ""))
    return lines


def _schema_lines(diff: ModelDiff, detail: Detail) -> list[str]:
    columns = [("added", column) for column in diff.columns_added]
    columns += [("removed", column) for column in diff.columns_removed]
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
    return lines


def _of_type(column_type: str | None) -> str:
    return f" ({_type(column_type)})" if column_type else ""


def _type(column_type: str | None) -> str:
    return code(column_type, 60) if column_type else "a type not reported"


def compact_table(diffs: Iterable[ModelDiff], names: dict[str, str]) -> str:
    """Write one row per model."""
    headers = ("Model", "Rows in base", "Rows in head", "Added", "Removed", "Changed", "Schema")
    alignments = (Align.LEFT, *[Align.RIGHT] * 5, Align.LEFT)
    return table(headers, alignments, [_compact_row(diff, names[diff.model]) for diff in diffs])


def _compact_row(diff: ModelDiff, name: str) -> tuple[str, ...]:
    rows = diff.rows or RowCounts()
    changed_share = share(rows.changed, matched(rows))
    return (
        code(name),
        number(rows.base),
        number(rows.head),
        signed(rows.added, "+"),
        signed(rows.removed, MINUS),
        number(rows.changed) + (f" ({changed_share})" if changed_share else ""),
        _schema_in_brief(diff),
    )


def _schema_in_brief(diff: ModelDiff) -> str:
    counts = {
        "added": len(diff.columns_added),
        "removed": len(diff.columns_removed),
        "retyped": len(diff.types_changed),
    }
    return ", ".join(f"{columns:,} {change}" for change, columns in counts.items() if columns)


def _table_name(name: str) -> str:
    return code(name) if name else NOT_REPORTED
