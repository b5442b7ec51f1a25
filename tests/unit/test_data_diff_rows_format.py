import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.model_diff import ModelDiff, Outcome, RowCounts
from formats.data_diff_rows_format import parse
from formats.hints import Hints
from formats.submission_problems import LineProblem, SubmissionInvalid
from tests.unit.tool_samples import sample

TOOLS = ["data_diff", "reladiff"]
ORDERS = Hints(model="orders")
DAYS = Hints(model="days", primary_key=("site", "day"))
UNBROKEN = "run the tool with the environment variable COLUMNS=100000, so that it wraps no lines"


def lines(*rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def counts(body: bytes, hints: Hints = ORDERS) -> RowCounts | None:
    [diff] = parse(body, hints)
    return diff.rows


def problems(body: bytes, hints: Hints = ORDERS) -> list[tuple[int, str]]:
    with pytest.raises(SubmissionInvalid) as caught:
        parse(body, hints)
    return [
        (one.line, one.message) for one in caught.value.problems if isinstance(one, LineProblem)
    ]


class TestCounting:
    @pytest.mark.parametrize("tool", TOOLS)
    def test_a_sample_is_counted_and_named_by_the_query(self, tool: str) -> None:
        hints = Hints("orders", "models/orders.sql", "prod.orders", "pr.orders", ("id",))
        assert parse(sample(f"{tool}/rows.txt"), hints) == [
            ModelDiff(
                model="orders",
                outcome=Outcome.DIFFERENT,
                base_table="prod.orders",
                head_table="pr.orders",
                primary_key=("id",),
                rows=RowCounts(added=2, removed=1, changed=3),
                path="models/orders.sql",
            )
        ]

    @pytest.mark.parametrize("tool", TOOLS)
    @pytest.mark.parametrize("file", ["rows_wrapped", "rows_unwrapped"])
    def test_rows_wrapped_behind_their_key_are_counted_as_if_they_were_not(
        self, tool: str, file: str
    ) -> None:
        rows = counts(sample(f"{tool}/{file}.txt"), DAYS)
        assert rows == RowCounts(added=0, removed=1, changed=3)

    def test_a_minus_is_a_row_that_only_production_has(self) -> None:
        assert counts(lines(["-", ["1", "a"]])) == RowCounts(added=0, removed=1, changed=0)

    def test_a_plus_is_a_row_that_only_the_pull_request_has(self) -> None:
        assert counts(lines(["+", ["1", "a"]])) == RowCounts(added=1, removed=0, changed=0)

    @pytest.mark.parametrize("signs", ["-+", "+-"])
    def test_both_with_one_key_are_a_row_that_changed(self, signs: str) -> None:
        body = lines(*[[sign, ["1", sign]] for sign in signs])
        assert counts(body) == RowCounts(added=0, removed=0, changed=1)

    @pytest.mark.parametrize(
        ("key", "rows"),
        [
            (("id", "day"), RowCounts(added=1, removed=1, changed=0)),
            (("id",), RowCounts(added=0, removed=0, changed=1)),
            ((), RowCounts(added=0, removed=0, changed=1)),
        ],
    )
    def test_the_key_has_as_many_columns_as_the_query_names_or_one(
        self, key: tuple[str, ...], rows: RowCounts
    ) -> None:
        body = lines(["-", ["1", "a", "x"]], ["+", ["1", "b", "x"]])
        [diff] = parse(body, replace(ORDERS, primary_key=key))
        assert (diff.rows, diff.primary_key) == (rows, key)

    def test_keys_that_read_alike_are_not_one(self) -> None:
        assert counts(lines(["-", ["1"]], ["+", [1]])) == RowCounts(added=1, removed=1, changed=0)
        body = lines(["-", [1]], ["+", [True]])
        assert counts(body) == RowCounts(added=1, removed=1, changed=0)
        body = lines(["-", ["a, b", "c"]], ["+", ["a", "b, c"]])
        assert counts(body, DAYS) == RowCounts(added=1, removed=1, changed=0)

    @pytest.mark.parametrize("key", [None, True, 1, 1.5, "", "a\nb", "\ud800"])
    def test_a_key_may_be_any_single_value(self, key: Any) -> None:
        assert counts(lines(["-", [key]], ["+", [key]])) == RowCounts(added=0, removed=0, changed=1)

    @given(st.sets(st.integers()), st.sets(st.integers()))
    def test_tables_counted_row_by_row_are_counted_right(
        self, base: set[int], head: set[int]
    ) -> None:
        body = lines(*[["-", [str(key)]] for key in base], *[["+", [str(key)]] for key in head])
        if base or head:
            assert counts(body) == RowCounts(
                added=len(head - base), removed=len(base - head), changed=len(base & head)
            )

    def test_blank_lines_and_byte_order_marks_are_passed_over(self) -> None:
        body = b"\n\xef\xbb\xbf" + b"\r\n\n".join(lines(["-", ["1"]], ["-", ["2"]]).splitlines())
        assert counts(body) == RowCounts(added=0, removed=2, changed=0)


class TestRepeatedKeys:
    ROWS = (["-", ["1", "a"]], ["-", ["1", "b"]], ["+", ["1", "c"]], ["+", ["2", "d"]])

    def test_are_refused_while_the_query_does_not_say_what_the_key_is(self) -> None:
        assert problems(lines(*self.ROWS)) == [
            (
                1,
                (
                    "keys with several rows: 1 in base, 0 in head; "
                    "if the key has several columns, name them all, such as &primary_key=id,day"
                ),
            )
        ]

    def test_are_a_failed_diff_when_it_does(self) -> None:
        [diff] = parse(lines(*self.ROWS), Hints(model="orders", primary_key=("id",)))
        assert diff.outcome is Outcome.FAILED
        assert diff.error == (
            "The primary key is not unique (keys with several rows: 1 in base, 0 in head)"
        )
        assert diff.rows is None

    def test_are_told_for_the_head(self) -> None:
        [diff] = parse(lines(["+", ["1"]], ["+", ["1"]]), replace(ORDERS, primary_key=("id",)))
        assert diff.error is not None
        assert diff.error.endswith("0 in base, 1 in head)")


class TestProblems:
    def test_a_model_has_to_be_named(self) -> None:
        with pytest.raises(InvalidRequestError, match="&model=orders") as caught:
            parse(sample("data_diff/rows.txt"), Hints())
        assert caught.value.field == "model"

    @pytest.mark.parametrize("body", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
    def test_no_rows_do_not_say_that_the_tables_are_equal(self, body: bytes) -> None:
        [(line, message)] = problems(body)
        assert line == 1
        assert message.startswith("there is no row in the body: either the tables are equal or")
        assert "format=data-diff-stats" in message

    def test_a_key_that_was_wrapped_is_refused_row_by_row(self) -> None:
        found = problems(sample("data_diff/rows_key_wrapped.txt"))
        message = f"is wrapped within its key, which cannot be put together; {UNBROKEN}"
        assert found == [(1, message), (4, message), (7, message), (10, message)]

    @pytest.mark.parametrize(
        "body",
        [
            b'["-", ["a long \nkey", "x"]]',
            b'["-", ["a\\u00\ne9", "x"]]',
            b'["-", [1\n2, "x"]]',
        ],
        ids=["blank", "escape", "number"],
    )
    def test_what_may_have_been_wrapped_within_the_key_is_refused(self, body: bytes) -> None:
        [(line, message)] = problems(body)
        assert line == 1
        assert message.endswith(UNBROKEN)

    @pytest.mark.parametrize(
        "body",
        [
            b'["-",\n["1", "x"]]',
            b'["-", ["1",\n"x"]]',
            b'["-", ["1", "x\ny"]]',
            b'["-", ["1", "x"]\n]',
            b'["-", ["1", "x\n\n y"]]',
        ],
    )
    def test_a_break_behind_the_key_or_before_it_does_no_harm(self, body: bytes) -> None:
        assert counts(body) == RowCounts(added=0, removed=1, changed=0)

    def test_a_line_break_in_a_key_is_no_wrapped_line(self) -> None:
        assert counts(b'["-", ["a\\nb",\n"x"]]') == RowCounts(added=0, removed=1, changed=0)

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ('["*", ["Alice"]]', None),
            ('["-", "Alice"]', "is no row, which is a sign and an array of values"),
            ('["-", []]', "is no row, which is a sign and an array of values"),
            ('["-", ["Alice"], 1]', "is no row, which is a sign and an array of values"),
            ('["-", [["Alice"], "x"]]', "has a key that is neither text nor a number"),
            ('["-", [{"Alice": 1}, "x"]]', "has a key that is neither text nor a number"),
            ('["-", ["Alice', "begins as a row but is not JSON (Unterminated string starting)"),
            ('["-", ["Alice"]] Alice', "begins as a row but is not JSON (Extra data)"),
            ('["-", ["Alice"]]', "has 1 values and the first row 2"),
        ],
    )
    def test_what_is_no_row_is_named_by_its_line_and_not_repeated(
        self, row: str, message: str | None
    ) -> None:
        body = lines(["-", ["1", "x"]]) + b"\n" + lines(["-", ["2", "x"]]) + row.encode()
        [(line, told)] = problems(body)
        # What does not begin as a row is taken for the rest of the row above it.
        assert line == (3 if message is None else 4)
        assert told.startswith(message or "begins as a row but is not JSON (Extra data)")
        assert "Alice" not in told

    def test_other_text_before_the_rows_is_refused(self) -> None:
        assert problems(b"05:45:44 WARNING Alice\n" + lines(["-", ["1"]])) == [
            (
                1,
                (
                    "not a row but 22 characters of other text; "
                    'send only what `--json` prints, which begins with ["-", or ["+",'
                ),
            )
        ]

    def test_a_key_of_more_columns_than_there_are_is_refused(self) -> None:
        assert problems(lines(["-", ["1"]]), DAYS) == [
            (1, "has 1 values, but primary_key names 2 columns")
        ]

    def test_a_line_in_another_encoding_is_refused(self) -> None:
        assert problems(lines(["-", ["1"]]) + b'["-", ["\xe9"]]') == [
            (2, "not UTF-8 at byte 9 of the line; send UTF-8")
        ]

    @pytest.mark.parametrize(("rows", "more"), [(20, False), (21, True)])
    @pytest.mark.parametrize("line", ["text", '["-", 1]'])
    def test_end_at_a_bound(self, line: str, rows: int, more: bool) -> None:  # noqa: FBT001
        with pytest.raises(SubmissionInvalid) as caught:
            parse(f"{line}\n".encode() * rows, ORDERS)
        assert len(caught.value.problems) == 20
        assert caught.value.more is more
