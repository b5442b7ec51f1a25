from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.stores.items import (
    expires_at,
    from_item,
    is_condition_failure,
    key,
    to_item,
)
from tests.deployed_template import resource

values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_plain_values_read_back_with_their_types(plain: dict[str, Any]) -> None:
    assert repr(from_item(to_item(plain))) == repr(plain)


def test_keys_are_named_as_the_table_names_them() -> None:
    names = {one["KeyType"]: one["AttributeName"] for one in resource("Table")["KeySchema"]}
    assert key("a", "b") == {names["HASH"]: {"S": "a"}, names["RANGE"]: {"S": "b"}}


def test_an_item_expires_after_so_many_days() -> None:
    assert expires_at(1_800_000_000.9, 1) == 1_800_086_400


@pytest.mark.parametrize(
    ("code", "reasons", "condition"),
    [
        ("ConditionalCheckFailedException", None, True),
        ("TransactionCanceledException", ["None", "ConditionalCheckFailed"], True),
        ("TransactionCanceledException", ["ConditionalCheckFailed", "None"], True),
        ("TransactionCanceledException", ["TransactionConflict", "None"], True),
        ("TransactionCanceledException", ["ThrottlingError", "None"], False),
        ("TransactionCanceledException", None, False),
        ("ProvisionedThroughputExceededException", None, False),
        ("ValidationException", ["ConditionalCheckFailed"], False),
    ],
)
def test_only_a_condition_that_did_not_hold_is_one(
    code: str,
    reasons: list[str] | None,
    condition: bool,  # noqa: FBT001
) -> None:
    answer: Any = {"Error": {"Code": code, "Message": ""}}
    if reasons is not None:
        answer["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    assert is_condition_failure(ClientError(answer, "Write")) is condition
