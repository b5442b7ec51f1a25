import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.judged_report import Level
from bitbucket_integration.model_diff import ColumnValues, ModelDiff, RowCounts
from bitbucket_integration.report_settings import Ceiling, Floor, ReportSettings, Threshold
from judging.judge import judge
from tests.unit.model_diffs import different, identical

FAILED, INCOMPLETE, WARNED = Level.FAILED, Level.INCOMPLETE, Level.WARNED
LIMIT = Ceiling(warn=5, fail=20)


def findings(diff: ModelDiff, *thresholds: Threshold) -> list[tuple[Level, str]]:
    [model] = judge([diff], ReportSettings(thresholds=thresholds)).models
    return [(one.level, one.text) for one in model.findings]


def levels(diff: ModelDiff, *thresholds: Threshold) -> list[Level]:
    return [level for level, _ in findings(diff, *thresholds)]


def removed(rows: int | None, base: int | None = 1_000) -> ModelDiff:
    return different("model.shop.orders", RowCounts(base=base, removed=rows, added=0, changed=0))


class TestRows:
    @pytest.mark.parametrize(
        ("rows", "finding"),
        [
            (0, None),
            (50, None),
            (51, (WARNED, "rows removed: 5.1% of base, more than 5%")),
            (200, (WARNED, "rows removed: 20.0% of base, more than 5%")),
            (201, (FAILED, "rows removed: 20.1% of base, more than 20%")),
            (1_000, (FAILED, "rows removed: 100.0% of base, more than 20%")),
        ],
    )
    def test_are_held_against_the_strictest_limit_that_they_pass(
        self, rows: int, finding: tuple[Level, str] | None
    ) -> None:
        assert findings(removed(rows), Threshold(rows_removed=LIMIT)) == (
            [finding] if finding else []
        )

    @pytest.mark.parametrize(
        ("rows", "base", "limit", "told"),
        [
            (50_001, 1_000_000, 5, "5.0001% of base, more than 5%"),
            (1, 10**9, 0, "0.0000001% of base, more than 0%"),
            (999_999, 10**6, 5, "99.9999% of base, more than 5%"),
            (3, 1_000, 0.25, "0.3% of base, more than 0.25%"),
            (13, 1_000, 1.2, "1.3% of base, more than 1.2%"),
            (5_041, 100_000, 5.04, "5.041% of base, more than 5.04%"),
            (12_345, 10, 1_000, "123,450.0% of base, more than 1,000%"),
        ],
    )
    def test_are_told_with_the_digits_that_show_why(
        self, rows: int, base: int, limit: float, told: str
    ) -> None:
        threshold = Threshold(rows_removed=Ceiling(fail=limit))
        assert findings(removed(rows, base), threshold) == [(FAILED, f"rows removed: {told}")]

    def test_that_are_exactly_at_a_limit_keep_it(self) -> None:
        # As floats, 0.1 and 0.07 are not what was written.
        assert not findings(removed(1), Threshold(rows_removed=Ceiling(fail=0.1)))
        assert not findings(removed(7, 10_000), Threshold(rows_removed=Ceiling(fail=0.07)))

    @pytest.mark.parametrize(
        ("rows", "threshold", "text"),
        [
            (
                RowCounts(base=10, added=3),
                Threshold(rows_added=LIMIT),
                "rows added: 30.0% of base, more than 20%",
            ),
            (
                RowCounts(base=10, added=0, removed=0, changed=3, unchanged=7),
                Threshold(rows_changed=LIMIT),
                "rows changed: 30.0% of the rows in both, more than 20%",
            ),
            (
                RowCounts(base=20, removed=10, changed=3),
                Threshold(rows_changed=LIMIT),
                "rows changed: 30.0% of the rows in both, more than 20%",
            ),
            (
                RowCounts(base=0, head=1_200, added=1_200),
                Threshold(rows_added=Ceiling(fail=1_000_000)),
                "rows added: 1,200 though base has none, more than 1,000,000%",
            ),
        ],
    )
    def test_are_a_share_of_what_they_are_part_of(
        self, rows: RowCounts, threshold: Threshold, text: str
    ) -> None:
        assert findings(different("orders", rows), threshold) == [(FAILED, text)]

    def test_that_do_not_differ_keep_every_limit_of_an_empty_table(self) -> None:
        zero = Ceiling(fail=0)
        empty = different("orders", RowCounts(0, 0, 0, 0, 0, 0))
        assert not findings(empty, Threshold(rows_added=zero, rows_removed=zero, rows_changed=zero))


