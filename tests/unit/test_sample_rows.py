from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.model_diff import ModelDiff, RowChange, SampleCell, SampleRow
from bitbucket_integration.report_settings import ReportSettings
from sample_rows import MASK, MOST_ROWS, few, permitted, value_text
from tests.unit.model_diffs import different, model_diffs

ADDED = SampleRow(RowChange.ADDED, (SampleCell("id", head="1"), SampleCell("Email", head="a@b")))
REMOVED = SampleRow(
    RowChange.REMOVED, (SampleCell("id", base="2"), SampleCell("Email", base="c@d"))
)
CHANGED = SampleRow(
    RowChange.CHANGED, (SampleCell("id", "3", "3"), SampleCell("Email", None, "e@f"))
)
DIFF = different("model.shop.orders", samples=(ADDED, REMOVED, CHANGED))


def kept(*masked: str, diff: ModelDiff = DIFF) -> tuple[SampleRow, ...]:
    [found] = permitted([diff], ReportSettings(sample_rows=True, masked_columns=masked))
    assert replace(found, samples=()) == replace(diff, samples=())
    return found.samples


class TestPermission:
    def test_samples_are_dropped_unless_the_settings_want_them(self) -> None:
        assert permitted([DIFF], ReportSettings()) == [replace(DIFF, samples=())]
        assert permitted([DIFF], ReportSettings(masked_columns=("x",)))[0].samples == ()

    @given(st.lists(model_diffs, max_size=3))
    def test_nothing_else_of_a_diff_changes(self, diffs: list[ModelDiff]) -> None:
        without = [replace(diff, samples=()) for diff in diffs]
        assert permitted(diffs, ReportSettings()) == without
        assert permitted(diffs, ReportSettings(sample_rows=True)) == diffs

    def test_at_most_so_many_rows_of_a_model_are_kept(self) -> None:
        assert MOST_ROWS == 20
        assert kept(diff=replace(DIFF, samples=(ADDED,) * 21)) == (ADDED,) * 20


class TestMasking:
    def test_a_masked_value_is_replaced_on_the_sides_that_have_the_row(self) -> None:
        assert [row.cells[1] for row in kept("Email")] == [
            SampleCell("Email", head=MASK),
            SampleCell("Email", base=MASK),
            SampleCell("Email", MASK, MASK),
        ]

    @pytest.mark.parametrize("pattern", ["email", "EMAIL", "e*", "*/email", "**/Email"])
    def test_a_columns_name_counts_in_upper_and_lower_case(self, pattern: str) -> None:
        assert all(row.cells[1].head in {MASK, None} for row in kept(pattern))

    def test_a_column_of_the_key_is_masked_when_it_is_named(self) -> None:
        assert [row.cells[0] for row in kept("id")] == [
            SampleCell("id", head=MASK),
            SampleCell("id", base=MASK),
            SampleCell("id", MASK, MASK),
        ]

    @pytest.mark.parametrize("pattern", ["phone", "!Email", "model.shop.customers/Email"])
    def test_other_columns_are_kept(self, pattern: str) -> None:
        assert kept(pattern) == DIFF.samples

    def test_a_pattern_may_name_the_model(self) -> None:
        assert kept("model.shop.orders/Email")[0].cells[1].head == MASK

    @given(model_diffs)
    def test_no_value_is_left_when_everything_is_masked(self, diff: ModelDiff) -> None:
        values = {
            value
            for row in kept("*", diff=diff)
            for cell in row.cells
            for value in (cell.base, cell.head)
        }
        assert values <= {MASK, None}


class TestFew:
    @staticmethod
    def rows(count: int, change: RowChange) -> list[SampleRow]:
        return [SampleRow(change, (SampleCell(str(number)),)) for number in range(count)]

    @pytest.mark.parametrize(
        ("there", "taken"),
        [
            ((0, 0, 0), (0, 0, 0)),
            ((1, 2, 3), (1, 2, 3)),
            ((50, 0, 0), (20, 0, 0)),
            ((50, 50, 50), (7, 7, 6)),
            ((2, 50, 50), (2, 9, 9)),
            ((0, 5, 50), (0, 5, 15)),
        ],
    )
    def test_every_kind_gets_an_equal_share_of_what_there_is(
        self, there: tuple[int, ...], taken: tuple[int, ...]
    ) -> None:
        kinds = [self.rows(count, change) for count, change in zip(there, RowChange, strict=True)]
        expected = [rows[:count] for rows, count in zip(kinds, taken, strict=True)]
        assert few(*map(iter, kinds)) == tuple(chain.from_iterable(expected))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (1.50, "1.5"),
        ("", ""),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
        ("a\ud800", "a\ufffd"),
        ({"a": 1}, '{"a": 1}'),
        (["é", None], '["é", null]'),
    ],
)
def test_a_value_is_bounded_text_as_json_has_it(value: Any, text: str | None) -> None:
    assert value_text(value) == text
