import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    ModelDiff,
    Outcome,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)
from bitbucket_integration.stores.packing import packed, unpacked
from formats.data_diff_format import parse as parse_format
from formats.hints import Hints
from formats.json_text import MOST_VALUES, TOO_MANY_VALUES
from formats.submission_problems import MAX_PROBLEMS, LineProblem, SubmissionInvalid
from tests.unit.tool_samples import json_values, sample

# What data-diff 0.11.2 printed for two tables in DuckDB, its column lists completed.
DIFFERENT: dict[str, Any] = {
    "status": "success",
    "result": "different",
    "model": "model.shop.orders",
    "dataset1": ["analytics", "prod", "orders"],
    "dataset2": ["analytics", "pr", "orders"],
    "rows": {
        "exclusive": {
            "dataset1": [
                {"id": {"isPK": True, "value": "3"}, "amount": {"isPK": False, "value": "30.00"}}
            ],
            "dataset2": [
                {"id": {"isPK": True, "value": "4"}, "amount": {"isPK": False, "value": "40.00"}},
                {"id": {"isPK": True, "value": "5"}, "amount": {"isPK": False, "value": "50.00"}},
            ],
        },
        "diff": [
            {
                "id": {"dataset1": "2", "dataset2": "2", "isDiff": False, "isPK": True},
                "amount": {
                    "dataset1": "20.00",
                    "dataset2": "25.00",
                    "isDiff": True,
                    "isPK": False,
                },
                "note": {"dataset1": None, "dataset2": "b", "isDiff": True, "isPK": False},
            },
            {
                "id": {"dataset1": "6", "dataset2": "6", "isDiff": False, "isPK": True},
                "amount": {
                    "dataset1": "60.00",
                    "dataset2": "60.00",
                    "isDiff": False,
                    "isPK": False,
                },
                "note": {"dataset1": "c", "dataset2": "d", "isDiff": True, "isPK": False},
            },
        ],
    },
    "summary": {
        "rows": {
            "total": {"dataset1": 10, "dataset2": 11},
            "exclusive": {"dataset1": 1, "dataset2": 2},
            "updated": 2,
            "unchanged": 7,
        },
        "stats": {"diffCounts": {"amount": 1, "note": 2, "day": 0}},
    },
    "columns": {
        "dataset1": [
            {"name": "id", "type": "INTEGER", "kind": "integer"},
            {"name": "status", "type": "INTEGER", "kind": "integer"},
            {"name": "legacy", "type": "BOOLEAN", "kind": "boolean"},
        ],
        "dataset2": [
            {"name": "id", "type": "INTEGER", "kind": "integer"},
            {"name": "status", "type": "VARCHAR", "kind": "string"},
            {"name": "region", "type": "VARCHAR", "kind": "string"},
            {"name": "currency", "type": "VARCHAR(3)", "kind": "string"},
        ],
        "primaryKey": ["id"],
        "exclusive": {"dataset1": ["legacy"], "dataset2": ["region", "currency"]},
        "typeChanged": ["status"],
    },
    "version": "1.1.0",
}
SAMPLES = (
    SampleRow(RowChange.ADDED, (SampleCell("id", head="4"), SampleCell("amount", head="40.00"))),
    SampleRow(RowChange.ADDED, (SampleCell("id", head="5"), SampleCell("amount", head="50.00"))),
    SampleRow(RowChange.REMOVED, (SampleCell("id", base="3"), SampleCell("amount", base="30.00"))),
    SampleRow(
        RowChange.CHANGED,
        (
            SampleCell("id", "2", "2"),
            SampleCell("amount", "20.00", "25.00"),
            SampleCell("note", None, "b"),
        ),
    ),
    SampleRow(
        RowChange.CHANGED,
        (
            SampleCell("id", "6", "6"),
            SampleCell("amount", "60.00", "60.00"),
            SampleCell("note", "c", "d"),
        ),
    ),
)
IDENTICAL: dict[str, Any] = {
    **DIFFERENT,
    "result": "identical",
    "rows": {"exclusive": {"dataset1": [], "dataset2": []}, "diff": []},
    "summary": {
        "rows": {
            "total": {"dataset1": 5, "dataset2": 5},
            "exclusive": {"dataset1": 0, "dataset2": 0},
            "updated": 0,
            "unchanged": 5,
        },
        "stats": {"diffCounts": {"amount": 0}},
    },
    "columns": {
        "dataset1": [],
        "dataset2": [],
        "primaryKey": ["id"],
        "exclusive": {"dataset1": [], "dataset2": []},
        "typeChanged": [],
    },
}
FAILED: dict[str, Any] = {
    "status": "failed",
    "model": "model.shop.events",
    "dataset1": ["prod", "events"],
    "dataset2": ["pr", "events"],
    "error": "No primary key found. Add uniqueness tests, meta, or tags.",
    "version": "1.0.0",
}
ONLY_JSON = "send only the JSON lines of `data-diff --dbt --json`, for example `grep '^{'`"
WITHOUT_DBT = (
    "it looks like the output of data-diff without `--dbt`, which is `?format=data-diff-rows`"
)
MISSING = "is missing; send the lines of data-diff unchanged"


