import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.vocabulary import BuildState
from bitbucket_integration.model_diff import Column, KeyCounts, ModelDiff, RowCounts
from bitbucket_integration.report_settings import Ceiling, Effect, ReportSettings, Threshold
from judging.judge import judge
from tests.unit.model_diffs import different, failed, identical, merged_diffs, swapped
from verdict import Verdict, build_state, status_description, verdict_of

ROWS = RowCounts(base=1000, head=1009, added=12, removed=3, changed=40, unchanged=957)
ONE_ROW = RowCounts(base=5, head=5, added=1, removed=1, changed=1, unchanged=3)
MANY_ROWS = RowCounts(10**6, 10**6, 184_211, 184_211, 10_000, 1)
SAME_ROWS = RowCounts(base=5, head=5, added=0, removed=0, changed=0, unchanged=5)
TOTALS_ONLY = RowCounts(base=5, head=6)
ADDED_ONLY = RowCounts(base=5, head=6, added=1)
REMOVED_ONLY = RowCounts(base=5, head=4, removed=2)
NEW = (Column("region"),)
GONE = (Column("region"),)
BROKEN = identical("k", keys=KeyCounts(0, 1))

DEFAULTS = ReportSettings()
LIMITED = ReportSettings(thresholds=(Threshold(rows_added=Ceiling(fail=50)),))
TOLERANT = ReportSettings(failed_diff=Effect.IGNORE, ignore_models=("tmp_*",))


def verdict(diffs: list[ModelDiff], settings: ReportSettings = DEFAULTS) -> Verdict:
    return verdict_of(judge(diffs, settings))


@pytest.mark.parametrize(
    ("diffs", "settings", "description"),
    [
        ([], DEFAULTS, "No models were diffed"),
        ([identical("tmp_a")], TOLERANT, "1 model ignored, no other was diffed"),
        ([identical("a")], DEFAULTS, "No differences in 1 model"),
        ([identical("a"), identical("b")], DEFAULTS, "No differences in 2 models"),
        ([different("a", ROWS)], DEFAULTS, "1 model differs: 12 rows added, 3 removed, 40 changed"),
        (
            [different("a", MANY_ROWS)],
            DEFAULTS,
            "1 model differs: 184 k rows added, 184 k removed, 10 k changed",
        ),
        (
            [different("a", ONE_ROW), identical("b")],
            DEFAULTS,
            "1 of 2 models differs, 1 unchanged: 1 row added, 1 removed, 1 changed",
        ),
        (
            [different("a", ROWS), different("b", ONE_ROW), identical("c")],
            DEFAULTS,
            "2 of 3 models differ, 1 unchanged: 13 rows added, 4 removed, 41 changed",
        ),
        ([failed("a"), identical("b")], DEFAULTS, "1 of 2 models failed, 1 unchanged"),
        ([failed("a")], TOLERANT, "1 model could not be diffed"),
        (
            [failed("a"), different("b", ROWS, columns_removed=GONE), different("c", ONE_ROW)],
            DEFAULTS,
            (
                "1 of 3 models failed, 1 warned, 1 differs: 13 rows added, 4 removed, 41 changed; "
                "schema changed in 1 model"
            ),
        ),
        (
            [BROKEN, different("b"), identical("c"), identical("d")],
            LIMITED,
            "1 of 4 models failed, 1 incomplete, 2 unchanged: row counts not reported",
        ),
        (
            [different("a", SAME_ROWS, columns_added=NEW)],
            DEFAULTS,
            "1 model differs: no rows added, removed or changed; schema changed",
        ),
        (
            [different("a", ROWS, columns_added=NEW), different("b", columns_added=NEW)],
            DEFAULTS,
            (
                "2 of 2 models differ: at least 12 rows added, at least 3 removed, "
                "at least 40 changed; schema changed in 2 models"
            ),
        ),
        ([different("a", TOTALS_ONLY)], DEFAULTS, "1 model differs: row counts not reported"),
        (
            [different("a", ADDED_ONLY)],
            DEFAULTS,
            "1 model differs: 1 row added, removed rows not reported, changed rows not reported",
        ),
        (
            [different("a", REMOVED_ONLY)],
            DEFAULTS,
            "1 model differs: added rows not reported, 2 rows removed, changed rows not reported",
        ),
        (
            [different("a", SAME_ROWS, columns_added=NEW), different("b")],
            DEFAULTS,
            (
                "2 of 2 models differ: row counts not reported by every model; "
                "schema changed in 1 model"
            ),
        ),
        (
            [different("a", SAME_ROWS), different("b", ADDED_ONLY)],
            DEFAULTS,
            (
                "2 of 2 models differ: 1 row added, removed rows not reported by every model, "
                "changed rows not reported by every model"
            ),
        ),
    ],
)
def test_a_description_says_what_was_found(
    diffs: list[ModelDiff], settings: ReportSettings, description: str
) -> None:
    assert status_description(verdict(diffs, settings)) == description


