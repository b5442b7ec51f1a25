import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.model_diff import ModelDiff, Outcome, RowCounts
from formats.data_diff_stats_format import parse
from formats.hints import Hints
from formats.submission_problems import LineProblem, PathProblem, SubmissionInvalid
from tests.unit.tool_samples import sample

TOOLS = ["data_diff", "reladiff"]
ORDERS = Hints(model="orders")
STATS: dict[str, Any] = {
    "rows_A": 12,
    "rows_B": 13,
    "exclusive_A": 1,
    "exclusive_B": 2,
    "updated": 3,
    "unchanged": 8,
    "total": 6,
    "stats": {},
}
ALL = RowCounts(base=12, head=13, added=2, removed=1, changed=3, unchanged=8)
DIFFERING = RowCounts(added=2, removed=1, changed=3)


def counts(stats: dict[str, Any] | bytes) -> RowCounts | None:
    body = stats if isinstance(stats, bytes) else json.dumps(stats).encode()
    [diff] = parse(body, ORDERS)
    return diff.rows


def problems(stats: Any) -> list[Any]:
    with pytest.raises(SubmissionInvalid) as caught:
        parse(stats if isinstance(stats, bytes) else json.dumps(stats).encode(), ORDERS)
    return list(caught.value.problems)


class TestReading:
    @pytest.mark.parametrize("tool", TOOLS)
    def test_a_sample_is_counted_and_named_by_the_query(self, tool: str) -> None:
        hints = Hints("orders", "models/orders.sql", "prod.orders", "pr.orders", ("id",))
        assert parse(sample(f"{tool}/stats.txt"), hints) == [
            ModelDiff(
                model="orders",
                outcome=Outcome.DIFFERENT,
                base_table="prod.orders",
                head_table="pr.orders",
                primary_key=("id",),
                rows=ALL,
                path="models/orders.sql",
            )
        ]

    @pytest.mark.parametrize("tool", TOOLS)
    def test_equal_tables_are_identical(self, tool: str) -> None:
        [diff] = parse(sample(f"{tool}/stats_equal.txt"), ORDERS)
        assert diff.outcome is Outcome.IDENTICAL
        assert diff.rows == RowCounts(4, 4, 0, 0, 0, 4)

    @pytest.mark.parametrize("tool", TOOLS)
    def test_a_row_only_in_table_a_is_removed(self, tool: str) -> None:
        assert counts(sample(f"{tool}/stats_one_removed.txt")) == RowCounts(3, 2, 0, 1, 0, 2)

    @pytest.mark.parametrize("change", ["exclusive_A", "exclusive_B", "updated"])
    def test_any_row_that_differs_is_a_difference(self, change: str) -> None:
        stats = STATS | dict.fromkeys(["exclusive_A", "exclusive_B", "updated"], 0) | {change: 1}
        [diff] = parse(json.dumps(stats).encode(), ORDERS)
        assert diff.outcome is Outcome.DIFFERENT

    @given(st.integers(0, 366))
    def test_a_break_anywhere_does_no_harm(self, place: int) -> None:
        text = sample("data_diff/stats.txt")
        assert counts(text[:place] + b"\r\n" + text[place:]) == ALL


class TestTotals:
    @pytest.mark.parametrize("tool", TOOLS)
    def test_of_hashdiff_are_right_or_not_reported(self, tool: str) -> None:
        runs = sample(f"{tool}/stats_hashdiff.jsonl").splitlines()
        differing = RowCounts(added=2, removed=1, changed=2)
        assert [counts(run) for run in runs] == [
            differing,
            differing,
            RowCounts(12, 13, 2, 1, 2, 9),
        ]

    @pytest.mark.parametrize("tool", TOOLS)
    def test_of_hashdiff_that_agree_but_leave_rows_out_are_not_reported(self, tool: str) -> None:
        runs = sample(f"{tool}/stats_hashdiff_one_removed.jsonl").splitlines()
        differing = RowCounts(added=0, removed=1, changed=0)
        assert json.loads(runs[0])["rows_A"] == 1
        assert [counts(run) for run in runs] == [
            differing,
            differing,
            RowCounts(3, 2, 0, 1, 0, 2),
        ]

    @pytest.mark.parametrize(
        "change",
        [
            {"rows_A": 11},
            {"rows_A": 13},
            {"rows_B": 12},
            {"rows_B": 14},
            {"unchanged": 7},
            {"unchanged": 9},
            {"rows_A": 11, "unchanged": 7},
            {"rows_A": 3, "rows_B": 4, "unchanged": -1},
        ],
    )
    def test_that_contradict_the_rows_are_not_reported(self, change: dict[str, int]) -> None:
        assert counts(STATS | change) == DIFFERING

    @pytest.mark.parametrize(
        ("downloaded", "rows"), [(0, ALL), (13, ALL), (25, ALL), (26, DIFFERING), (None, ALL)]
    )
    def test_below_the_number_of_rows_downloaded_are_not_reported(
        self, downloaded: int | None, rows: RowCounts
    ) -> None:
        assert counts(STATS | {"stats": {"rows_downloaded": downloaded}}) == rows

    @given(*[st.integers(0, 1000)] * 4)
    def test_that_agree_are_reported(
        self, added: int, removed: int, changed: int, unchanged: int
    ) -> None:
        both = changed + unchanged
        stats = {
            "rows_A": both + removed,
            "rows_B": both + added,
            "exclusive_A": removed,
            "exclusive_B": added,
            "updated": changed,
            "unchanged": unchanged,
        }
        assert counts(stats) == RowCounts(
            both + removed, both + added, added, removed, changed, unchanged
        )


class TestProblems:
    def test_a_model_has_to_be_named(self) -> None:
        with pytest.raises(InvalidRequestError, match="&model=orders") as caught:
            parse(sample("data_diff/stats.txt"), Hints())
        assert caught.value.field == "model"

    @pytest.mark.parametrize(
        "name", ["rows_A", "rows_B", "exclusive_A", "exclusive_B", "updated", "unchanged"]
    )
    def test_a_missing_count_is_named_with_the_cure(self, name: str) -> None:
        stats = {key: value for key, value in STATS.items() if key != name}
        message = "is missing; send the output of `--stats --json` unchanged"
        assert problems(stats) == [PathProblem(name, message)]

    @pytest.mark.parametrize(
        ("change", "path", "message"),
        [
            ({"rows_A": None}, "rows_A", "must be a whole number, not null"),
            ({"updated": -1}, "updated", "is negative, but counts rows"),
            ({"unchanged": 1.5}, "unchanged", "must be a whole number, not a fraction"),
            ({"unchanged": -(2**63)}, "unchanged", "is larger than any table"),
            ({"stats": []}, "stats", "must be an object, not an array"),
            (
                {"stats": {"rows_downloaded": "1"}},
                "stats.rows_downloaded",
                "must be a whole number, not text",
            ),
        ],
    )
    def test_a_wrong_value_is_named(self, change: dict[str, Any], path: str, message: str) -> None:
        assert problems(STATS | change) == [PathProblem(path, message)]

    def test_several_results_are_refused(self) -> None:
        body = json.dumps(STATS).encode() + b"\n" + json.dumps(STATS).encode()
        [problem] = problems(body)
        assert problem == LineProblem(
            1, "is not JSON (Extra data at character 120); send one document"
        )

    def test_an_array_is_refused(self) -> None:
        assert problems([STATS]) == [
            LineProblem(
                1, "expected one JSON object, as `--stats --json` prints it, found an array"
            )
        ]
