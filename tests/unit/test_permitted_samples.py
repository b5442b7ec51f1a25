from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.judged_report import JudgedModel
from bitbucket_integration.model_diff import ModelDiff, RowChange, SampleCell, SampleRow
from bitbucket_integration.permitted_samples import MASK, MOST_ROWS, permitted, permitted_report
from bitbucket_integration.report_settings import ReportSettings
from tests.unit.model_diffs import different, model_diffs
from tests.unit.published_reports import published

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


class TestAReportThatWasKept:
    KEPT = published([JudgedModel(DIFF), JudgedModel(different("customers"))])

    def test_shows_no_samples_that_are_not_wanted_any_more(self) -> None:
        shown = permitted_report(self.KEPT, ReportSettings())
        assert [one.diff.samples for one in shown.report.models] == [(), ()]

    def test_hides_what_is_masked_by_now(self) -> None:
        settings = ReportSettings(sample_rows=True, masked_columns=("email",))
        shown = permitted_report(self.KEPT, settings)
        assert [one.diff for one in shown.report.models] == permitted(
            [DIFF, different("customers")], settings
        )
        assert shown.report.models[0].diff.samples[0].cells[1].head == MASK

    def test_is_otherwise_the_same(self) -> None:
        assert permitted_report(self.KEPT, ReportSettings(sample_rows=True)) == self.KEPT
