"""The demo's diffs say what a plain comparison of the same rows says."""

import json
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitbucket_integration.model_diff import Outcome
from formats import data_diff_format
from formats.hints import Hints
from local.demo.warehouse import PUSHES, data_diff_json
from local.demo.warehouse.build import MODELS
from local.demo.warehouse.diff import Table, diff

type Row = tuple[Any, ...]

PRODUCTION = Table("memory", "main", "production")
PULL_REQUEST = Table("memory", "main", "pull request")


def diff_of(
    old: tuple[str, Sequence[Row]],
    new: tuple[str, Sequence[Row]],
    *,
    primary_key: Sequence[str] = ("id",),
) -> dict[str, Any]:
    with duckdb.connect() as connection:
        for table, (columns, rows) in ((PRODUCTION, old), (PULL_REQUEST, new)):
            connection.execute(f"CREATE TABLE {table} ({columns})")
            if rows:
                places = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608
        return diff(
            connection,
            model="model.shop.orders",
            production=PRODUCTION,
            pull_request=PULL_REQUEST,
            primary_key=primary_key,
        )


ORDERS = "id INTEGER, amount DECIMAL(9,2), note VARCHAR"
OLD_ORDERS = [(1, Decimal(10), "a"), (2, Decimal(20), None), (3, Decimal(30), "c")]
NEW_ORDERS = [(1, Decimal(10), "a"), (2, Decimal(25), "b"), (4, Decimal(40), "d")]


class TestDiff:
    def test_is_word_for_word_what_data_diff_prints(self) -> None:
        columns = [
            {"name": "id", "type": "INTEGER", "kind": "integer"},
            {"name": "amount", "type": "DECIMAL(9,2)", "kind": "float"},
            {"name": "note", "type": "VARCHAR", "kind": "unsupported"},
        ]
        printed = {
            "status": "success",
            "result": "different",
            "model": "model.shop.orders",
            "dataset1": ["memory", "main", "production"],
            "dataset2": ["memory", "main", "pull request"],
            "rows": {
                "exclusive": {
                    "dataset1": [
                        {
                            "id": {"isPK": True, "value": "3"},
                            "amount": {"isPK": False, "value": "30.00"},
                            "note": {"isPK": False, "value": "c"},
                        }
                    ],
                    "dataset2": [
                        {
                            "id": {"isPK": True, "value": "4"},
                            "amount": {"isPK": False, "value": "40.00"},
                            "note": {"isPK": False, "value": "d"},
                        }
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
                        "note": {
                            "dataset1": None,
                            "dataset2": "b",
                            "isDiff": True,
                            "isPK": False,
                        },
                    }
                ],
            },
            "summary": {
                "rows": {
                    "total": {"dataset1": 3, "dataset2": 3},
                    "exclusive": {"dataset1": 1, "dataset2": 1},
                    "updated": 1,
                    "unchanged": 1,
                },
                "stats": {"diffCounts": {"amount": 1, "note": 1}},
            },
            "columns": {
                "dataset1": columns,
                "dataset2": columns,
                "primaryKey": ["id"],
                "exclusive": {"dataset1": [], "dataset2": []},
                "typeChanged": [],
            },
            "version": "1.1.0",
        }
        result = diff_of((ORDERS, OLD_ORDERS), (ORDERS, NEW_ORDERS))
        assert json.dumps(result) == json.dumps(printed)

    def test_equal_tables_are_identical_whatever_the_order_of_their_rows(self) -> None:
        result = diff_of((ORDERS, OLD_ORDERS), (ORDERS, OLD_ORDERS[::-1]))
        assert result["result"] == "identical"
        assert result["summary"]["rows"]["unchanged"] == 3

    def test_empty_tables_are_identical(self) -> None:
        assert diff_of((ORDERS, []), (ORDERS, []))["result"] == "identical"

    def test_columns_of_one_side_only_and_retyped_ones_are_named_and_not_compared(self) -> None:
        result = diff_of(
            ("id INTEGER, dropped VARCHAR, size INTEGER", [(1, "x", 5)]),
            ("id INTEGER, size DOUBLE, added VARCHAR", [(1, 7.0, "y")]),
        )
        assert result["result"] == "different"
        assert result["columns"]["exclusive"] == {"dataset1": ["dropped"], "dataset2": ["added"]}
        assert result["columns"]["typeChanged"] == ["size"]
        assert result["summary"]["stats"]["diffCounts"] == {}
        assert result["summary"]["rows"]["updated"] == 0

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("id INTEGER, size INTEGER", "id INTEGER"),
            ("id INTEGER", "id INTEGER, size INTEGER"),
            ("id INTEGER, size INTEGER", "id INTEGER, size DOUBLE"),
        ],
        ids=["a column less", "a column more", "another type"],
    )
    def test_tables_without_rows_differ_when_their_columns_do(self, old: str, new: str) -> None:
        assert diff_of((old, []), (new, []))["result"] == "different"

    def test_values_are_printed_as_data_diff_prints_them(self) -> None:
        columns = (
            "id UUID, flag BOOLEAN, day DATE, seen TIMESTAMP, ratio DOUBLE, small FLOAT, n BIGINT"
        )
        row = (
            "00000000-0000-0000-0000-000000000001",
            True,
            "2020-01-01",
            "2020-01-01 01:02:03.5",
            1.5,
            0.1,
            10,
        )
        result = diff_of((columns, [row]), (columns, []))
        assert [
            value["value"] for value in result["rows"]["exclusive"]["dataset1"][0].values()
        ] == [
            "00000000-0000-0000-0000-000000000001",
            "1",
            "2020-01-01",
            "2020-01-01 01:02:03.500000",
            "1.5000000000000",
            "0.10000",
            "10",
        ]
        assert [column["kind"] for column in result["columns"]["dataset1"]] == [
            "string",
            "boolean",
            "unsupported",
            "datetime",
            "float",
            "float",
            "integer",
        ]

    def test_names_that_need_quotes_do_no_harm(self) -> None:
        columns = '"order" INTEGER, "a ""b"" c" VARCHAR'
        result = diff_of((columns, [(1, "x")]), (columns, [(1, "y")]), primary_key=["order"])
        assert result["summary"]["stats"]["diffCounts"] == {'a "b" c': 1}


