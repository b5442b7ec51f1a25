from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.judged_report import Finding, JudgedReport, Level, Rule
from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from bitbucket_integration.report_settings import (
    Ceiling,
    Effect,
    Floor,
    ReportSettings,
    Threshold,
)
from judging.judge import judge
from tests.unit.large_report import large_report
from tests.unit.model_diffs import different, failed, identical, merged_diffs

DEFAULTS = ReportSettings()
FAILED, INCOMPLETE, WARNED, PASSED = Level.FAILED, Level.INCOMPLETE, Level.WARNED, Level.PASSED


def findings(diff: ModelDiff, settings: ReportSettings = DEFAULTS) -> list[tuple[Level, str]]:
    [model] = judge([diff], settings).models
    return [(one.level, one.text) for one in model.findings]


def with_keys(*counts: int | None, key: tuple[str, ...] = ("order_id",)) -> ModelDiff:
    return identical("orders", keys=KeyCounts(*counts), primary_key=key)


class TestPrimaryKeys:
    @pytest.mark.parametrize(
        ("diff", "texts"),
        [
            (with_keys(None, None, None, 12), ["12 duplicate keys in order_id"]),
            (with_keys(None, None, 0, 12), ["12 duplicate keys in order_id, none in base"]),
            (with_keys(None, None, 5, 12), ["12 duplicate keys in order_id, 5 in base already"]),
            (with_keys(None, None, 12, 12), ["12 duplicate keys in order_id, not new: 12 in base"]),
            (with_keys(None, None, 13, 12), ["12 duplicate keys in order_id, not new: 13 in base"]),
            (with_keys(None, None, 12, 0), []),
            (with_keys(None, None, 12, None), []),
            (with_keys(None, 3), ["3 rows without a key in order_id"]),
            (with_keys(0, 1), ["1 row without a key in order_id, none in base"]),
            (with_keys(2_000, 2), ["2 rows without a key in order_id, not new: 2,000 in base"]),
            (with_keys(9, 0), []),
            (with_keys(None, None, None, 1, key=()), ["1 duplicate key"]),
            (with_keys(None, 1, None, None, key=("a", "b")), ["1 row without a key in a, b"]),
            (
                with_keys(None, 1, None, None, key=tuple("abcde")),
                ["1 row without a key in a, b, c and 2 more columns"],
            ),
            (
                with_keys(0, 3, 0, 12),
                [
                    "3 rows without a key in order_id, none in base",
                    "12 duplicate keys in order_id, none in base",
                ],
            ),
            (identical("orders"), []),
        ],
    )
    def test_a_problem_of_head_is_told_with_what_base_had(
        self, diff: ModelDiff, texts: list[str]
    ) -> None:
        assert findings(diff) == [(FAILED, text) for text in texts]

    @pytest.mark.parametrize(
        ("effect", "level"), [(Effect.FAIL, FAILED), (Effect.WARN, WARNED), (Effect.IGNORE, PASSED)]
    )
    def test_the_setting_decides_what_a_problem_means(self, effect: Effect, level: Level) -> None:
        settings = ReportSettings(primary_key_problem=effect)
        [model] = judge([with_keys(0, 1, 0, 1)], settings).models
        assert model.level is level
        assert len(model.findings) == (0 if level is PASSED else 2)


