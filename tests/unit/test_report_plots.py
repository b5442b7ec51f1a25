import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.judged_report import JudgedModel
from bitbucket_integration.model_diff import ColumnValues, RowCounts
from full_report.report_plots import MOST_BARS, match_plot, row_plot
from tests.unit.model_diffs import different, identical, model_diffs


def models(*rows: RowCounts | None) -> list[tuple[int, JudgedModel]]:
    diffs = [different(f"m{at}", one) for at, one in enumerate(rows, 1)]
    return list(enumerate(map(JudgedModel, diffs), 1))


def test_bars_are_shares_of_what_the_scale_says() -> None:
    plot = row_plot(models(RowCounts(1_000, 1_030, 40, 10, 99, 891)))
    assert plot is not None
    assert (plot.scale, plot.changed_scale) == ("5%", "10%")
    [bar] = plot.bars
    assert (bar.added, bar.removed, bar.changed) == (80.0, 20.0, 100.0)


def test_the_largest_shares_come_first_and_equal_ones_as_the_models_do() -> None:
    plot = row_plot(
        models(
            RowCounts(100, 101, 1, 0, 0, 100),
            RowCounts(100, 50, 0, 50, 0, 50),
            RowCounts(10, 11, 1, 0, 0, 10),
            RowCounts(10, 11, 1, 0, 0, 10),
        )
    )
    assert plot is not None
    assert [bar.number for bar in plot.bars] == [2, 3, 4, 1]


def test_only_the_worst_are_plotted_and_the_rest_counted() -> None:
    plot = row_plot(models(*[RowCounts(100, 101, 1, 0, 0, 100)] * (MOST_BARS + 5)))
    assert plot is not None
    assert len(plot.bars) == MOST_BARS
    assert plot.more == 5


@pytest.mark.parametrize("rows", [None, RowCounts(), RowCounts(5, 5, 0, 0, 0, 5)])
def test_without_rows_that_differ_there_is_no_plot(rows: RowCounts | None) -> None:
    assert row_plot(models(rows)) is None


@pytest.mark.parametrize(
    ("rows", "bar"),
    [
        (RowCounts(0, 7, 7, 0), (0.0, 100.0, 0.0)),
        (RowCounts(10, 40, 30, 0), (0.0, 100.0, 0.0)),
        (RowCounts(added=7, removed=2, changed=1), (0.0, 0.0, 0.0)),
        (RowCounts(10**9, 10**9, 1, 10**8, 0, 9 * 10**8), (100.0, 0.4, 0.0)),
    ],
    ids=["rows in an empty table", "more than there were", "no whole", "hardly any"],
)
def test_odd_shares_have_bars(rows: RowCounts, bar: tuple[float, float, float]) -> None:
    plot = row_plot(models(rows))
    assert plot is not None
    [found] = plot.bars
    assert (found.removed, found.added, found.changed) == bar


@given(st.lists(model_diffs, max_size=5))
def test_no_bar_leaves_the_plot(diffs: list[object]) -> None:
    numbered = list(enumerate(map(JudgedModel, diffs), 1))  # type: ignore[arg-type]
    plot = row_plot(numbered)
    for bar in plot.bars if plot else ():
        assert min(bar.removed, bar.added, bar.changed) >= 0
        assert max(bar.removed, bar.added, bar.changed) <= 100
    for one in match_plot(numbered):
        assert 0 <= one.width <= 100


def test_columns_are_counted_by_how_far_they_match() -> None:
    columns = (
        ColumnValues("equal", 0, 10),
        ColumnValues("hardly", 1, 10**6),
        ColumnValues("percent", None, None, 99.5),
        ColumnValues("ninety", 1, 10),
        ColumnValues("half", 5, 10),
        ColumnValues("none", 10, 10),
        ColumnValues("impossible", 20, 10),
        ColumnValues("silent"),
    )
    bars = match_plot([(1, JudgedModel(different("a", column_values=columns)))])
    assert [(bar.extent, bar.columns, bar.width) for bar in bars] == [
        ("equal", 1, 50.0),
        ("99.9% up to 100%", 1, 50.0),
        ("99% up to 99.9%", 1, 50.0),
        ("90% up to 99%", 1, 50.0),
        ("50% up to 90%", 1, 50.0),
        ("below 50%", 2, 100.0),
    ]


def test_without_compared_columns_there_is_no_plot() -> None:
    silent = different("a", column_values=(ColumnValues("a"), ColumnValues("b", 3)))
    assert match_plot([(1, JudgedModel(silent)), (2, JudgedModel(identical("b")))]) == ()