class TestFailedDiff:
    def test_has_data_diffs_fields_and_no_others(self) -> None:
        result = diff_of((ORDERS, []), (ORDERS, [(None, None, "x")]))
        assert result == {
            "status": "failed",
            "model": "model.shop.orders",
            "dataset1": ["memory", "main", "production"],
            "dataset2": ["memory", "main", "pull request"],
            "error": (
                "NULL values in one or more primary keys of memory.main.pull request,"
                " primary key (id): 1 row"
            ),
            "version": "1.0.0",
        }

    def test_duplicate_keys_are_counted(self) -> None:
        twice = [*OLD_ORDERS, (1, None, None), (1, None, None), (2, None, None)]
        result = diff_of((ORDERS, twice), (ORDERS, OLD_ORDERS))
        assert result["error"] == (
            "Duplicate primary keys in memory.main.production, primary key (id):"
            " 5 rows share 2 keys"
        )

    def test_part_of_a_primary_key_may_repeat_and_may_not_be_null(self) -> None:
        columns = "country VARCHAR, state VARCHAR"
        states: list[Row] = [("AU", "Victoria"), ("AU", "Queensland")]
        key = ("country", "state")
        fine = diff_of((columns, states), (columns, states), primary_key=key)
        assert fine["result"] == "identical"
        stateless: list[Row] = [*states, ("NF", None)]
        failed = diff_of((columns, states), (columns, stateless), primary_key=key)
        assert "NULL values" in failed["error"]

    def test_a_primary_key_column_that_is_gone_is_named(self) -> None:
        result = diff_of((ORDERS, []), ("number INTEGER", []))
        assert result["error"] == "memory.main.pull request has no primary key column id"

    def test_a_table_that_is_not_there_is_named(self) -> None:
        with duckdb.connect() as connection:
            result = diff(
                connection,
                model="model.shop.orders",
                production=PRODUCTION,
                pull_request=PULL_REQUEST,
                primary_key=["id"],
            )
        assert result["error"] == "There is no table memory.main.production"

    def test_keys_that_cannot_be_compared_say_why(self) -> None:
        result = diff_of(("id INTEGER", [(1,)]), ("id VARCHAR", [("one",)]))
        assert result["status"] == "failed"
        assert "INTEGER and VARCHAR" in result["error"]
        assert "\n" not in result["error"]