class TestColumns:
    DIFF = different(
        "orders",
        columns_added=(Column("region"),),
        columns_removed=(Column("legacy"), Column("flag")),
        types_changed=(TypeChange("status", "INTEGER", "TEXT"), TypeChange("x", None, "DATE")),
    )

    def test_that_are_removed_or_retyped_are_named(self) -> None:
        [model] = judge([self.DIFF], DEFAULTS).models
        assert model.findings == (
            Finding(WARNED, Rule.REMOVED_COLUMN, "column legacy removed", "legacy"),
            Finding(WARNED, Rule.REMOVED_COLUMN, "column flag removed", "flag"),
            Finding(
                WARNED,
                Rule.RETYPED_COLUMN,
                "column status retyped from INTEGER to TEXT",
                "status",
            ),
            Finding(
                WARNED,
                Rule.RETYPED_COLUMN,
                "column x retyped from a type not reported to DATE",
                "x",
            ),
        )

    @pytest.mark.parametrize("effect", list(Effect))
    def test_are_judged_as_their_own_settings_say(self, effect: Effect) -> None:
        settings = ReportSettings(removed_column=effect, retyped_column=Effect.IGNORE)
        levels = {Effect.FAIL: [FAILED] * 2, Effect.WARN: [WARNED] * 2, Effect.IGNORE: []}
        assert [level for level, _ in findings(self.DIFF, settings)] == levels[effect]
        settings = ReportSettings(removed_column=Effect.IGNORE, retyped_column=effect)
        assert [level for level, _ in findings(self.DIFF, settings)] == levels[effect]

    def test_that_are_added_are_no_finding(self) -> None:
        assert findings(different("orders", columns_added=(Column("region"),))) == []


class TestFailedDiffs:
    @pytest.mark.parametrize(
        ("error", "text"),
        [
            ("No key.", "could not be diffed: No key"),
            ("line\n  break", "could not be diffed: line break"),
            ("", "could not be diffed, no reason given"),
            (" \n", "could not be diffed, no reason given"),
            ("x" * 301, f"could not be diffed: {'x' * 150}…{'x' * 149}"),
        ],
    )
    def test_tell_their_error(self, error: str, text: str) -> None:
        assert findings(failed("orders", error)) == [(FAILED, text)]

    def test_are_judged_as_the_setting_says(self) -> None:
        warned = ReportSettings(failed_diff=Effect.WARN)
        assert findings(failed("a", "x"), warned) == [(WARNED, "could not be diffed: x")]
        assert findings(failed("a", "x"), ReportSettings(failed_diff=Effect.IGNORE)) == []

    def test_pass_no_limit_besides(self) -> None:
        limits = ReportSettings(thresholds=(Threshold(rows_added=Ceiling(fail=0)),))
        assert findings(failed("a", "x"), limits) == [(FAILED, "could not be diffed: x")]


class TestReport:
    def test_has_the_worst_models_first_then_what_differs_then_by_name(self) -> None:
        diffs = [
            identical("a"),
            different("c"),
            different("b"),
            replace(with_keys(None, 1), model="z"),
            different("w", columns_removed=(Column("x"),)),
            failed("y"),
        ]
        report = judge(diffs, DEFAULTS)
        assert [one.diff.model for one in report.models] == ["y", "z", "w", "b", "c", "a"]
        assert report.level is FAILED

    def test_has_the_worst_findings_of_a_model_first(self) -> None:
        settings = ReportSettings(primary_key_problem=Effect.WARN, removed_column=Effect.FAIL)
        diff = replace(with_keys(0, 1, 0, 1), columns_removed=(Column("x"),))
        [model] = judge([diff], settings).models
        assert [one.rule for one in model.findings] == [
            Rule.REMOVED_COLUMN,
            Rule.PRIMARY_KEY_NULLS,
            Rule.PRIMARY_KEY_DUPLICATES,
        ]

    def test_without_any_model_is_incomplete(self) -> None:
        assert judge([], DEFAULTS) == JudgedReport(())
        assert judge([], DEFAULTS).level is INCOMPLETE

    def test_whose_models_are_all_ignored_is_passed(self) -> None:
        report = judge([failed("b"), failed("a")], ReportSettings(ignore_models=("*",)))
        assert report == JudgedReport((), ("a", "b"))
        assert report.level is PASSED

    def test_of_no_differences_is_passed(self) -> None:
        assert judge([identical("a")], DEFAULTS).level is PASSED

    def test_of_many_models_has_findings_of_every_kind(self) -> None:
        report = large_report()
        assert {one.rule for model in report.models for one in model.findings} == set(Rule)
        assert {model.level for model in report.models} >= {FAILED, WARNED, PASSED}
        assert report.ignored


