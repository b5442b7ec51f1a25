"""The signature of a Bitbucket webhook: HMAC-SHA256 over the raw body.

Both Bitbuckets send `X-Hub-Signature: sha256=<hex>` when the webhook has a secret.
"""

import hashlib
import hmac

from bitbucket_integration.errors import MissingSecretError

_PREFIX = "sha256="


def sign(body: bytes, secret: str) -> str:
    """The `X-Hub-Signature` of this body. Raises MissingSecretError on an empty secret."""
    if not secret:
        raise MissingSecretError("a webhook's secret is empty")
    return _PREFIX + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def is_valid(body: bytes, signature: str | None, secret: str) -> bool:
    """Whether `signature` is the body's, compared in constant time.

    Raises MissingSecretError on an empty secret: an unsigned body is never valid.
    """
    expected = sign(body, secret)
    return hmac.compare_digest((signature or "").strip().encode(), expected.encode())
