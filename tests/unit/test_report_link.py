from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.derived_secrets import report_link_token
from bitbucket_integration.errors import MissingSecretError
from bitbucket_integration.report_link import ReportId, report_url
from tests.unit.stored import integration

KEY = "signing-key"
WEBHOOK = "https://abc.execute-api.eu-central-1.amazonaws.com/v1/webhooks/abc"
CONNECTED = integration("abc", webhook_url=WEBHOOK)
TOKEN = report_link_token(KEY, "abc", 7, 1)

integration_ids = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=1, max_size=40)


@given(integration_ids, st.integers(1, 10**15 - 1))
def test_an_id_reads_back_as_it_was_made(integration_id: str, pull_request: int) -> None:
    made = ReportId.of(KEY, integration(integration_id), pull_request)
    assert ReportId.parse(str(made)) == made
    assert made.proves_itself(KEY, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        f"abc-7-{TOKEN[:-1]}",
        f"abc-7-{TOKEN}a",
        f"abc-7-{TOKEN}\n",
        f"abc-7-{TOKEN.upper()}",
        f"abc-07-{TOKEN}",
        f"abc-0-{TOKEN}",
        f"abc--7-{TOKEN}",
        f"abc-{'7' * 16}-{TOKEN}",
        f"abc-\N{ARABIC-INDIC DIGIT SEVEN}-{TOKEN}",
        f"-7-{TOKEN}",
        f"{'a' * 41}-7-{TOKEN}",
        f"../abc-7-{TOKEN}",
        "a" * 5_000,
    ],
)
def test_what_no_link_of_ours_can_say_is_not_read(text: str) -> None:
    assert ReportId.parse(text) is None


@pytest.mark.parametrize(
    ("shown", "key", "version"),
    [
        (ReportId("abd", 7, TOKEN), KEY, 1),
        (ReportId("abc", 8, TOKEN), KEY, 1),
        (ReportId("abc", 7, "a" * 32), KEY, 1),
        (ReportId("abc", 7, TOKEN), KEY, 2),
        (ReportId("abc", 7, TOKEN), "another key", 1),
    ],
    ids=["integration", "pull request", "token", "revoked", "signing key"],
)
def test_a_link_opens_nothing_but_what_it_was_made_for(
    shown: ReportId, key: str, version: int
) -> None:
    assert not shown.proves_itself(key, version)
    assert ReportId("abc", 7, TOKEN).proves_itself(KEY, 1)


def test_a_link_is_made_for_the_integrations_version() -> None:
    revoked = replace(CONNECTED, report_link_version=2)
    assert ReportId.of(KEY, revoked, 7).token == report_link_token(KEY, "abc", 7, 2)


def test_without_a_signing_key_no_link_is_made_or_checked() -> None:
    with pytest.raises(MissingSecretError):
        ReportId.of("", CONNECTED, 7)
    with pytest.raises(MissingSecretError):
        ReportId("abc", 7, TOKEN).proves_itself("", 1)


@pytest.mark.parametrize(
    ("public_url", "webhook_url", "base"),
    [
        ("https://datadiff.example.com", WEBHOOK, "https://datadiff.example.com"),
        ("https://datadiff.example.com/in", None, "https://datadiff.example.com/in"),
        (None, WEBHOOK, "https://abc.execute-api.eu-central-1.amazonaws.com/v1"),
        (None, "https://a.example/webhooks/v1/webhooks/abc", "https://a.example/webhooks/v1"),
    ],
)
def test_a_link_leads_to_the_public_address_or_to_where_the_webhook_leads(
    public_url: str | None, webhook_url: str | None, base: str
) -> None:
    connected = replace(CONNECTED, webhook_url=webhook_url)
    assert report_url(KEY, connected, 7, public_url) == f"{base}/reports/abc-7-{TOKEN}"


@pytest.mark.parametrize("webhook_url", [None, "", "https://a.example/hooks/abc"])
def test_without_any_address_there_is_no_link(webhook_url: str | None) -> None:
    assert report_url(KEY, replace(CONNECTED, webhook_url=webhook_url), 7, None) is None