def parse(body: bytes) -> list[ModelDiff]:
    return parse_format(body, Hints())


def lines(*diffs: object) -> bytes:
    return b"".join(json.dumps(diff).encode() + b"\n" for diff in diffs)


def with_value(path: str, value: object) -> dict[str, Any]:
    """DIFFERENT with another value at a dotted path."""
    changed = copy.deepcopy(DIFFERENT)
    *parents, last = path.split(".")
    place: Any = changed
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    place[int(last) if isinstance(place, list) else last] = value
    return changed


def without(path: str) -> dict[str, Any]:
    changed = copy.deepcopy(DIFFERENT)
    *parents, last = path.split(".")
    place: Any = changed
    for key in parents:
        place = place[key]
    del place[last]
    return changed


def problems(body: bytes) -> list[tuple[int, str]]:
    with pytest.raises(SubmissionInvalid) as raised:
        parse(body)
    return [
        (one.line, one.message) for one in raised.value.problems if isinstance(one, LineProblem)
    ]


class TestReading:
    def test_takes_production_for_the_base_and_the_build_for_the_head(self) -> None:
        assert parse(lines(DIFFERENT)) == [
            ModelDiff(
                model="model.shop.orders",
                outcome=Outcome.DIFFERENT,
                base_table="analytics.prod.orders",
                head_table="analytics.pr.orders",
                primary_key=("id",),
                rows=RowCounts(base=10, head=11, added=2, removed=1, changed=2, unchanged=7),
                column_values=(
                    ColumnValues("note", different=2, compared=9),
                    ColumnValues("amount", different=1, compared=9),
                    ColumnValues("day", different=0, compared=9),
                ),
                columns_added=(Column("currency", "VARCHAR(3)"), Column("region", "VARCHAR")),
                columns_removed=(Column("legacy", "BOOLEAN"),),
                types_changed=(TypeChange("status", "INTEGER", "VARCHAR"),),
                samples=SAMPLES,
            )
        ]

    def test_finds_no_difference_where_there_is_none(self) -> None:
        [diff] = parse(lines(IDENTICAL))
        assert diff.outcome is Outcome.IDENTICAL
        assert diff.rows == RowCounts(5, 5, 0, 0, 0, 5)
        assert diff.column_values == (ColumnValues("amount", different=0, compared=5),)
        assert not diff.differing_columns

    def test_keeps_a_failure_with_its_error(self) -> None:
        assert parse(lines(FAILED)) == [
            ModelDiff(
                model="model.shop.events",
                outcome=Outcome.FAILED,
                base_table="prod.events",
                head_table="pr.events",
                error="No primary key found. Add uniqueness tests, meta, or tags.",
            )
        ]

    def test_counts_from_the_rows_where_there_is_no_summary(self) -> None:
        [diff] = parse(lines(with_value("summary", None)))
        assert diff.rows == RowCounts(added=2, removed=1, changed=2)
        assert diff.column_values == (
            ColumnValues("note", 2),
            ColumnValues("amount", 1),
        )

    def test_without_summary_and_rows_knows_no_counts(self) -> None:
        [diff] = parse(lines({**DIFFERENT, "summary": None, "rows": None}))
        assert diff.rows is None
        assert not diff.column_values
        assert diff.outcome is Outcome.DIFFERENT

    def test_without_columns_knows_no_schema(self) -> None:
        [diff] = parse(lines(with_value("columns", None)))
        assert not diff.schema_changed
        assert diff.primary_key == ()

    @pytest.mark.parametrize("key", ["rows", "summary", "columns", "version"])
    def test_takes_a_nullable_key_that_is_absent_for_null(self, key: str) -> None:
        assert parse(lines(without(key))) == parse(lines(with_value(key, None)))

    def test_without_rows_has_no_samples(self) -> None:
        [diff] = parse(lines(with_value("rows", None)))
        assert diff.samples == ()
        assert diff.rows == RowCounts(10, 11, 2, 1, 2, 7)

    def test_takes_no_key_column_for_one_that_was_compared(self) -> None:
        [diff] = parse(lines(with_value("summary", None)))
        assert {column.name for column in diff.column_values} == {"amount", "note"}

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("summary.rows.total.dataset1", 9),
            ("summary.rows.total.dataset2", 12),
            ("summary.rows.exclusive.dataset1", 2),
            ("summary.rows.exclusive.dataset2", 1),
            ("summary.rows.updated", 3),
            ("summary.rows.unchanged", 8),
        ],
    )
    def test_believes_no_totals_that_contradict_the_rows(self, path: str, value: int) -> None:
        [diff] = parse(lines(with_value(path, value)))
        assert diff.rows is not None
        assert (diff.rows.base, diff.rows.head, diff.rows.unchanged) == (None, None, None)
        assert None not in {diff.rows.added, diff.rows.removed, diff.rows.changed}
        assert {column.compared for column in diff.column_values} == {None}

    def test_believes_no_number_of_compared_rows_below_a_columns_differences(self) -> None:
        [diff] = parse(lines(with_value("summary.stats.diffCounts.note", 10)))
        assert {column.compared for column in diff.column_values} == {None}

    def test_takes_a_column_that_differs_in_every_row_for_compared(self) -> None:
        [diff] = parse(lines(with_value("summary.stats.diffCounts.note", 9)))
        assert {column.compared for column in diff.column_values} == {9}

    def test_lists_columns_that_differ_alike_by_name(self) -> None:
        counts = {"stats": {"diffCounts": {"b": 0, "a": 0, "c": 1}}}
        [diff] = parse(lines(with_value("summary", {**DIFFERENT["summary"], **counts})))
        assert [column.name for column in diff.column_values] == ["c", "a", "b"]

    def test_counts_tables_of_any_size(self) -> None:
        [diff] = parse(lines(with_value("summary.stats.diffCounts.note", 2**63 - 1)))
        assert diff.column_values[0].different == 2**63 - 1

    def test_of_columns_listed_in_another_order_is_the_same(self) -> None:
        turned = copy.deepcopy(DIFFERENT)
        for row in [*turned["rows"]["diff"], *turned["rows"]["exclusive"]["dataset2"]]:
            items = list(row.items())
            row.clear()
            row.update(reversed(items))
        assert parse(lines(turned)) == parse(lines(DIFFERENT))

    def test_keeps_a_few_rows_of_many_and_counts_all(self) -> None:
        many = with_value(
            "rows.exclusive.dataset1", DIFFERENT["rows"]["exclusive"]["dataset1"] * 50
        )
        many["rows"]["diff"] *= 50
        [diff] = parse(lines({**many, "summary": None}))
        kinds = [row.change for row in diff.samples]
        assert [kinds.count(kind) for kind in RowChange] == [2, 9, 9]
        assert diff.rows == RowCounts(added=2, removed=50, changed=100)
        assert diff.column_values == (ColumnValues("note", 100), ColumnValues("amount", 50))

    def test_with_one_row_only_in_production_removes_one(self) -> None:
        rows = {"exclusive": {"dataset1": [{}], "dataset2": []}, "diff": []}
        [diff] = parse(lines({**IDENTICAL, "summary": None, "rows": rows}))
        assert diff.rows == RowCounts(added=0, removed=1, changed=0)
        assert [row.change for row in diff.samples] == [RowChange.REMOVED]

    @pytest.mark.parametrize(
        "change",
        [
            {"summary": DIFFERENT["summary"]},
            {"summary": None, "rows": DIFFERENT["rows"]},
            {"columns": {**IDENTICAL["columns"], "typeChanged": ["id"]}},
            {"columns": {**IDENTICAL["columns"], "exclusive": {"dataset1": ["x"], "dataset2": []}}},
            {"columns": {**IDENTICAL["columns"], "exclusive": {"dataset1": [], "dataset2": ["x"]}}},
            {
                "summary": {
                    **IDENTICAL["summary"],
                    "stats": {"diffCounts": {"amount": 1}},
                }
            },
            {"summary": None, "rows": {**IDENTICAL["rows"], "diff": [{}]}},
            {
                "summary": None,
                "rows": {"exclusive": {"dataset1": [{}], "dataset2": []}, "diff": []},
            },
            {
                "summary": None,
                "rows": {"exclusive": {"dataset1": [], "dataset2": [{}]}, "diff": []},
            },
        ],
    )
    def test_believes_a_difference_over_a_result_that_denies_it(
        self, change: dict[str, Any]
    ) -> None:
        [diff] = parse(lines({**IDENTICAL, **change}))
        assert diff.outcome is Outcome.DIFFERENT

    def test_believes_a_result_without_a_counted_difference(self) -> None:
        [diff] = parse(lines({**IDENTICAL, "result": "different"}))
        assert diff.outcome is Outcome.DIFFERENT

    def test_of_sets_printed_in_another_order_is_the_same(self) -> None:
        turned = with_value("columns.exclusive.dataset2", ["currency", "region"])
        turned["summary"]["stats"]["diffCounts"] = {"day": 0, "note": 2, "amount": 1}
        assert parse(lines(turned)) == parse(lines(DIFFERENT))

    def test_ignores_keys_it_does_not_know(self) -> None:
        newer = with_value("summary.rows.total.dataset3", 5)
        newer["columns"]["dataset1"][0]["nullable"] = True
        assert parse(lines({**newer, "hints": [], "version": "1.2.0"})) == parse(lines(DIFFERENT))

    def test_takes_the_later_of_duplicate_keys(self) -> None:
        body = json.dumps(FAILED).replace('{"status"', '{"model": "first", "status"', 1)
        assert parse(body.encode())[0].model == "model.shop.events"

    def test_keeps_every_line_in_order(self) -> None:
        again = {**FAILED, "error": "again"}
        models = parse(lines(FAILED, DIFFERENT, again))
        assert [diff.error for diff in models] == [FAILED["error"], None, "again"]

    @pytest.mark.parametrize("error", ["", "  \n"])
    def test_gives_a_failure_without_reason_one(self, error: str) -> None:
        [diff] = parse(lines({**FAILED, "error": error}))
        assert diff.error == "data-diff gave no reason"

    def test_bounds_an_error(self) -> None:
        [diff] = parse(lines({**FAILED, "error": "x" * 5_000}))
        assert diff.error == "x" * 2_000

    def test_keeps_no_password_from_a_connection_url(self) -> None:
        error = "could not connect to postgresql://etl:s3cr/et@db.example/prod as etl"
        [diff] = parse(lines({**FAILED, "error": error}))
        assert diff.error == "could not connect to postgresql://***@db.example/prod as etl"

    def test_makes_half_a_surrogate_pair_storable(self) -> None:
        [diff] = parse(lines({**FAILED, "model": "a\ud800b"}))
        assert diff.model == "a\ufffdb"