@pytest.mark.parametrize(
    ("diffs", "settings", "title", "state"),
    [
        ([identical("a")], DEFAULTS, "passed", BuildState.SUCCESSFUL),
        ([different("a", ROWS)], DEFAULTS, "passed", BuildState.SUCCESSFUL),
        (
            [different("a", columns_removed=GONE)],
            DEFAULTS,
            "passed with warnings",
            BuildState.SUCCESSFUL,
        ),
        ([failed("a"), identical("b")], DEFAULTS, "failed", BuildState.FAILED),
        ([BROKEN], DEFAULTS, "failed", BuildState.FAILED),
        ([different("a")], LIMITED, "incomplete", BuildState.FAILED),
        ([], DEFAULTS, "incomplete", BuildState.FAILED),
        ([identical("tmp_a")], TOLERANT, "passed", BuildState.SUCCESSFUL),
    ],
)
def test_what_failed_or_could_not_be_checked_fails_the_build(
    diffs: list[ModelDiff], settings: ReportSettings, title: str, state: BuildState
) -> None:
    assert verdict(diffs, settings).title == title
    assert build_state(verdict(diffs, settings)) is state


any_settings = st.sampled_from([DEFAULTS, LIMITED, TOLERANT])


@given(merged_diffs, any_settings)
def test_a_description_is_one_short_line(diffs: list[ModelDiff], settings: ReportSettings) -> None:
    description = status_description(verdict(diffs, settings))
    assert description
    assert len(description) <= 255
    assert description.isprintable()


def test_a_description_of_the_largest_counts_is_not_cut() -> None:
    most = RowCounts(added=2**63 - 1, removed=2**63 - 1, changed=2**63 - 1)
    diffs = [different(f"m{number}", most, columns_added=NEW) for number in range(5_000)]
    diffs += [different("m"), failed("f"), identical("i"), different("w", columns_removed=GONE)]
    description = status_description(verdict(diffs))
    assert len(description) <= 255
    assert description.endswith("; schema changed in 5,001 models")


@given(merged_diffs, any_settings, st.integers(100, 255))
def test_a_description_of_any_length_says_all_or_how_many_models_are_of_which_kind(
    diffs: list[ModelDiff], settings: ReportSettings, limit: int
) -> None:
    found = verdict(diffs, settings)
    whole = status_description(found)
    description = status_description(found, limit)
    assert len(description) <= limit
    assert description == (whole if len(whole) <= limit else whole.partition(":")[0])


@given(merged_diffs, any_settings)
def test_every_model_is_counted_once(diffs: list[ModelDiff], settings: ReportSettings) -> None:
    found = verdict(diffs, settings)
    kinds = (
        found.failed,
        found.incomplete,
        found.warned,
        found.not_diffed,
        found.differing,
        found.unchanged,
        found.ignored,
    )
    assert sum(kinds) == len(diffs) == found.models + found.ignored
    assert min(kinds) >= 0


@given(merged_diffs)
def test_swapping_base_and_head_swaps_added_and_removed(diffs: list[ModelDiff]) -> None:
    there, back = verdict(diffs), verdict([swapped(diff) for diff in diffs])
    assert (there.added, there.removed) == (back.removed, back.added)
    assert there.changed == back.changed
