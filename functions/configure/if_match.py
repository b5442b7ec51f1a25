"""ETags of integrations, and the If-Match that a client sends them back in (RFC 9110, 13.1.1)."""

import re

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.integration import Integration

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS = re.compile(rf"{_TAG}(?:\s*,\s*{_TAG})*")
_REVISION = re.compile(r'(?<!/)"([0-9]{1,15})"')


def etag(integration: Integration) -> dict[str, str]:
    """The header that names what an admin has made of an integration so far."""
    return etag_of(integration.revision)


def etag_of(revision: int) -> dict[str, str]:
    """The header for a revision."""
    return {"ETag": f'"{revision}"'}


def expected_revisions(if_match: str | None) -> frozenset[int] | None:
    """The revisions that a client expects; None for any.

    Weak tags and those of others match nothing. Raises InvalidRequestError.
    """
    text = (if_match or "*").strip()
    if text == "*":
        return None
    if _TAGS.fullmatch(text) is None:
        raise InvalidRequestError("If-Match", 'must be an ETag as it was answered, such as "3"')
    return frozenset(int(found) for found in _REVISION.findall(text))
