import pytest

from bitbucket_integration.activity import Activity
from bitbucket_integration.bitbucket.data_center_answers import WebhookDelivery
from data_center_delivery import judged_delivery
from probe import Probe, ProbeStatus

URL = "https://api.example.com/v1/webhooks/abc"
ACTIVITY = Activity("2026-11-20T10:00:00+00:00", "pr:merged", "2026-11-21T10:00:00+00:00")


def judge(
    status: int | None, latest: WebhookDelivery | None = None, activity: Activity | None = None
) -> Probe:
    return judged_delivery(URL, status, latest, activity)


@pytest.mark.parametrize("status", [200, 202])
def test_our_own_answer_shows_that_bitbucket_reaches_us(status: int) -> None:
    probe = judge(status)
    assert probe.status is ProbeStatus.OK
    assert probe.seen == f"Bitbucket reaches api.example.com, which answers {status}."


@pytest.mark.parametrize("status", [201, 204, 302, 401, 403, 407, 502])
def test_another_answer_is_somebody_elses(status: int) -> None:
    probe = judge(status)
    assert probe.status is ProbeStatus.FAILED
    assert f"answer {status}" in probe.seen
    assert probe.reason == "webhook_not_delivered"


def test_no_answer_is_for_the_network_to_mend() -> None:
    probe = judge(None)
    assert probe.status is ProbeStatus.FAILED
    assert "Let the Bitbucket server connect to api.example.com" in probe.cure
    assert probe.reason == "webhook_not_delivered"


def test_a_latest_delivery_that_failed_is_told() -> None:
    probe = judge(202, WebhookDelivery("pr:opened", "FAILURE", "503"))
    assert probe.status is ProbeStatus.WARNING
    assert probe.seen.endswith("But its latest delivery, pr:opened, failed with 503.")


@pytest.mark.parametrize("outcome", ["FAILURE", "ERROR"])
def test_words_of_the_server_are_not_repeated(outcome: str) -> None:
    probe = judge(202, WebhookDelivery("<script>", outcome, "Detailed message: internal host"))
    assert probe.status is ProbeStatus.WARNING
    assert probe.seen.endswith("But its latest delivery failed.")


def test_the_last_event_that_came_in_is_told() -> None:
    probe = judge(202, WebhookDelivery("pr:merged", "SUCCESS", "202"), ACTIVITY)
    assert probe.status is ProbeStatus.OK
    assert "pr:merged, came in at 2026-11-21T10:00:00+00:00" in probe.seen
