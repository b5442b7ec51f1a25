import time

import pytest

from bitbucket_integration.activity import Activity
from bitbucket_integration.bitbucket import client as client_module
from bitbucket_integration.bitbucket.allowed_hosts import AllowedHosts
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.data_center_answers import WebhookDelivery
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.bitbucket.vocabulary import Webhook
from doctor.data_center_delivery import judged_delivery, try_delivery
from doctor.probe import Probe, ProbeStatus
from tests.unit.web_server import Behaviour, web_server

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


def tried(behaviour: Behaviour) -> Probe:
    """What comes of asking a Bitbucket that behaves like this."""
    client = BitbucketClient("token", Network(AllowedHosts.parse("http://127.0.0.1")))
    with web_server() as web:
        web.behaviour = behaviour
        repository = DataCenterRepository(web.url, "DATA", "jaffle-shop")
        return try_delivery(repository, client, Webhook("7", URL), None)


def test_while_bitbucket_waits_for_us_longer_than_we_for_it_it_does_not_reach_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "_READ_SECONDS", 0.2)
    probe = tried(lambda _: time.sleep(0.5))
    assert probe.status is ProbeStatus.FAILED
    assert "no answer from api.example.com" in probe.seen


def test_a_bitbucket_that_breaks_off_says_nothing_about_our_address() -> None:
    probe = tried(lambda _: None)
    assert probe.status is ProbeStatus.WARNING
    assert "did not test the webhook" in probe.seen