# Few values, so that keys meet, rows repeat and NULLs are common.
KEYS = st.tuples(st.integers(0, 3), st.sampled_from("ab"))
VALUES = st.tuples(
    st.none() | st.integers(-2, 2),
    st.none() | st.sampled_from(["", "x", "X", "x "]),
    st.none() | st.booleans(),
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=8)
TABLE = "k1 INTEGER, k2 VARCHAR, i INTEGER, s VARCHAR, b BOOLEAN"


def said(key: Row, values: Row) -> list[str | None]:
    """A row's values as text, with neither SQL nor the code under test."""
    return [
        None if value is None else str(int(value)) if isinstance(value, bool) else str(value)
        for value in (*key, *values)
    ]


@settings(max_examples=60, deadline=None)
@given(old=TABLES, new=TABLES)
def test_any_two_tables_differ_in_the_rows_in_which_python_says_they_do(
    old: dict[Row, Row], new: dict[Row, Row]
) -> None:
    result = diff_of(
        (TABLE, [(*key, *values) for key, values in old.items()]),
        (TABLE, [(*key, *values) for key, values in new.items()]),
        primary_key=("k1", "k2"),
    )
    removed = sorted(old.keys() - new.keys())
    added = sorted(new.keys() - old.keys())
    changed = [key for key in sorted(old.keys() & new.keys()) if old[key] != new[key]]

    exclusive = {
        side: [[cell["value"] for cell in row.values()] for row in rows]
        for side, rows in result["rows"]["exclusive"].items()
    }
    assert exclusive == {
        "dataset1": [said(key, old[key]) for key in removed],
        "dataset2": [said(key, new[key]) for key in added],
    }
    for side, rows in (("dataset1", old), ("dataset2", new)):
        assert [[cell[side] for cell in row.values()] for row in result["rows"]["diff"]] == [
            said(key, rows[key]) for key in changed
        ]
    assert result["summary"]["rows"] == {
        "total": {"dataset1": len(old), "dataset2": len(new)},
        "exclusive": {"dataset1": len(removed), "dataset2": len(added)},
        "updated": len(changed),
        "unchanged": len(old) - len(removed) - len(changed),
    }
    assert result["summary"]["stats"]["diffCounts"] == {
        column: sum(old[key][place] != new[key][place] for key in changed)
        for place, column in enumerate("isb")
    }
    assert result["result"] == ("different" if removed or added or changed else "identical")


@settings(max_examples=30, deadline=None)
@given(keys=st.lists(st.none() | st.integers(0, 5), max_size=6))
def test_any_null_or_repeated_key_fails_the_diff_on_either_side(
    keys: list[int | None],
) -> None:
    broken = None in keys or len(set(keys)) < len(keys)
    rows: list[Row] = [(key,) for key in keys]
    for old, new in ((rows, []), ([], rows)):
        result = diff_of(("id INTEGER", old), ("id INTEGER", new))
        assert result["status"] == ("failed" if broken else "success")


@cache
def diffs_of(version: str) -> dict[str, dict[str, Any]]:
    diffs = [json.loads(line) for line in data_diff_json(version).splitlines()]
    return {diff["model"].removeprefix("model.jaffle_shop."): diff for diff in diffs}


