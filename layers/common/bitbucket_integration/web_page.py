"""HTML pages that need nothing from elsewhere, and what keeps them to that."""

import base64
import hashlib
from dataclasses import dataclass

from bitbucket_integration.problem import NOT_CACHED

PRIVATE_PAGE = {
    **NOT_CACHED,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
"""The headers of what only those may see who have come there themselves."""


@dataclass(frozen=True, slots=True)
class WebPage:
    """An HTML document, and the content security policy under which it works."""

    html: str
    policy: str


def policy_hash(text: str) -> str:
    """How a content security policy names a style or a script that stands in the document."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