class TestSamples:
    @pytest.mark.parametrize("file", ["dbt.jsonl", "dbt_stats.jsonl"])
    def test_are_read_with_production_as_the_base(self, file: str) -> None:
        diffs = {diff.model: diff for diff in parse(sample(f"data_diff/{file}"))}
        assert replace(diffs["model.shop.orders"], samples=()) == ModelDiff(
            model="model.shop.orders",
            outcome=Outcome.DIFFERENT,
            base_table="shop.prod.orders",
            head_table="shop.dbt_pr.orders",
            primary_key=("id",),
            rows=RowCounts(base=12, head=13, added=2, removed=1, changed=3, unchanged=8),
            column_values=(
                ColumnValues("amount", different=2, compared=11),
                ColumnValues("note", different=1, compared=11),
                ColumnValues("customer", different=0, compared=11),
            ),
            columns_added=(Column("region", "VARCHAR"),),
            columns_removed=(Column("legacy", "BOOLEAN"),),
            types_changed=(TypeChange("quantity", "BIGINT", "VARCHAR"),),
        )
        assert diffs["model.shop.customers"].outcome is Outcome.IDENTICAL
        assert diffs["model.shop.events"].outcome is Outcome.FAILED
        assert diffs["model.shop.sites"].rows == RowCounts(3, 2, 0, 1, 0, 2)

    def test_have_sample_rows_by_their_key_unless_there_are_stats_alone(self) -> None:
        samples = {diff.model: diff.samples for diff in parse(sample("data_diff/dbt.jsonl"))}
        rows = {
            (row.change, row.cells[0].column, row.cells[0].head or row.cells[0].base)
            for row in samples["model.shop.orders"]
        }
        assert rows == {
            (RowChange.ADDED, "id", "20"),
            (RowChange.ADDED, "id", "21"),
            (RowChange.REMOVED, "id", "3"),
            (RowChange.CHANGED, "id", "2"),
            (RowChange.CHANGED, "id", "5"),
            (RowChange.CHANGED, "id", "6"),
        }
        assert not any(diff.samples for diff in parse(sample("data_diff/dbt_stats.jsonl")))