def exclusive_rows(version: str, model: str) -> dict[str, int]:
    counts: dict[str, int] = diffs_of(version)[model]["summary"]["rows"]["exclusive"]
    return counts


class TestStory:
    @pytest.mark.parametrize("version", PUSHES)
    def test_every_push_reports_every_model_once(self, version: str) -> None:
        lines = data_diff_json(version).splitlines()
        assert len(lines) == len(MODELS)
        assert list(diffs_of(version)) == [model.name for model in MODELS]

    @pytest.mark.parametrize("version", PUSHES)
    def test_models_that_no_push_touches_are_identical(self, version: str) -> None:
        identical = {
            name for name, diff in diffs_of(version).items() if diff.get("result") == "identical"
        }
        assert identical == {"stg_airports", "time_zones"}

    @pytest.mark.parametrize("version", PUSHES)
    def test_both_pushes_retype_the_elevation_and_add_the_three_island_territories(
        self, version: str
    ) -> None:
        airports = diffs_of(version)["airports"]
        assert airports["columns"]["typeChanged"] == ["elevation"]
        added = airports["rows"]["exclusive"]["dataset2"]
        assert [row["country"]["value"] for row in added] == ["CC", "NF", "CX"]
        assert exclusive_rows(version, "airports") == {"dataset1": 0, "dataset2": 3}

    def test_the_first_push_breaks_the_primary_key_of_cities(self) -> None:
        cities = diffs_of("first-push")["cities"]
        assert cities["status"] == "failed"
        assert cities["error"] == (
            "NULL values in one or more primary keys of acme.pull_request.cities,"
            " primary key (city_id): 3 rows"
        )

    def test_the_second_push_mends_the_primary_key_of_cities_and_adds_a_column(self) -> None:
        cities = diffs_of("second-push")["cities"]
        assert cities["columns"]["exclusive"] == {"dataset1": [], "dataset2": ["time_zone"]}
        assert exclusive_rows("second-push", "cities") == {"dataset1": 0, "dataset2": 3}

    def test_the_first_push_loses_kiosk_sites_and_the_second_brings_them_back(self) -> None:
        lost = exclusive_rows("first-push", "kiosk_sites")
        assert lost["dataset1"] > 100
        assert lost["dataset2"] == 0
        assert exclusive_rows("second-push", "kiosk_sites") == {"dataset1": 0, "dataset2": 3}

    def test_the_first_push_converts_feet_twice_and_the_second_once(self) -> None:
        wrong, rounded = (
            diffs_of(version)["kiosk_sites"]["summary"]["stats"]["diffCounts"]["boiling_point_c"]
            for version in PUSHES
        )
        assert wrong > 100
        assert rounded < 10

    @pytest.mark.parametrize("version", PUSHES)
    def test_a_new_column_of_kiosk_sites_is_added_by_both_pushes(self, version: str) -> None:
        columns = diffs_of(version)["kiosk_sites"]["columns"]
        assert columns["exclusive"] == {"dataset1": [], "dataset2": ["airports_in_city"]}

    @pytest.mark.parametrize("version", PUSHES)
    def test_a_pipeline_can_submit_it_as_it_is(self, version: str) -> None:
        output = data_diff_json(version)
        assert len(output.encode()) < 1_000_000
        parsed = data_diff_format.parse(output.encode(), Hints())
        failed = [diff.model for diff in parsed if diff.outcome is Outcome.FAILED]
        assert failed == (["model.jaffle_shop.cities"] if version == "first-push" else [])

    def test_the_output_is_the_same_every_time(self) -> None:
        assert data_diff_json("first-push") == data_diff_json("first-push")

    def test_an_unknown_version_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(ValueError, match="choose from first-push, second-push"):
            data_diff_json("third-push")


def test_the_command_prints_the_diff_and_nothing_else() -> None:
    command = [sys.executable, "-m", "local.demo.warehouse", "second-push"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == data_diff_json("second-push")
    assert not done.stderr
