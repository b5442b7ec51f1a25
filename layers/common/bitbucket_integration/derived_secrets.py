"""Secrets that are computed from the stack's signing key instead of being stored.

Each is an HMAC-SHA256 over a label, the integration's id and a version, so that a function which
knows the signing key needs no access token, and rotation is a version number.
"""

import base64
import hashlib
import hmac

from bitbucket_integration.errors import MissingSecretError

CI_TOKEN_PREFIX = "ddci_"  # noqa: S105 it marks a CI token for secret scanners, it is not one


def _derive(signing_key: str, label: str, integration_id: str, version: int) -> bytes:
    if not signing_key:
        raise MissingSecretError("the signing key is empty")
    purpose = f"{label}\n{integration_id}\n{version}".encode()
    return hmac.digest(signing_key.encode(), purpose, hashlib.sha256)


def webhook_secret(signing_key: str, integration_id: str, version: int) -> str:
    """The secret that Bitbucket signs an integration's webhooks with (64 hexadecimal digits).

    Raises MissingSecretError when the signing key is empty.
    """
    return _derive(signing_key, "webhook-secret", integration_id, version).hex()


def ci_token(signing_key: str, integration_id: str, version: int) -> str:
    """The bearer token with which CI submits results for an integration.

    Raises MissingSecretError when the signing key is empty.
    """
    digest = _derive(signing_key, "ci-token", integration_id, version)
    return CI_TOKEN_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def report_link_token(
    signing_key: str, integration_id: str, pull_request_id: int, version: int
) -> str:
    """What the link to a pull request's reports proves itself with: 160 bits, lower-case base32.

    Raises MissingSecretError when the signing key is empty.
    """
    digest = _derive(signing_key, f"report-link/{pull_request_id}", integration_id, version)
    return base64.b32encode(digest[:20]).decode().lower()


def is_same_secret(offered: str, expected: str) -> bool:
    """Compare in constant time. Raises MissingSecretError when there is nothing to compare with."""
    if not expected:
        raise MissingSecretError("the expected secret is empty")
    return hmac.compare_digest(offered.encode(), expected.encode())