class TestBody:
    @pytest.mark.parametrize(
        "body",
        [
            lines(FAILED),
            lines(FAILED).replace(b'", "', b'",\r"'),
            "\ufeff\n\ufeff".encode() + lines(FAILED),
            lines(FAILED).rstrip(),
            b"\xef\xbb\xbf" + lines(FAILED),
            lines(FAILED).replace(b"\n", b"\r\n"),
            b"\r\n\n \t\n" + lines(FAILED) + b"\n\n",
        ],
    )
    def test_is_read_in_every_form(self, body: Any) -> None:
        assert [diff.model for diff in parse(body)] == ["model.shop.events"]

    @pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c"])
    def test_ends_its_lines_at_newlines_only(self, separator: str) -> None:
        model = f"a{separator}b"
        text = json.dumps({**FAILED, "model": model}, ensure_ascii=False)
        if separator < " ":
            text = text.replace(separator, json.dumps(separator)[1:-1])
        assert parse(text.encode())[0].model == model

    @pytest.mark.parametrize("body", [b"", b"\n\r\n  \n", b"\xef\xbb\xbf"], ids=repr)
    def test_without_any_diff_is_a_problem(self, body: Any) -> None:
        [(line, message)] = problems(body)
        assert line == 1
        assert message.startswith("there is no diff in the body; check that data-diff ran with")

    def test_in_utf_16_is_a_problem_with_a_cure(self) -> None:
        [(line, message)] = problems(lines(FAILED, FAILED).decode().encode("utf-16"))
        assert line == 1
        assert "UTF-16, as Windows PowerShell's `>` writes it" in message
        assert "Out-File -Encoding utf8" in message

    def test_in_gzip_within_gzip_is_a_problem_with_a_cure(self) -> None:
        assert problems(b"\x1f\x8b\x08\x00\n\n") == [
            (1, "the body is gzip within gzip; pack it once")
        ]