class TestIgnoredModels:
    @pytest.mark.parametrize(
        ("patterns", "ignored"),
        [
            (["tmp_orders"], True),
            (["model.shop.tmp_orders"], True),
            (["tmp_*"], True),
            (["models/tmp/"], True),
            (["*.sql"], True),
            (["models/core/", "orders"], False),
            (["*", "!tmp_orders"], False),
            (["*", "!models/tmp/*"], False),
            (["!tmp_orders", "*"], True),
            ([], False),
        ],
    )
    def test_are_named_by_short_or_full_name_or_by_their_file(
        self,
        patterns: list[str],
        ignored: bool,  # noqa: FBT001 - a table's cell
    ) -> None:
        diff = identical("model.shop.tmp_orders", path="models/tmp/tmp_orders.sql")
        report = judge([diff], ReportSettings(ignore_models=tuple(patterns)))
        assert report.ignored == (("model.shop.tmp_orders",) if ignored else ())
        assert len(report.models) == (0 if ignored else 1)


effects = st.sampled_from(Effect)
patterns = st.sampled_from(["*", "orders", "model.*", "a*", "[!a]*"])
percents = st.none() | st.floats(0, 100) | st.sampled_from([0.0, 50.0, 100.0])
ceilings = st.none() | st.builds(Ceiling, warn=percents, fail=percents)
floors = st.none() | st.builds(Floor, warn=percents, fail=percents)
thresholds = st.builds(
    Threshold,
    models=patterns,
    rows_added=ceilings,
    rows_removed=ceilings,
    rows_changed=ceilings,
    match=floors,
)
all_settings = st.builds(
    ReportSettings,
    primary_key_problem=effects,
    failed_diff=effects,
    removed_column=effects,
    retyped_column=effects,
    thresholds=st.lists(thresholds, max_size=3).map(tuple),
    ignore_models=st.lists(st.sampled_from(["orders", "a*", "!orders"]), max_size=2).map(tuple),
    ignore_columns=st.lists(st.sampled_from(["a", "b*", "orders/*", "!a"]), max_size=2).map(tuple),
)
plain_counts = st.none() | st.integers(0, 5)
column_names = st.sampled_from("abcdef")
comparisons = st.lists(
    st.builds(
        ColumnValues, column_names, plain_counts, plain_counts, st.none() | st.floats(0, 100)
    ),
    max_size=4,
    unique_by=lambda one: one.name,
).map(tuple)
plain_diffs = st.builds(
    ModelDiff,
    model=st.sampled_from(["orders", "model.shop.a", "b"]),
    outcome=st.sampled_from([Outcome.IDENTICAL, Outcome.DIFFERENT]),
    primary_key=st.lists(column_names, max_size=2).map(tuple),
    rows=st.none() | st.builds(RowCounts, *[plain_counts] * 6),
    column_values=comparisons,
    columns_removed=st.lists(st.builds(Column, column_names), max_size=2).map(tuple),
    types_changed=st.lists(st.builds(TypeChange, column_names), max_size=2).map(tuple),
    keys=st.none() | st.builds(KeyCounts, *[plain_counts] * 4),
    columns_reordered=st.integers(0, 1),
) | st.builds(failed, st.sampled_from(["orders", "c"]))
plain_reports = st.lists(plain_diffs, max_size=4, unique_by=lambda one: one.model)
any_diffs = merged_diffs | plain_reports


