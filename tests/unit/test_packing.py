import gzip
import json
from dataclasses import dataclass

from hypothesis import given

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    Dependent,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)
from bitbucket_integration.stores.packing import packed, unpacked
from tests.unit.model_diffs import identical, model_diffs

FULL = ModelDiff(
    model="model.shop.orders",
    outcome=Outcome.DIFFERENT,
    base_table="prod.orders",
    head_table="pr.orders",
    primary_key=("id", "day"),
    rows=RowCounts(1, 2, 3, 4, 5, None),
    column_values=(ColumnValues("amount", 5, 6), ColumnValues("status", match_percent=99.5)),
    columns_added=(Column("region", "VARCHAR"),),
    columns_removed=(Column("legacy"),),
    types_changed=(TypeChange("status", "INTEGER", None),),
    path="models/orders.sql",
    keys=KeyCounts(0, 1, None, 2),
    columns_reordered=2,
    downstream=(Dependent("Revenue", "exposure"),),
    samples=(SampleRow(RowChange.CHANGED, (SampleCell("id", "1", "1"), SampleCell("x", "a"))),),
)


@given(model_diffs)
def test_what_was_packed_unpacks_as_itself(diff: ModelDiff) -> None:
    assert unpacked(ModelDiff, packed(diff)) == diff


def test_what_was_unpacked_has_the_types_it_had() -> None:
    assert repr(unpacked(ModelDiff, packed(FULL))) == repr(FULL)


def test_what_is_packed_twice_is_the_same_bytes() -> None:
    assert packed(FULL) == packed(FULL)


def test_defaults_are_left_out() -> None:
    content = json.loads(gzip.decompress(packed(identical("orders"))))
    assert content == {"model": "orders", "outcome": "identical"}


def test_a_field_of_a_newer_version_is_passed_over() -> None:
    @dataclass(frozen=True)
    class Newer:
        name: str
        type: str
        comment: str

    assert unpacked(Column, packed(Newer("id", "INTEGER", "new"))) == Column("id", "INTEGER")
