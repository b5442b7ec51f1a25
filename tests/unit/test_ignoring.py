from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)
from bitbucket_integration.name_patterns import NamePatterns
from judging.ignoring import without_columns
from tests.unit.model_diffs import different, failed, model_diffs


def left(diff: ModelDiff, *patterns: str) -> ModelDiff:
    return without_columns(diff, NamePatterns(patterns or ("etl_*",)))


def changed(rows: int | None, *different_rows: int | None, unchanged: int | None = 90) -> ModelDiff:
    """A model in which so many rows changed, and so many in etl_0, b, c …"""
    columns = zip(("etl_0", *"bcdef"), different_rows, strict=False)
    return different(
        "orders",
        RowCounts(100, 100, 0, 0, rows, unchanged),
        column_values=tuple(ColumnValues(name, count, 100) for name, count in columns),
    )


class TestColumns:
    DIFF = different(
        "model.shop.orders",
        RowCounts(10, 11, 1, 0, 0, 10),
        primary_key=("ETL_ID", "id"),
        column_values=(ColumnValues("etl_run"), ColumnValues("amount"), ColumnValues("etl_id")),
        columns_added=(Column("etl_a"), Column("a")),
        columns_removed=(Column("etl_b"), Column("b")),
        types_changed=(TypeChange("etl_c"), TypeChange("c")),
    )

    def test_are_left_out_of_everything_but_the_primary_key(self) -> None:
        assert left(self.DIFF) == different(
            "model.shop.orders",
            RowCounts(10, 11, 1, 0, 0, 10),
            primary_key=("ETL_ID", "id"),
            column_values=(ColumnValues("amount"), ColumnValues("etl_id")),
            columns_added=(Column("a"),),
            columns_removed=(Column("b"),),
            types_changed=(TypeChange("c"),),
        )

    @pytest.mark.parametrize(
        ("patterns", "names"),
        [
            (["orders/amount"], ["etl_run", "etl_id"]),
            (["model.shop.orders/amount"], ["etl_run", "etl_id"]),
            (["customers/amount"], ["etl_run", "amount", "etl_id"]),
            (["orders/", "!orders/amount"], ["amount", "etl_id"]),
            (["orders/*", "!orders/amount"], ["amount", "etl_id"]),
            (["*", "!amount"], ["amount", "etl_id"]),
        ],
    )
    def test_are_named_below_their_model(self, patterns: list[str], names: list[str]) -> None:
        assert [one.name for one in left(self.DIFF, *patterns).column_values] == names

    def test_are_left_out_of_sample_rows(self) -> None:
        ignored, kept = SampleCell("etl_run", "1", "2"), SampleCell("amount", "1", "2")
        same = SampleCell("id", "1", "1")
        samples = (
            SampleRow(RowChange.CHANGED, (same, ignored, kept)),
            SampleRow(RowChange.CHANGED, (same, ignored)),
            SampleRow(RowChange.ADDED, (SampleCell("etl_run", None, "2"),)),
        )
        assert left(different("orders", samples=samples)).samples == (
            SampleRow(RowChange.CHANGED, (same, kept)),
            SampleRow(RowChange.ADDED, ()),
        )


class TestChangedRows:
    @pytest.mark.parametrize(
        ("diff", "rows", "unchanged"),
        [
            (changed(10, 10, 0, 0), 0, 100),
            (changed(10, 10, 4), 4, 96),
            (changed(10, 7, 4), 4, 96),
            (changed(10, 3, 10, 2), 10, 90),
            # Between 4 and 7 rows changed in b or c: nobody knows how many.
            (changed(10, 10, 4, 3), 10, 90),
            (changed(10, 10, None), 10, 90),
            (changed(10, None, 4), 10, 90),
            # The tool names no column for some of the rows that it counts.
            (changed(10, 9), 10, 90),
            (changed(None, 9), None, 90),
            (changed(10, 10, 4, unchanged=None), 4, None),
            (changed(0, 0), 0, 90),
        ],
    )
    def test_are_counted_without_ignored_columns_where_that_can_be_told(
        self, diff: ModelDiff, rows: int | None, unchanged: int | None
    ) -> None:
        counts = left(diff).rows
        assert counts
        assert (counts.changed, counts.unchanged) == (rows, unchanged)

    def test_need_not_be_counted_at_all(self) -> None:
        assert left(different("orders", column_values=(ColumnValues("etl_a", 3),))).rows is None


