"""Which access token may do what in Bitbucket Cloud.

Scopes, what they imply and which call demands which: the section "Authentication methods" of
Atlassian's REST introduction, and `X-Accepted-OAuth-Scopes` in recorded answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.bitbucket.model import AccessToken

# `repository:admin` is not here because it implies neither reading nor writing.
_IMPLIED = {
    "pullrequest": {"repository"},
    "pullrequest:write": {"pullrequest", "repository:write"},
    "repository:write": {"repository"},
    "pipeline:write": {"pipeline"},
    "issue:write": {"issue"},
    "account:write": {"account"},
}
SCOPES = frozenset(
    {
        "repository",
        "repository:write",
        "repository:admin",
        "repository:delete",
        "pullrequest",
        "pullrequest:write",
        "webhook",
        "pipeline",
        "pipeline:write",
        "pipeline:variable",
        "runner",
        "runner:write",
        "project",
        "project:admin",
        "account",
    }
)
TOKEN_KINDS = frozenset({"repo_access_token", "project_access_token", "workspace_access_token"})
_EVENT_SCOPES = {
    "pullrequest": "pullrequest",
    "repo": "repository",
    "issue": "issue",
    "project": "project",
    "pipeline": "pipeline",
}


def effective(granted: Iterable[str]) -> frozenset[str]:
    """The granted scopes and everything they imply."""
    reached = set(granted)
    frontier = list(reached)
    while frontier:
        new = _IMPLIED.get(frontier.pop(), set()) - reached
        reached |= new
        frontier.extend(new)
    return frozenset(reached)


def allows(granted: Iterable[str], required: Iterable[str]) -> bool:
    """Whether the granted scopes cover the required ones."""
    return effective(granted).issuperset(required)


def scopes_of_events(events: Iterable[str]) -> list[str]:
    """What a hook's events demand besides `webhook`, each scope once."""
    return sorted({_EVENT_SCOPES[event.partition(":")[0]] for event in events})


def bearer(authorization: str) -> str | None:
    """The token of an Authorization header; access tokens come as Bearer only."""
    scheme, _, value = authorization.partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None


def scope_headers(token: AccessToken, accepted: Iterable[str]) -> dict[str, str]:
    """What Cloud tells about the token on every authenticated answer, refusals included."""
    return {
        "X-OAuth-Scopes": ", ".join(token.scopes),
        "X-Accepted-OAuth-Scopes": ", ".join(accepted),
        "X-Credential-Type": token.kind,
    }