class TestProblems:
    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (
                "Running with data-diff=0.11.2",
                f"expected a JSON object, found 29 characters of other text; {ONLY_JSON}",
            ),
            (
                '["-", ["3", "Alice"]]',
                f"expected a JSON object, found an array; {WITHOUT_DBT}",
            ),
            (
                '["-", ["3", "Alice',
                f"expected a JSON object, found 18 characters of other text; {WITHOUT_DBT}",
            ),
            ('"Alice"', f"expected a JSON object, found text; {ONLY_JSON}"),
            (
                '{"status": "success", "rows": {"Alice',
                (
                    "begins as a JSON object but is not JSON (Unterminated string starting "
                    "at character 32); was the line cut?"
                ),
            ),
            (
                '{"a": ' + "9" * 5_000 + "}",
                (
                    "begins as a JSON object but is not JSON (a number in it has too many digits "
                    "at character 1); was the line cut?"
                ),
            ),
            (
                '{"a":' * 100_000,
                (
                    "begins as a JSON object but is not JSON (it is nested too deeply "
                    "at character 1); was the line cut?"
                ),
            ),
            (b'{"status": "\xff"}', "not UTF-8 at byte 13 of the line; send UTF-8"),
        ],
        ids=["text", "array", "cut array", "string", "cut", "digits", "nested", "utf-8"],
    )
    def test_with_a_line_are_named_with_their_cure_and_no_data(
        self, line: str | bytes, message: str
    ) -> None:
        raw = line if isinstance(line, bytes) else line.encode()
        assert problems(lines(FAILED) + raw + b"\n" + lines(DIFFERENT)) == [(2, message)]
        assert "Alice" not in message

    @pytest.mark.parametrize(
        "path",
        [
            "status",
            "model",
            "result",
            "dataset1",
            "dataset2",
            "summary.rows",
            "summary.rows.total",
            "summary.rows.total.dataset1",
            "summary.rows.total.dataset2",
            "summary.rows.exclusive",
            "summary.rows.exclusive.dataset1",
            "summary.rows.exclusive.dataset2",
            "summary.rows.updated",
            "summary.rows.unchanged",
            "summary.stats",
            "summary.stats.diffCounts",
            "columns.dataset1",
            "columns.dataset2",
            "columns.primaryKey",
            "columns.exclusive",
            "columns.exclusive.dataset1",
            "columns.exclusive.dataset2",
            "columns.typeChanged",
        ],
    )
    def test_name_a_missing_key_by_its_path_and_once(self, path: str) -> None:
        assert problems(lines(without(path))) == [(1, f"`{path}` {MISSING}")]

    @pytest.mark.parametrize("path", ["rows.exclusive", "rows.diff", "rows.exclusive.dataset2"])
    def test_name_a_key_missing_from_rows(self, path: str) -> None:
        assert problems(lines(without(path))) == [(1, f"`{path}` {MISSING}")]

    @pytest.mark.parametrize("key", ["error", "dataset1", "dataset2", "model"])
    def test_name_a_key_missing_from_a_failure(self, key: str) -> None:
        body = {name: value for name, value in FAILED.items() if name != key}
        assert problems(lines(body)) == [(1, f"`{key}` {MISSING}")]

    @pytest.mark.parametrize(
        ("path", "value", "message"),
        [
            ("model", 5, "`model` must be text, not a number"),
            ("model", "", "`model` must not be empty"),
            ("model", " \n", "`model` must not be empty"),
            ("dataset1", "prod.orders", "`dataset1` must be an array, not text"),
            ("dataset1.1", None, "`dataset1[1]` must be text, not null"),
            ("status", "done", '`status` must be "success" or "failed", not "done"'),
            ("status", True, "`status` must be text, not true or false"),
            ("status", "x" * 99, f'`status` must be "success" or "failed", not "{"x" * 40}"'),
            ("result", "same", '`result` must be "different" or "identical", not "same"'),
            ("summary", [], "`summary` must be an object, not an array"),
            (
                "summary.stats.diffCounts",
                [],
                "`summary.stats.diffCounts` must be an object, not an array",
            ),
            ("columns.dataset1.1", "id", "`columns.dataset1[1]` must be an object, not text"),
            ("columns.dataset1.1", {"type": "X"}, f"`columns.dataset1[1].name` {MISSING}"),
            ("columns.dataset2.0.type", 7, "`columns.dataset2[0].type` must be text, not a number"),
            ("columns.primaryKey", {}, "`columns.primaryKey` must be an array, not an object"),
            (
                "columns.typeChanged.0",
                False,
                "`columns.typeChanged[0]` must be text, not true or false",
            ),
        ],
    )
    def test_name_a_wrong_value_by_its_path(self, path: str, value: object, message: str) -> None:
        assert problems(lines(with_value(path, value))) == [(1, message)]

    @pytest.mark.parametrize(
        "path",
        [
            "summary.rows.updated",
            "summary.rows.unchanged",
            "summary.rows.total.dataset1",
            "summary.rows.total.dataset2",
            "summary.rows.exclusive.dataset1",
            "summary.rows.exclusive.dataset2",
            "summary.stats.diffCounts.note",
        ],
    )
    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (True, "must be a whole number, not true or false"),
            (False, "must be a whole number, not true or false"),
            (1.5, "must be a whole number, not a fraction"),
            (2.0, "must be a whole number, not a fraction"),
            ("1", "must be a whole number, not text"),
            (None, "must be a whole number, not null"),
            (-1, "is negative, but counts rows"),
            (2**63, "is larger than any table"),
        ],
    )
    def test_name_a_count_that_is_none(self, path: str, value: object, message: str) -> None:
        assert problems(lines(with_value(path, value))) == [(1, f"`{path}` {message}")]

    @pytest.mark.parametrize(
        ("path", "value", "message"),
        [
            ("rows.diff.1", [], "`rows.diff[1]` must be an object, not an array"),
            ("rows.diff.0.note", "b", "`rows.diff[0].note` must be an object, not text"),
            (
                "rows.diff.0.note.isDiff",
                1,
                "`rows.diff[0].note.isDiff` must be true or false, not a number",
            ),
            (
                "rows.exclusive.dataset1",
                3,
                "`rows.exclusive.dataset1` must be an array, not a number",
            ),
        ],
    )
    def test_name_a_wrong_value_in_rows_by_its_path(
        self, path: str, value: object, message: str
    ) -> None:
        assert problems(lines({**with_value(path, value), "summary": None})) == [(1, message)]

    def test_are_all_told_at_once(self) -> None:
        bad = with_value("summary.rows.updated", -1)
        del bad["dataset2"]
        assert problems(lines(bad, FAILED) + b"\noops\n") == [
            (1, f"`dataset2` {MISSING}"),
            (1, "`summary.rows.updated` is negative, but counts rows"),
            (4, f"expected a JSON object, found 4 characters of other text; {ONLY_JSON}"),
        ]

    @pytest.mark.parametrize(("lines_", "told", "more"), [(20, 20, False), (21, 20, True)])
    def test_end_at_a_bound(self, lines_: int, told: int, *, more: bool) -> None:
        with pytest.raises(SubmissionInvalid) as raised:
            parse(b"oops\n" * lines_)
        assert raised.value.problems[-1] == LineProblem(
            told, f"expected a JSON object, found 4 characters of other text; {ONLY_JSON}"
        )
        assert len(raised.value.problems) == told
        assert raised.value.more is more
        assert str(raised.value).endswith("; and more") is more

    def test_of_one_line_end_at_the_same_bound(self) -> None:
        for wrong, more in ((20, False), (21, True), (5_000, True)):
            with pytest.raises(SubmissionInvalid) as raised:
                parse(lines(with_value("columns.primaryKey", [1] * wrong)))
            assert len(raised.value.problems) == MAX_PROBLEMS
            assert raised.value.more is more

    def test_bound_the_length_of_a_name_in_a_path(self) -> None:
        [(_, message)] = problems(lines(with_value("summary.stats.diffCounts." + "x" * 81, "1")))
        assert message == (
            f"`summary.stats.diffCounts.{'x' * 79}…` must be a whole number, not text"
        )
        [(_, message)] = problems(lines(with_value("summary.stats.diffCounts." + "x" * 80, "1")))
        assert message == f"`summary.stats.diffCounts.{'x' * 80}` must be a whole number, not text"

    def test_show_no_control_character_of_a_name_in_a_path(self) -> None:
        body = with_value("summary.stats.diffCounts.a\x1b\ud800b", "1")
        assert problems(lines(body)) == [
            (1, "`summary.stats.diffCounts.a\ufffd\ufffdb` must be a whole number, not text")
        ]

    def test_read_as_one_sentence_per_line(self) -> None:
        error = SubmissionInvalid((LineProblem(2, "is odd"), LineProblem(3, "is even")))
        assert str(error) == "line 2: is odd; line 3: is even"


