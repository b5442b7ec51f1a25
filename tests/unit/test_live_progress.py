from typing import TYPE_CHECKING

import pytest

from bitbucket_integration.stores.progress import ProgressStore
from doctor.probe import ProbeName, failed, ok
from live_progress import LiveProgress, UnknownProgressError
from tests.unit.stored import NOON, TABLE, Clock, items_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LARGEST_ITEM = 400 * 1024
"""Bytes that DynamoDB takes."""


@pytest.fixture
def progress(dynamodb: "DynamoDBClient") -> LiveProgress:
    return LiveProgress(ProgressStore(dynamodb, TABLE, Clock()))


def test_what_is_told_last_is_what_is_found(progress: LiveProgress) -> None:
    watch = progress.watcher("one")
    watch([], ProbeName.REACHABLE)
    watch([ok(ProbeName.REACHABLE, "It answers.")], ProbeName.TOKEN)
    found = progress.of("one")
    assert [one["seen"] for one in found.checks] == ["It answers."]
    assert found.looking_at == "token"
    watch([], None)
    assert progress.of("one").looking_at is None


def test_calls_are_kept_apart(progress: LiveProgress) -> None:
    progress.watcher("one")([], ProbeName.TOKEN)
    with pytest.raises(UnknownProgressError, match="another"):
        progress.of("another")


def test_without_an_id_nothing_is_kept(progress: LiveProgress, dynamodb: "DynamoDBClient") -> None:
    progress.watcher(None)([], ProbeName.TOKEN)
    assert items_of(dynamodb) == []


def test_it_is_kept_for_an_hour(progress: LiveProgress, dynamodb: "DynamoDBClient") -> None:
    progress.watcher("one")([], ProbeName.TOKEN)
    [item] = items_of(dynamodb)
    assert item["expires_at"] == {"N": f"{NOON + 3_600:.0f}"}


def test_what_bitbucket_says_at_length_is_cut_so_that_it_can_be_kept(
    progress: LiveProgress,
) -> None:
    endless = "\N{GRINNING FACE}" * LARGEST_ITEM
    progress.watcher("one")([failed(name, endless, endless, "x") for name in ProbeName], None)
    checks = progress.of("one").checks
    assert [one["name"] for one in checks] == list(ProbeName)
    size = sum(len(f"{one['seen']}{one['cure']}".encode()) for one in checks)
    assert size < LARGEST_ITEM
    assert checks[0]["seen"].startswith(endless[:1_000])