class TestWhatIsNotReported:
    @pytest.mark.parametrize(
        ("limit", "finding"),
        [
            (
                Ceiling(warn=5, fail=20),
                (
                    INCOMPLETE,
                    (
                        "rows removed: share of base not reported, "
                        "so the limit of 20% could not be checked"
                    ),
                ),
            ),
            (
                Ceiling(warn=5),
                (
                    WARNED,
                    (
                        "rows removed: share of base not reported, "
                        "so the limit of 5% could not be checked"
                    ),
                ),
            ),
            (Ceiling(), None),
            (None, None),
        ],
    )
    @pytest.mark.parametrize("diff", [removed(None), removed(3, None), different("orders")])
    def test_leaves_a_limit_unchecked_where_one_is_set(
        self, diff: ModelDiff, limit: Ceiling | None, finding: tuple[Level, str] | None
    ) -> None:
        assert findings(diff, Threshold(rows_removed=limit)) == ([finding] if finding else [])

    def test_is_nothing_where_there_is_nothing_to_have_a_share_of(self) -> None:
        assert not findings(removed(0, None), Threshold(rows_removed=Ceiling(fail=0)))

    def test_of_an_identical_model_is_no_difference(self) -> None:
        strict = Threshold(
            rows_added=Ceiling(fail=0),
            rows_removed=Ceiling(fail=0),
            rows_changed=Ceiling(fail=0),
            match=Floor(fail=100),
        )
        assert not findings(identical("orders"), strict)
        assert not findings(identical("orders", column_values=(ColumnValues("a"),)), strict)


MATCH = Threshold(match=Floor(warn=99, fail=90))


def column(different_rows: int | None, compared: int | None = None, **more: float) -> ModelDiff:
    values = ColumnValues("amount", different_rows, compared, **more)
    return different("orders", RowCounts(changed=7), column_values=(values,))


class TestMatch:
    @pytest.mark.parametrize(
        ("diff", "finding"),
        [
            (column(28, 1_000), (WARNED, "amount: 97.2% of values match, at least 99% wanted")),
            (column(101, 1_000), (FAILED, "amount: 89.9% of values match, at least 90% wanted")),
            (column(100, 1_000), (WARNED, "amount: 90.0% of values match, at least 99% wanted")),
            (column(10, 1_000), None),
            (column(0), None),
            (
                column(10_001, 1_000_000),
                (WARNED, "amount: 98.9999% of values match, at least 99% wanted"),
            ),
            (
                column(None, match_percent=98.5),
                (WARNED, "amount: 98.5% of values match, at least 99% wanted"),
            ),
            (column(1, 1_000, match_percent=1.0), None),
            (
                column(7),
                (
                    INCOMPLETE,
                    "match not reported for amount, so the limit of 90% could not be checked",
                ),
            ),
            (
                column(12, 10),
                (FAILED, "amount: 0.0% of values match, at least 90% wanted"),
            ),
        ],
    )
    def test_is_held_against_the_limits(
        self, diff: ModelDiff, finding: tuple[Level, str] | None
    ) -> None:
        assert findings(diff, MATCH) == ([finding] if finding else [])

    def test_is_computed_over_the_rows_in_both_if_need_be(self) -> None:
        rows = RowCounts(changed=28, unchanged=972)
        diff = different("orders", rows, column_values=(ColumnValues("amount", 28),))
        assert findings(diff, MATCH) == [
            (WARNED, "amount: 97.2% of values match, at least 99% wanted")
        ]

    def test_of_the_worst_columns_comes_first_and_names_them(self) -> None:
        columns = (ColumnValues("a", 5, 100), ColumnValues("c", 9, 100), ColumnValues("b", 9, 100))
        diff = different("orders", RowCounts(changed=20), column_values=columns)
        [model] = judge([diff], ReportSettings(thresholds=(MATCH,))).models
        assert [one.column for one in model.findings] == ["b", "c", "a"]

    def test_that_is_not_reported_is_one_finding(self) -> None:
        columns = tuple(ColumnValues(name) for name in "abcde")
        diff = different("orders", column_values=columns)
        assert findings(diff, MATCH) == [
            (
                INCOMPLETE,
                (
                    "match not reported for a, b, c and 2 more columns, "
                    "so the limit of 90% could not be checked"
                ),
            )
        ]

    def test_of_no_column_is_not_reported_either(self) -> None:
        told = "match not reported for any column, so the limit of 90% could not be checked"
        assert findings(different("orders"), MATCH) == [(INCOMPLETE, told)]

    def test_is_complete_where_no_row_changed(self) -> None:
        assert not findings(different("orders", RowCounts(added=1, changed=0)), MATCH)
        columns = (ColumnValues("a"),)
        diff = different("orders", RowCounts(added=1, changed=0), column_values=columns)
        assert not findings(diff, MATCH)

    def test_of_ignored_columns_is_no_gap(self) -> None:
        settings = ReportSettings(thresholds=(MATCH,), ignore_columns=("amount",))
        [model] = judge([column(7)], settings).models
        assert model.findings == ()


