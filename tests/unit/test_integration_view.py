import pytest

from bitbucket_integration.activity import Activity, LastReport, Recent
from bitbucket_integration.integration import WITHOUT_END, Health, SetupState
from bitbucket_integration.report_settings import ReportSettings
from integration_view import view_of
from tests.unit.stored import integration

NOW = "2026-11-21T12:00:00+00:00"


def test_an_integration_is_shown_as_it_is_stored() -> None:
    stored = integration(
        setup=SetupState.ACTIVE,
        webhook_url="https://a.example/v1/webhooks/abc",
        health=Health("access_token_rejected", "Revoked.", "2026-11-20T12:00:00+00:00"),
        paused=True,
        revision=7,
        access_token_expires="2027-03-31",
        settings='{"wait_minutes":5}',
    )
    recent = Recent(
        Activity("2026-11-20T09:00:00+00:00", "pr:opened", "2026-11-20T10:00:00+00:00"),
        LastReport(42, "a" * 40, "2026-11-20T11:00:00+00:00"),
    )
    shown = view_of(stored, recent, NOW).model_dump(mode="json")
    assert shown.pop("settings") == ReportSettings(wait_minutes=5).model_dump(mode="json")
    assert shown == {
        "id": "abc",
        "provider": "bitbucket-cloud",
        "repository": "acme/jaffle-shop",
        "repository_url": "https://bitbucket.org/acme/jaffle-shop",
        "setup": "active",
        "paused": True,
        "revision": 7,
        "webhook": "managed",
        "webhook_url": "https://a.example/v1/webhooks/abc",
        "webhook_secret_grace_until": None,
        "ci_token_grace_until": None,
        "health": {
            "ok": False,
            "reason": "access_token_rejected",
            "detail": "Revoked.",
            "since": "2026-11-20T12:00:00+00:00",
            "warnings": [],
        },
        "access_token_expires": "2027-03-31",
        "last_event": {"event": "pr:opened", "at": "2026-11-20T10:00:00+00:00"},
        "last_report": {
            "pull_request": 42,
            "commit": "a" * 40,
            "at": "2026-11-20T11:00:00+00:00",
        },
        "created_at": "2026-11-20T10:00:00+00:00",
        "updated_at": "2026-11-20T10:00:00+00:00",
    }


def test_a_new_integration_is_well_and_incomplete() -> None:
    shown = view_of(integration(), Recent(), NOW)
    assert (shown.health.ok, shown.setup, shown.webhook_url) == (True, "incomplete", None)
    assert (shown.last_event, shown.last_report, shown.access_token_expires) == (None, None, None)
    assert shown.settings == ReportSettings()


def test_a_time_of_grace_that_is_over_is_not_shown() -> None:
    past = integration(webhook_secret_grace_until=NOW, ci_token_grace_until=NOW)
    shown = view_of(past, Recent(), NOW)
    assert (shown.webhook_secret_grace_until, shown.ci_token_grace_until) == (None, None)
    going_on = view_of(integration(webhook_secret_grace_until=WITHOUT_END), Recent(), NOW)
    assert going_on.webhook_secret_grace_until == WITHOUT_END


@pytest.mark.parametrize(
    ("expires", "says"),
    [
        ("", None),
        ("2026-12-06", None),
        ("2026-12-05", "ends on 2026-12-05, in 14 days."),
        ("2026-11-23", "ends on 2026-11-23, in 2 days."),
        ("2026-11-22", "ends on 2026-11-22, tomorrow."),
        ("2026-11-21", "ends on 2026-11-21, today."),
        ("2026-11-20", "should have ended on 2026-11-20."),
    ],
)
def test_a_token_that_ends_within_two_weeks_is_warned_of(expires: str, says: str | None) -> None:
    shown = view_of(integration(access_token_expires=expires), Recent(), NOW)
    assert shown.health.ok
    if says is None:
        assert shown.health.warnings == []
        return
    [warning] = shown.health.warnings
    assert warning.reason == "access_token_expires_soon"
    assert warning.detail.startswith(f"The access token {says}")
