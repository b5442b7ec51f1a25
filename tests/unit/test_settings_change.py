from typing import Any

import pytest
from pydantic import ValidationError

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.report_settings import ReportSettings
from life.settings_change import MOST_BYTES, SettingsChange, changed_settings


def changed(stored: str, **change: Any) -> ReportSettings:
    text = changed_settings(stored, SettingsChange.model_validate(change))
    return ReportSettings.stored(text)


def test_what_is_left_out_stays() -> None:
    stored = ReportSettings(wait_minutes=5, comment=False).to_store()
    assert changed(stored, sample_rows=True) == ReportSettings(
        wait_minutes=5, comment=False, sample_rows=True
    )
    assert changed(stored, wait_minutes=7) == ReportSettings(wait_minutes=7, comment=False)


@pytest.mark.parametrize("name", ReportSettings.model_fields)
def test_every_setting_can_be_reset_and_changed_to_what_it_is(name: str) -> None:
    stored = ReportSettings(wait_minutes=5, sample_rows=True, masked_columns=("email",))
    default = ReportSettings.model_fields[name].default
    assert changed(stored.to_store(), **{name: None}) == stored.model_copy(update={name: default})
    shown = stored.model_dump(mode="json")
    assert changed(stored.to_store(), **{name: shown[name]}) == stored
    assert changed("", **shown) == stored


def test_settings_that_are_all_defaults_are_stored_as_nothing() -> None:
    text = changed_settings(
        '{"wait_minutes":5}', SettingsChange.model_validate({"wait_minutes": None})
    )
    assert text == ""


def test_no_change_leaves_also_what_this_version_does_not_know() -> None:
    stored = '{"wait_minutes":5,"of_tomorrow":true}'
    assert changed_settings(stored, SettingsChange()) == stored


def test_a_list_replaces_the_list() -> None:
    stored = ReportSettings(ignore_models=("a", "b")).to_store()
    assert changed(stored, ignore_models=["c"]).ignore_models == ("c",)
    assert changed(stored, ignore_models=[]).ignore_models == ()


@pytest.mark.parametrize(
    "change",
    [
        {"nope": 1},
        {"wait_minutes": -1},
        {"wait_minutes": "long"},
        {"thresholds": [{"rows_added": {"warm": 1}}]},
        {"ignore_models": ["["] * 201},
        {"failed_diff": "panic"},
    ],
)
def test_what_no_setting_takes_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SettingsChange.model_validate(change)


def test_what_only_all_settings_together_tell_names_the_setting() -> None:
    with pytest.raises(InvalidRequestError, match="one line") as refused:
        changed("", skip_marker=" [skip]")
    assert refused.value.field == "settings.skip_marker"


def test_settings_that_a_row_has_no_room_for_are_refused() -> None:
    long = ["é" * 190 + str(number) for number in range(200)]
    with pytest.raises(InvalidRequestError, match=str(MOST_BYTES)) as refused:
        changed("", ignore_models=long, masked_columns=long)
    assert refused.value.field == "settings"


def test_each_setting_is_described_with_its_type() -> None:
    described = SettingsChange.model_json_schema()["properties"]
    assert set(described) == set(ReportSettings.model_fields)
    assert all(one["description"] for one in described.values())
