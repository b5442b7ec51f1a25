from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.judged_report import Finding, JudgedModel, JudgedReport, Level, Rule
from bitbucket_integration.published_report import Changes
from judging.changes import changes_since, levels_of
from tests.unit.model_diffs import different

BEFORE = "a1b2c3d4e5f6"
FAILED, INCOMPLETE, WARNED, PASSED = Level.FAILED, Level.INCOMPLETE, Level.WARNED, Level.PASSED


def report(levels: Mapping[str, Level], ignored: tuple[str, ...] = ()) -> JudgedReport:
    models = (
        JudgedModel(
            different(name),
            () if level is PASSED else (Finding(level, Rule.FAILED_DIFF, "could not be diffed"),),
        )
        for name, level in levels.items()
    )
    return JudgedReport(tuple(models), ignored)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"m": FAILED}, {"m": PASSED}, Changes(BEFORE, fixed=("m",))),
        ({"m": WARNED}, {}, Changes(BEFORE, missing=("m",))),
        ({"m": PASSED}, {"m": WARNED}, Changes(BEFORE, broken=("m",))),
        ({}, {"m": INCOMPLETE}, Changes(BEFORE, broken=("m",))),
        ({"m": WARNED}, {"m": INCOMPLETE}, Changes(BEFORE, worse=("m",))),
        ({"m": INCOMPLETE}, {"m": FAILED}, Changes(BEFORE, worse=("m",))),
        ({"m": FAILED}, {"m": WARNED}, Changes(BEFORE, better=("m",))),
        ({"m": FAILED}, {"m": FAILED}, Changes(BEFORE)),
        ({"m": PASSED}, {}, Changes(BEFORE)),
        ({}, {"m": PASSED}, Changes(BEFORE)),
        (
            {"b": FAILED, "a": FAILED, "c": WARNED},
            {"d": WARNED, "c": FAILED},
            Changes(BEFORE, broken=("d",), worse=("c",), missing=("a", "b")),
        ),
    ],
)
def test_models_change_by_their_verdicts(
    before: dict[str, Level], after: dict[str, Level], changes: Changes
) -> None:
    assert changes_since(BEFORE, before, report(after)) == changes


def test_a_model_that_is_ignored_now_is_not_mended_by_that() -> None:
    assert changes_since(BEFORE, {"m": FAILED}, report({}, ("m",))) == Changes(BEFORE)


def test_without_an_earlier_report_there_is_nothing_to_compare_with() -> None:
    assert changes_since("", {}, report({"m": FAILED})) is None


all_levels = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(Level))


@given(all_levels, all_levels)
def test_what_was_broken_is_fixed_the_other_way_round(
    one: dict[str, Level], other: dict[str, Level]
) -> None:
    there, back = (
        changes_since(BEFORE, one, report(other)),
        changes_since(BEFORE, other, report(one)),
    )
    assert there
    assert back
    gone = set(there.fixed) | set(there.missing)
    assert (gone, there.worse) == (set(back.broken), back.better)
    assert gone.isdisjoint(other) == (not there.fixed)
    named = [*there.fixed, *there.missing, *there.broken, *there.worse, *there.better]
    assert len(named) == len(set(named))


@given(all_levels)
def test_a_report_is_compared_with_by_its_own_verdicts(levels: dict[str, Level]) -> None:
    assert changes_since(BEFORE, levels_of(report(levels)), report(levels)) == Changes(BEFORE)