NONE, ANY = Ceiling(fail=0), Ceiling(fail=100)


class TestPatterns:
    @pytest.mark.parametrize(
        ("thresholds", "limited"),
        [
            ([("*", NONE)], True),
            ([("orders", NONE)], True),
            ([("model.shop.orders", NONE)], True),
            ([("Orders", NONE)], False),
            ([("order", NONE)], False),
            ([("*", NONE), ("o*", ANY)], False),
            ([("o*", ANY), ("*", NONE)], False),
            ([("ord*", NONE), ("o*s", ANY)], True),
            ([("o*", NONE), ("*s", ANY)], False),
            ([("*s", ANY), ("o*", NONE)], True),
            ([("[abcdefo]*", NONE), ("or*", ANY)], False),
            ([("[]x]*", NONE), ("*", ANY)], False),
            ([("?*", ANY), ("*", NONE)], True),
            ([("*", NONE), ("orders", Ceiling())], False),
            ([("*", NONE), ("orders", None)], True),
        ],
    )
    def test_the_most_specific_limit_of_a_measure_counts(
        self,
        thresholds: list[tuple[str, Ceiling | None]],
        limited: bool,  # noqa: FBT001 - a cell
    ) -> None:
        limits = [Threshold(models=models, rows_removed=limit) for models, limit in thresholds]
        assert levels(removed(500), *limits) == ([FAILED] if limited else [])

    def test_each_measure_has_a_most_specific_limit_of_its_own(self) -> None:
        rows = RowCounts(base=10, added=5, removed=5, changed=0)
        found = levels(
            different("orders", rows),
            Threshold(rows_added=NONE, rows_removed=Ceiling(warn=0)),
            Threshold(models="orders", rows_added=ANY),
        )
        assert found == [WARNED]


def test_counts_that_contradict_each_other_leave_a_limit_unchecked() -> None:
    rows = RowCounts(base=3, removed=5, changed=1)
    assert levels(different("m", rows), Threshold(rows_changed=LIMIT)) == [INCOMPLETE]
    columns = (ColumnValues("a", 1),)
    assert levels(different("m", rows, column_values=columns), MATCH) == [INCOMPLETE]


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.floats(0, 1_000))
def test_a_share_that_passes_a_limit_reads_so(part: int, whole: int, limit: float) -> None:
    diff = different("m", RowCounts(base=whole, added=part))
    for _, text in findings(diff, Threshold(rows_added=Ceiling(fail=limit))):
        told = text.removeprefix("rows added: ").split("%")[0].replace(",", "")
        assert float(told) >= limit
        assert (float(told) == 100) is (part == whole)
