"""Model diffs for tests: plain ones, arbitrary ones, and hostile names."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    Dependent,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)


def identical(model: str, **fields: Any) -> ModelDiff:
    return ModelDiff(model, Outcome.IDENTICAL, **fields)


def different(model: str, rows: RowCounts | None = None, **fields: Any) -> ModelDiff:
    return ModelDiff(model, Outcome.DIFFERENT, rows=rows, **fields)


def failed(model: str, error: str = "No primary key found.", **fields: Any) -> ModelDiff:
    return ModelDiff(model, Outcome.FAILED, error=error, **fields)


def swapped(diff: ModelDiff) -> ModelDiff:
    """The same comparison with the pull request as the base."""
    rows = diff.rows
    if rows:
        rows = replace(rows, base=rows.head, head=rows.base, added=rows.removed, removed=rows.added)
    return replace(
        diff,
        base_table=diff.head_table,
        head_table=diff.base_table,
        rows=rows,
        columns_added=diff.columns_removed,
        columns_removed=diff.columns_added,
        types_changed=tuple(TypeChange(c.name, c.head, c.base) for c in diff.types_changed),
    )


hostile_pieces = (
    *"`|\\*_[]()<>!#@:/&~{}.-+='\" \n\r\t\x00\x1b\u202e\u2028\u200b\u00a0$^1a",
    "```",
    "~~~",
    "](http://evil.example)",
    "![x](y)",
    "<script>",
    "<!--",
    "<a@b.example>",
    "<https://evil.example>",
    "https://evil.example",
    "www.evil.example",
    "@{uuid}",
    "&lt;",
    ":smile:",
    "\n\n# ",
    "\n---\n",
    "| a | b |\n|--|--|\n",
    "\U0001f600",
)
hostile_texts = st.lists(st.sampled_from(hostile_pieces), max_size=12).map("".join)
names = st.text(max_size=20) | hostile_texts | st.sampled_from(["model.shop.orders", "orders"])
counts = st.none() | st.integers(0, 2**63 - 1) | st.integers(0, 3)
row_counts = st.builds(RowCounts, *[counts] * 6)
types = st.none() | names
sample_rows = st.builds(
    SampleRow,
    st.sampled_from(RowChange),
    st.lists(st.builds(SampleCell, names, types, types), max_size=3).map(tuple),
)
model_diffs = st.one_of(
    st.builds(
        ModelDiff,
        model=names,
        outcome=st.just(Outcome.DIFFERENT),
        base_table=names,
        head_table=names,
        primary_key=st.lists(names, max_size=7).map(tuple),
        rows=st.none() | row_counts,
        column_values=st.lists(
            st.builds(
                ColumnValues, names, counts, counts, st.none() | st.floats(0, 100) | st.just(100.0)
            ),
            max_size=14,
        ).map(tuple),
        columns_added=st.lists(st.builds(Column, names, types), max_size=5).map(tuple),
        columns_removed=st.lists(st.builds(Column, names, types), max_size=5).map(tuple),
        types_changed=st.lists(st.builds(TypeChange, names, types, types), max_size=5).map(tuple),
        path=names,
        keys=st.none() | st.builds(KeyCounts, *[counts] * 4),
        columns_reordered=st.integers(0, 3),
        downstream=st.lists(st.builds(Dependent, names, names), max_size=4).map(tuple),
        samples=st.lists(sample_rows, max_size=3).map(tuple),
    ),
    st.builds(
        ModelDiff,
        model=names,
        outcome=st.just(Outcome.IDENTICAL),
        rows=st.none() | row_counts,
    ),
    st.builds(
        ModelDiff,
        model=names,
        outcome=st.just(Outcome.FAILED),
        error=st.none() | names | hostile_texts.map(lambda text: text * 100),
    ),
)
merged_diffs = st.lists(model_diffs, max_size=8, unique_by=lambda diff: diff.model)
