import pytest
from hypothesis import given

from bitbucket_integration.bitbucket.vocabulary import BuildState
from bitbucket_integration.model_diff import Column, ModelDiff, RowCounts
from tests.unit.model_diffs import different, failed, identical, merged_diffs, swapped
from verdict import build_state, count, status_description, verdict_of

ROWS = RowCounts(base=1000, head=1009, added=12, removed=3, changed=40, unchanged=957)
ONE_ROW = RowCounts(base=5, head=5, added=1, removed=1, changed=1, unchanged=3)
SAME_ROWS = RowCounts(base=5, head=5, added=0, removed=0, changed=0, unchanged=5)
TOTALS_ONLY = RowCounts(base=5, head=6)
ADDED_ONLY = RowCounts(base=5, head=6, added=1)
REMOVED_ONLY = RowCounts(base=5, head=4, removed=2)
NEW = (Column("region"),)


@pytest.mark.parametrize(
    ("diffs", "description"),
    [
        ([], "No models were diffed"),
        ([identical("a")], "No differences in 1 model"),
        ([identical("a"), identical("b")], "No differences in 2 models"),
        ([different("a", ROWS)], "1 model differs: 12 rows added, 3 removed, 40 changed"),
        ([different("a", ONE_ROW)], "1 model differs: 1 row added, 1 removed, 1 changed"),
        (
            [different("a", ROWS), identical("b")],
            "1 of 2 models differs: 12 rows added, 3 removed, 40 changed",
        ),
        (
            [different("a", ROWS), different("b", ONE_ROW), identical("c")],
            "2 of 3 models differ: 13 rows added, 4 removed, 41 changed",
        ),
        ([failed("a")], "1 model could not be diffed"),
        ([failed("a"), failed("b")], "None of the 2 models could be diffed"),
        (
            [failed("a"), identical("b")],
            "1 of 2 models could not be diffed, no differences in the other one",
        ),
        (
            [failed("a"), failed("b"), identical("c"), identical("d")],
            "2 of 4 models could not be diffed, no differences in the other 2",
        ),
        (
            [failed("a"), different("b", ROWS), identical("c")],
            "1 of 3 models could not be diffed, 1 differs: 12 rows added, 3 removed, 40 changed",
        ),
        (
            [failed("a"), different("b", ONE_ROW), different("c", ONE_ROW)],
            "1 of 3 models could not be diffed, 2 differ: 2 rows added, 2 removed, 2 changed",
        ),
        (
            [different("a", SAME_ROWS, columns_added=NEW)],
            "1 model differs: no rows added, removed or changed; schema changed",
        ),
        (
            [different("a", ROWS, columns_added=NEW), identical("b")],
            (
                "1 of 2 models differs: 12 rows added, 3 removed, 40 changed; "
                "schema changed in 1 model"
            ),
        ),
        (
            [different("a", ROWS, columns_added=NEW), different("b", columns_removed=NEW)],
            (
                "2 of 2 models differ: at least 12 rows added, at least 3 removed, "
                "at least 40 changed; schema changed in 2 models"
            ),
        ),
        ([different("a")], "1 model differs: row counts not reported"),
        ([different("a", TOTALS_ONLY)], "1 model differs: row counts not reported"),
        (
            [different("a", ADDED_ONLY)],
            "1 model differs: 1 row added, removed rows not reported, changed rows not reported",
        ),
        (
            [different("a", REMOVED_ONLY)],
            "1 model differs: added rows not reported, 2 rows removed, changed rows not reported",
        ),
        (
            [different("a", SAME_ROWS, columns_added=NEW), different("b")],
            (
                "2 of 2 models differ: row counts not reported by every model; "
                "schema changed in 1 model"
            ),
        ),
        (
            [different("a", SAME_ROWS), different("b", ADDED_ONLY)],
            (
                "2 of 2 models differ: 1 row added, removed rows not reported by every model, "
                "changed rows not reported by every model"
            ),
        ),
    ],
)
def test_a_description_says_what_was_found(diffs: list[ModelDiff], description: str) -> None:
    assert status_description(verdict_of(diffs)) == description


@pytest.mark.parametrize(
    ("diffs", "state"),
    [
        ([identical("a")], BuildState.SUCCESSFUL),
        ([different("a", ROWS)], BuildState.SUCCESSFUL),
        ([different("a"), identical("b")], BuildState.SUCCESSFUL),
        ([failed("a")], BuildState.FAILED),
        ([failed("a"), identical("b"), different("c")], BuildState.FAILED),
        ([], BuildState.FAILED),
    ],
)
def test_only_a_model_nobody_could_diff_fails_the_build(
    diffs: list[ModelDiff], state: BuildState
) -> None:
    assert build_state(verdict_of(diffs)) is state


@given(merged_diffs)
def test_a_description_is_one_short_line(diffs: list[ModelDiff]) -> None:
    description = status_description(verdict_of(diffs))
    assert description
    assert len(description) <= 255
    assert description.isprintable()


def test_a_description_of_the_largest_counts_is_not_cut() -> None:
    most = RowCounts(added=2**63 - 1, removed=2**63 - 1, changed=2**63 - 1)
    diffs = [different(f"m{number}", most, columns_added=NEW) for number in range(5_000)]
    diffs += [different("m"), failed("f")]
    description = status_description(verdict_of(diffs))
    assert len(description) <= 255
    assert description.endswith("; schema changed in 5,000 models")


@given(merged_diffs)
def test_every_model_is_counted_once(diffs: list[ModelDiff]) -> None:
    verdict = verdict_of(diffs)
    assert verdict.models == len(diffs)
    assert verdict.differing + verdict.failed + verdict.unchanged == len(diffs)
    assert min(verdict.differing, verdict.failed, verdict.unchanged) >= 0


@given(merged_diffs)
def test_swapping_base_and_head_swaps_added_and_removed(diffs: list[ModelDiff]) -> None:
    verdict, back = verdict_of(diffs), verdict_of([swapped(diff) for diff in diffs])
    assert (verdict.added, verdict.removed) == (back.removed, back.added)
    assert verdict.changed == back.changed


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1234567, "1,234,567 rows")]
)
def test_a_number_agrees_with_its_noun(number: int, told: str) -> None:
    assert count(number, "row") == told
