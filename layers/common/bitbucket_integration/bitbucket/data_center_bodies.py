"""What is sent to Bitbucket Data Center, within the limits that its reference states."""

import hashlib
from typing import Any

from bitbucket_integration.bitbucket.text_limits import shortened
from bitbucket_integration.bitbucket.vocabulary import BuildState, BuildStatus, WebhookSpec

LONGEST_URL = 450
_LONGEST_TEXT = 255
_LONGEST_REF = 1024

_STATES = {BuildState.STOPPED: "CANCELLED"}
# The deprecated resource has nothing that comes nearer to it.
_OLD_STATES = {BuildState.STOPPED: "FAILED"}


def build_status_body(status: BuildStatus, url: str) -> dict[str, Any]:
    """A build status below a repository; the URL is no longer than LONGEST_URL."""
    body = old_build_status_body(status, url)
    body["state"] = _STATES.get(status.state, status.state.value)
    # Merge checks for required builds go by the parent, so that must stay the same.
    body["parent"] = body["key"]
    ref = _ref(status.source_branch)
    if ref:
        body["ref"] = ref
    return body


def old_build_status_body(status: BuildStatus, url: str) -> dict[str, Any]:
    """The same for the deprecated resource."""
    return {
        "key": _build_key(status.key),
        "state": _OLD_STATES.get(status.state, status.state.value),
        "name": shortened(status.name, _LONGEST_TEXT),
        "description": shortened(status.description, _LONGEST_TEXT),
        "url": url,
    }


def webhook_body(spec: WebhookSpec) -> dict[str, Any]:
    """A webhook whose deliveries are signed and go over checked TLS."""
    return {
        "name": shortened(spec.description, _LONGEST_TEXT),
        "url": spec.url,
        "active": True,
        "sslVerificationRequired": True,
        "configuration": {"secret": spec.secret},
        "events": list(spec.events),
    }


def _build_key(key: str) -> str:
    return key if len(key) <= _LONGEST_TEXT else hashlib.sha256(key.encode()).hexdigest()


def _ref(source_branch: str) -> str | None:
    """The fully qualified name that Data Center demands; None for one that it would refuse."""
    qualified = source_branch.startswith("refs/tags/")
    ref = source_branch if qualified else f"refs/heads/{source_branch}"
    return ref if source_branch and len(ref) <= _LONGEST_REF else None
