import base64
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.derived_secrets import (
    ci_token,
    is_same_secret,
    report_link_token,
    webhook_secret,
)
from bitbucket_integration.errors import MissingSecretError

KEY = "signing-key"
WEBHOOK_SECRET = "f5221233e510252612dffe6a783a0f8a2e1bf7476b11e7414f605a32e89222c7"
REPORT_LINK_TOKEN = "6ovkvnk3sot6dyjrvklezfwiz6sxfy7j"
CI_TOKEN = "ddci_QuJHN7zBDy2pNNLSUhciQaVxIoyIkeepC0L3I1ehlBg"

keys = st.text(min_size=1, max_size=40)
ids = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=1, max_size=40)
versions = st.integers(1, 1000)


def test_deployed_secrets_never_change_by_themselves() -> None:
    assert webhook_secret(KEY, "abc", 1) == WEBHOOK_SECRET
    assert ci_token(KEY, "abc", 1) == CI_TOKEN
    assert report_link_token(KEY, "abc", 7, 1) == REPORT_LINK_TOKEN


@pytest.mark.parametrize("derive", [webhook_secret, ci_token])
@pytest.mark.parametrize(
    ("key", "integration_id", "version"),
    [(KEY, "abc", 2), (KEY, "abd", 1), ("signing-kez", "abc", 1), (KEY, "abc\n1", 1)],
    ids=["version", "integration", "signing key", "a separator in the id"],
)
def test_each_key_integration_and_version_has_its_own_secret(
    derive: Callable[[str, str, int], str], key: str, integration_id: str, version: int
) -> None:
    assert derive(key, integration_id, version) != derive(KEY, "abc", 1)


def test_the_webhook_secret_and_the_ci_token_are_derived_apart() -> None:
    token = ci_token(KEY, "abc", 1).removeprefix("ddci_")
    assert base64.urlsafe_b64decode(token + "=").hex() != webhook_secret(KEY, "abc", 1)


@pytest.mark.parametrize(
    ("key", "integration_id", "pull_request", "version"),
    [
        ("signing-kez", "abc", 7, 1),
        (KEY, "abd", 7, 1),
        (KEY, "abc", 71, 1),
        (KEY, "abc", 8, 1),
        (KEY, "abc", 7, 2),
        (KEY, "abc", 7, 11),
    ],
)
def test_each_pull_request_has_its_own_link(
    key: str, integration_id: str, pull_request: int, version: int
) -> None:
    token = report_link_token(key, integration_id, pull_request, version)
    assert token != REPORT_LINK_TOKEN


@given(keys, ids, st.integers(1, 10**15), versions)
def test_a_links_token_has_160_bits_and_goes_through_addresses_unquoted(
    key: str, integration_id: str, pull_request: int, version: int
) -> None:
    token = report_link_token(key, integration_id, pull_request, version)
    assert re.fullmatch("[a-z2-7]{32}", token)


@given(keys, ids, versions)
def test_a_webhook_secret_fits_what_bitbucket_takes(
    key: str, integration_id: str, version: int
) -> None:
    assert re.fullmatch("[0-9a-f]{64}", webhook_secret(key, integration_id, version))


@given(keys, ids, versions)
def test_a_ci_token_goes_through_headers_and_shells_unquoted(
    key: str, integration_id: str, version: int
) -> None:
    assert re.fullmatch("ddci_[A-Za-z0-9_-]{43}", ci_token(key, integration_id, version))


def test_without_a_signing_key_nothing_is_derived() -> None:
    with pytest.raises(MissingSecretError):
        webhook_secret("", "abc", 1)
    with pytest.raises(MissingSecretError):
        ci_token("", "abc", 1)
    with pytest.raises(MissingSecretError):
        report_link_token("", "abc", 7, 1)


@pytest.mark.parametrize(
    ("offered", "same"),
    [
        (CI_TOKEN, True),
        (CI_TOKEN[:-1], False),
        (CI_TOKEN + " ", False),
        (CI_TOKEN.upper(), False),
        ("", False),
        ("geheimnis-mit-ü", False),
    ],
)
def test_only_the_secret_itself_is_the_same(offered: str, same: bool) -> None:  # noqa: FBT001
    assert is_same_secret(offered, CI_TOKEN) is same


@pytest.mark.parametrize("offered", ["", "anything"])
def test_nothing_is_the_same_as_no_secret(offered: str) -> None:
    with pytest.raises(MissingSecretError):
        is_same_secret(offered, "")
