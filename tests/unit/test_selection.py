from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.judged_report import JudgedModel, Level
from bitbucket_integration.model_diff import Column, ColumnValues, Dependent, TypeChange
from full_report.selection import MOST_MODELS, MOST_TEXT, Selection, pages
from tests.unit.model_diffs import different, identical, names
from tests.unit.published_reports import BROKEN, EVERY_KIND, NOT_DIFFED, PASSED, WARNED, finding

NUMBERED = list(enumerate(EVERY_KIND, 1))

queries = st.dictionaries(
    st.sampled_from(["q", "level", "page", "report", "format", "x"]),
    names | st.sampled_from([*Level, "1", "0", "-1", "99999", "10" * 9, "\N{SUPERSCRIPT TWO}"]),
)


@given(queries)
def test_no_address_is_wrong(query: dict[str, str]) -> None:
    selection = Selection.from_query(query)
    assert selection.page >= 0
    selection.of(NUMBERED)


@given(queries)
def test_an_address_leads_to_the_same_selection(query: dict[str, str]) -> None:
    selection = Selection.from_query(query)
    address = selection.address()
    assert address.startswith("?")
    again = {name: values[-1] for name, values in parse_qs(address[1:]).items()}
    assert Selection.from_query(again).address() == address


def test_an_address_can_differ_in_one_thing() -> None:
    selection = Selection("orders & co", Level.FAILED, 2, "abc")
    assert selection.address() == "?report=abc&q=orders+%26+co&level=failed&page=2"
    assert selection.address(page=3).endswith("&page=3")
    assert selection.address(search="", level=None, page=1) == "?report=abc"
    assert Selection().address() == "?"
    assert Selection().json_address == "?format=json"
    assert selection.json_address == selection.address() + "&format=json"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [BROKEN, NOT_DIFFED, WARNED, PASSED]),
        ({"level": "warned"}, [WARNED]),
        ({"level": "failed"}, [BROKEN, NOT_DIFFED]),
        ({"level": "nonsense"}, [BROKEN, NOT_DIFFED, WARNED, PASSED]),
        ({"q": "ORDERS"}, [BROKEN, PASSED]),
        ({"q": " orders ", "level": "passed"}, [PASSED]),
        ({"q": "nothing like it"}, []),
        ({"q": "marts/orders.sql"}, [BROKEN]),
        ({"q": "pr_7.orders"}, [BROKEN]),
        ({"q": "prod.orders"}, [BROKEN]),
        ({"q": "order_id"}, [BROKEN]),
        ({"q": "amount"}, [BROKEN]),
        ({"q": "could not be"}, [NOT_DIFFED]),
    ],
)
def test_models_are_found_by_what_is_said_about_them(
    query: dict[str, str], found: list[JudgedModel]
) -> None:
    assert [one for _, one in Selection.from_query(query).of(NUMBERED)] == found


@pytest.mark.parametrize(
    "fields",
    [
        {"columns_added": (Column("needle"),)},
        {"columns_removed": (Column("needle"),)},
        {"types_changed": (TypeChange("needle"),)},
        {"downstream": (Dependent("needle"),)},
        {"primary_key": ("needle",)},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_models_are_found_by_their_parts(fields: dict[str, Any]) -> None:
    models = [(1, JudgedModel(different("a", **fields))), (2, PASSED)]
    assert Selection("needle").of(models) == models[:1]


def test_models_keep_their_numbers() -> None:
    assert [number for number, _ in Selection(level=Level.PASSED).of(NUMBERED)] == [4]


class TestPages:
    def test_there_is_one_even_without_models(self) -> None:
        assert pages([]) == [[]]

    def test_hold_so_many_models(self) -> None:
        models = [(number, PASSED) for number in range(1, 2 * MOST_MODELS + 2)]
        assert [len(page) for page in pages(models)] == [MOST_MODELS, MOST_MODELS, 1]

    @pytest.mark.parametrize(
        "fields",
        [
            {"column_values": (ColumnValues("x" * 1_000_000, 0, 1),)},
            {"error": "x" * 1_000_000},
            {"columns_added": (Column("a", "x" * 1_000_000),)},
            {"types_changed": (TypeChange("a", "x" * 500_000, "x" * 500_000),)},
            {"path": "x" * 1_000_000},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_hold_so_much_text(self, fields: dict[str, Any]) -> None:
        models = [(at, JudgedModel(identical(f"m{at}", **fields))) for at in range(1, 6)]
        cut = pages(models)
        assert [one for page in cut for one in page] == models
        assert max(len(page) for page in cut) == MOST_TEXT // 1_000_000 - 1

    def test_hold_a_model_that_is_too_large_alone(self) -> None:
        huge = JudgedModel(identical("x" * 2 * MOST_TEXT))
        assert [len(page) for page in pages([(1, PASSED), (2, huge), (3, PASSED)])] == [1, 1, 1]

    def test_count_findings(self) -> None:
        loud = JudgedModel(identical("a"), (finding(Level.FAILED, "x" * MOST_TEXT),))
        assert len(pages([(1, loud), (2, loud)])) == 2
