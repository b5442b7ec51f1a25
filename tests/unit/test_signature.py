import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.errors import MissingSecretError
from bitbucket_integration.signature import is_valid, sign
from tests.unit.samples import cloud_webhook, without_samples

# A published vector of HMAC-SHA256, so the expectation is not of our own making.
KEY, BODY = "key", b"The quick brown fox jumps over the lazy dog"
SIGNATURE = "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"


def test_a_body_is_signed_as_the_published_vector_says() -> None:
    assert sign(BODY, KEY) == SIGNATURE
    assert is_valid(BODY, SIGNATURE, KEY)


@without_samples
def test_a_recorded_webhook_bears_the_recorded_signature() -> None:
    recorded = "sha256=f205c729821c6954aff2afe72b965c34015b4baf96ea8ddc2cc44999c014a035"
    body = cloud_webhook("signed_payload.json")
    assert is_valid(body, recorded, "Gkvl$k$wyNpQAF42")
    assert not is_valid(body + b"\n", recorded, "Gkvl$k$wyNpQAF42")


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        SIGNATURE.removeprefix("sha256="),
        SIGNATURE.replace("sha256", "sha1"),
        SIGNATURE[:-1],
        SIGNATURE + "0",
        SIGNATURE.replace("f7bc", "f7bd"),
        f"{SIGNATURE}, {SIGNATURE}",
        "sha256=ü",
    ],
)
def test_any_other_signature_is_refused(signature: str | None) -> None:
    assert not is_valid(BODY, signature, KEY)


def test_blanks_around_a_signature_do_no_harm() -> None:
    assert is_valid(BODY, f" {SIGNATURE}\t", KEY)


def test_secrets_beyond_ascii_are_taken_as_utf_8() -> None:
    expected = hmac.digest("schlüssel".encode(), BODY, "sha256").hex()
    assert sign(BODY, "schlüssel") == f"sha256={expected}"


@pytest.mark.parametrize("signature", [None, "", SIGNATURE])
def test_with_an_empty_secret_nothing_is_valid(signature: str | None) -> None:
    with pytest.raises(MissingSecretError):
        is_valid(BODY, signature, "")


@given(st.binary(max_size=200), st.text(min_size=1, max_size=20))
def test_what_is_signed_is_valid_with_this_secret_and_for_this_body_only(
    body: bytes, secret: str
) -> None:
    signature = sign(body, secret)
    assert re.fullmatch("sha256=[0-9a-f]{64}", signature)
    assert is_valid(body, signature, secret)
    assert not is_valid(body + b"x", signature, secret)
    assert not is_valid(body, signature, secret + "x")


@given(st.text())
def test_no_text_makes_the_comparison_fail(signature: str) -> None:
    assert not is_valid(BODY, signature, KEY)