ALIKE = RowCounts(100, 100, 0, 0, 0, 100)


class TestOutcome:
    @pytest.mark.parametrize(
        ("diff", "outcome"),
        [
            (changed(10, 10), Outcome.IDENTICAL),
            (changed(10, 10, 0), Outcome.IDENTICAL),
            (changed(10, 10, 1), Outcome.DIFFERENT),
            (changed(10, 9), Outcome.DIFFERENT),
            (different("a", columns_added=(Column("etl_a"),)), Outcome.IDENTICAL),
            (different("a", columns_removed=(Column("etl_a"),)), Outcome.IDENTICAL),
            (different("a", types_changed=(TypeChange("etl_a"),)), Outcome.IDENTICAL),
            (different("a", ALIKE, columns_added=(Column("etl_a"),)), Outcome.IDENTICAL),
            (
                different("a", columns_added=(Column("etl_a"), Column("b"))),
                Outcome.DIFFERENT,
            ),
            (
                different("a", RowCounts(added=1), columns_added=(Column("etl_a"),)),
                Outcome.DIFFERENT,
            ),
            (
                different("a", RowCounts(removed=1), columns_added=(Column("etl_a"),)),
                Outcome.DIFFERENT,
            ),
            (
                different("a", RowCounts(5, 6), columns_added=(Column("etl_a"),)),
                Outcome.DIFFERENT,
            ),
            (
                different("a", keys=KeyCounts(0, 1), columns_added=(Column("etl_a"),)),
                Outcome.DIFFERENT,
            ),
            (
                different("a", keys=KeyCounts(1, 1, 0, 2), columns_added=(Column("etl_a"),)),
                Outcome.DIFFERENT,
            ),
            (
                different("a", keys=KeyCounts(None, 1, 2, None), columns_added=(Column("etl_a"),)),
                Outcome.IDENTICAL,
            ),
            (
                different("a", columns_reordered=1, columns_added=(Column("etl_a"),)),
                Outcome.DIFFERENT,
            ),
            # What the tool calls different for no reason that it gives is not explained away.
            (different("a", column_values=(ColumnValues("etl_a", 0, 10),)), Outcome.DIFFERENT),
            (different("a", column_values=(ColumnValues("etl_a"),)), Outcome.DIFFERENT),
            (failed("a", column_values=(ColumnValues("etl_a", 1),)), Outcome.FAILED),
        ],
    )
    def test_is_identical_where_no_difference_remains(
        self, diff: ModelDiff, outcome: Outcome
    ) -> None:
        assert left(diff).outcome is outcome


@given(model_diffs, st.lists(st.sampled_from(["*", "a*", "!b", "orders/"]), max_size=3))
def test_a_diff_without_ignored_columns_stays_a_diff_of_the_same_model(
    diff: ModelDiff, patterns: Sequence[str]
) -> None:
    kept = without_columns(diff, NamePatterns(patterns))
    assert kept.model == diff.model
    assert set(kept.column_values) <= set(diff.column_values)
    assert (kept.outcome is Outcome.FAILED) is (diff.outcome is Outcome.FAILED)
    assert without_columns(kept, NamePatterns(patterns)) == kept


@given(model_diffs)
def test_without_patterns_nothing_is_left_out(diff: ModelDiff) -> None:
    assert without_columns(diff, NamePatterns(())) == diff
