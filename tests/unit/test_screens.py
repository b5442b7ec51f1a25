import pytest

from bitbucket_integration.bitbucket.vocabulary import WebhookSpec
from bitbucket_integration.integration import Provider
from bitbucket_integration.pull_request_event import EVENTS
from doctor.cloud_screens import CLOUD_SCREENS
from doctor.data_center_screens import DATA_CENTER_SCREENS
from manual_webhook import manual_webhook

SCREENS = {Provider.CLOUD: CLOUD_SCREENS, Provider.DATA_CENTER: DATA_CENTER_SCREENS}


def spec(provider: Provider) -> WebhookSpec:
    return WebhookSpec("https://a.example/webhooks/abc", "s3cret", "Title", EVENTS[provider])


@pytest.mark.parametrize("provider", list(Provider))
def test_every_event_has_a_name_on_the_screen(provider: Provider) -> None:
    assert tuple(SCREENS[provider].events) == EVENTS[provider]


@pytest.mark.parametrize("provider", list(Provider))
def test_the_steps_name_all_events_and_no_secret(provider: Provider) -> None:
    manual = manual_webhook(spec(provider), SCREENS[provider])
    steps = " ".join(manual.steps)
    assert all(label in steps for label in SCREENS[provider].events.values())
    assert "s3cret" not in steps
    assert "{" not in steps


@pytest.mark.parametrize("provider", list(Provider))
def test_a_webhook_to_enter_does_not_show_its_secret_by_accident(provider: Provider) -> None:
    manual = manual_webhook(spec(provider), SCREENS[provider])
    assert manual.secret == "s3cret"
    assert "s3cret" not in repr(manual)
