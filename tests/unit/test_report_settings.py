from typing import Any

import pytest
from pydantic import ValidationError

from bitbucket_integration.report_settings import Ceiling, Effect, ReportSettings, Threshold

CHANGED = ReportSettings(
    primary_key_problem=Effect.WARN,
    thresholds=(Threshold(models="fct_*", rows_added=Ceiling(warn=0.5, fail=20)),),
    ignore_columns=("_loaded_at",),
    skip_marker="",
    wait_minutes=0,
)


def test_the_defaults_are_what_a_team_would_leave_alone() -> None:
    defaults = ReportSettings()
    assert defaults.primary_key_problem is defaults.failed_diff is Effect.FAIL
    assert defaults.removed_column is defaults.retyped_column is Effect.WARN
    assert defaults.comment
    assert defaults.build_status
    assert defaults.code_insights
    assert defaults.pending_status
    assert not defaults.sample_rows
    assert defaults.thresholds == ()


@pytest.mark.parametrize("settings", [ReportSettings(), CHANGED])
def test_stored_settings_read_back_as_themselves(settings: ReportSettings) -> None:
    assert ReportSettings.stored(settings.to_store()) == settings


def test_nothing_stored_means_the_defaults() -> None:
    assert ReportSettings.stored("") == ReportSettings()


def test_only_what_differs_from_the_defaults_is_stored() -> None:
    assert ReportSettings().to_store() == "{}"


def test_a_setting_of_a_newer_version_is_passed_over() -> None:
    assert ReportSettings.stored('{"wait_minutes": 5, "new": 1}').wait_minutes == 5


def test_without_a_build_status_none_is_pending() -> None:
    assert ReportSettings().shows_pending
    assert not ReportSettings(build_status=False).shows_pending
    assert not ReportSettings(pending_status=False).shows_pending


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("wait_minutes", -1),
        ("wait_minutes", 2881),
        ("failed_diff", "explode"),
        ("ignore_models", ["!"]),
        ("ignore_columns", [""]),
        ("masked_columns", ["x" * 201]),
        ("base_branches", ["main"] * 201),
        ("skip_marker", " skip"),
        ("skip_marker", "a\nb"),
        ("thresholds", [{"rows_added": {"warn": -1}}]),
        ("thresholds", [{"rows_added": {"warn": float("nan")}}]),
        ("thresholds", [{"match": {"fail": 101}}]),
        ("thresholds", [{"rows": {"fail": 1}}]),
        ("thresholds", [{"models": ""}]),
        ("unknown", 1),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        ReportSettings.model_validate({field: value})
    assert all(error["loc"][0] == field for error in refused.value.errors())