def read(body: bytes) -> list[ModelDiff]:
    """What parse makes of a body; any other exception than its own fails the test."""
    try:
        return parse(body)
    except SubmissionInvalid as invalid:
        told = invalid.problems
    assert 1 <= len(told) <= MAX_PROBLEMS
    assert all(isinstance(one, LineProblem) for one in told)
    assert all(one.message.isprintable() for one in told)
    return []


def paths(value: Any, prefix: str = "") -> list[str]:
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    else:
        return []
    found = []
    for key, child in children:
        found += [f"{prefix}{key}", *paths(child, f"{prefix}{key}.")]
    return found


@given(st.binary() | st.text().map(str.encode))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    read(body)


@given(st.lists(json_values, max_size=4))
def test_any_json_is_read_or_refused(documents: list[Any]) -> None:
    read(lines(*documents))


@given(st.sampled_from(paths(DIFFERENT)), json_values, st.booleans())
def test_any_value_anywhere_is_read_or_refused(path: str, value: Any, keep: Any) -> None:
    body = with_value(path, value)
    if not keep:
        body["summary"] = None
    for diff in read(lines(body)):
        assert unpacked(ModelDiff, packed(diff)) == diff
        str(diff).encode()


def swapped(body: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(body)
    text = text.replace('"dataset1"', '"held"').replace('"dataset2"', '"dataset1"')
    return dict(json.loads(text.replace('"held"', '"dataset2"')))


@pytest.mark.parametrize("body", [DIFFERENT, with_value("summary", None)])
def test_swapping_the_datasets_swaps_added_and_removed(body: dict[str, Any]) -> None:
    [there], [back] = parse(lines(body)), parse(lines(swapped(body)))
    assert there.rows
    assert back.rows
    assert (back.rows.added, back.rows.removed) == (there.rows.removed, there.rows.added)
    assert (back.rows.base, back.rows.head) == (there.rows.head, there.rows.base)
    assert (back.base_table, back.head_table) == (there.head_table, there.base_table)
    assert (back.columns_added, back.columns_removed) == (
        there.columns_removed,
        there.columns_added,
    )
    assert [(c.base, c.head) for c in back.types_changed] == [
        (c.head, c.base) for c in there.types_changed
    ]


def test_a_line_of_more_values_than_can_be_held_is_refused() -> None:
    line = b'{"a": [' + b"{}," * MOST_VALUES + b"{}]}"
    with pytest.raises(SubmissionInvalid) as caught:
        parse(b"\n" + line)
    assert caught.value.problems == (LineProblem(2, TOO_MANY_VALUES),)