def stricter(settings: ReportSettings) -> ReportSettings:
    def harsher(effect: Effect) -> Effect:
        return Effect.WARN if effect is Effect.IGNORE else Effect.FAIL

    def lower(limit: Ceiling | None) -> Ceiling:
        limit = limit or Ceiling()
        return Ceiling(warn=_halved(limit.warn, 10), fail=_halved(limit.fail, 90))

    def higher(limit: Floor | None) -> Floor:
        limit = limit or Floor()
        return Floor(warn=_raised(limit.warn, 90), fail=_raised(limit.fail, 10))

    return settings.model_copy(
        update={
            "primary_key_problem": harsher(settings.primary_key_problem),
            "failed_diff": harsher(settings.failed_diff),
            "removed_column": harsher(settings.removed_column),
            "retyped_column": harsher(settings.retyped_column),
            "thresholds": tuple(
                Threshold(
                    models=one.models,
                    rows_added=one.rows_added and lower(one.rows_added),
                    rows_removed=one.rows_removed and lower(one.rows_removed),
                    rows_changed=one.rows_changed and lower(one.rows_changed),
                    match=one.match and higher(one.match),
                )
                for one in settings.thresholds
            ),
        }
    )


def _halved(limit: float | None, otherwise: float) -> float:
    return otherwise if limit is None else limit / 2


def _raised(limit: float | None, otherwise: float) -> float:
    return otherwise if limit is None else (100 + limit) / 2


def severities(report: JudgedReport) -> dict[str, int]:
    return {one.diff.model: one.level.severity for one in report.models}


@given(any_diffs, all_settings)
def test_stricter_settings_never_improve_a_verdict(
    diffs: Sequence[ModelDiff], one: ReportSettings
) -> None:
    lenient, strict = judge(diffs, one), judge(diffs, stricter(one))
    assert strict.level.severity >= lenient.level.severity
    before = severities(lenient)
    assert all(after >= before[model] for model, after in severities(strict).items())


@given(any_diffs, all_settings, st.sampled_from(["a", "b*", "orders/*", "[!c]", "*"]))
def test_ignoring_more_columns_never_worsens_a_verdict(
    diffs: Sequence[ModelDiff], one: ReportSettings, more: str
) -> None:
    ignoring_more = one.model_copy(update={"ignore_columns": (*one.ignore_columns, more)})
    before = severities(judge(diffs, one))
    after = severities(judge(diffs, ignoring_more))
    assert all(after[model] <= before[model] for model in before)


@given(any_diffs, all_settings, st.sampled_from(["orders", "a*", "*"]))
def test_ignoring_more_models_never_worsens_the_verdict(
    diffs: Sequence[ModelDiff], one: ReportSettings, more: str
) -> None:
    ignoring_more = one.model_copy(update={"ignore_models": (*one.ignore_models, more)})
    assert judge(diffs, ignoring_more).level.severity <= judge(diffs, one).level.severity


@given(any_diffs, all_settings, st.randoms(use_true_random=False))
def test_the_order_of_the_diffs_does_not_matter(
    diffs: list[ModelDiff], settings: ReportSettings, random: Any
) -> None:
    turned = diffs.copy()
    random.shuffle(turned)
    assert judge(turned, settings) == judge(diffs, settings)


@given(any_diffs)
def test_what_is_to_be_ignored_is_no_finding(diffs: Sequence[ModelDiff]) -> None:
    ignoring = ReportSettings(
        primary_key_problem=Effect.IGNORE,
        failed_diff=Effect.IGNORE,
        removed_column=Effect.IGNORE,
        retyped_column=Effect.IGNORE,
    )
    report = judge(diffs, ignoring)
    assert all(not model.findings for model in report.models)


@given(any_diffs, all_settings)
def test_every_model_is_judged_or_ignored_once(
    diffs: Sequence[ModelDiff], settings: ReportSettings
) -> None:
    report = judge(diffs, settings)
    named = [*(one.diff.model for one in report.models), *report.ignored]
    assert sorted(named) == sorted(one.model for one in diffs)


@given(any_diffs, all_settings)
def test_a_finding_is_one_line_without_a_full_stop_of_ours(
    diffs: Sequence[ModelDiff], settings: ReportSettings
) -> None:
    for model in judge(diffs, settings).models:
        for finding in model.findings:
            assert finding.text
            assert len(finding.text) < 1_000
            assert finding.level is not PASSED
