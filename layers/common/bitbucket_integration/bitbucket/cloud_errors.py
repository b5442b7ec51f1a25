"""What an error answer of Bitbucket Cloud means.

Sources: Bitbucket Cloud REST API, "Authentication methods" (scopes and what they imply);
headers `X-OAuth-Scopes` and `X-Accepted-OAuth-Scopes` as every authenticated answer carries them.
"""

from typing import NoReturn

from bitbucket_integration.bitbucket.calls import raise_for_status
from bitbucket_integration.bitbucket.exchange import Response
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    BitbucketUnavailableError,
    PermissionMissingError,
)

_UNAUTHORIZED, _FORBIDDEN = 401, 403

PERMISSION_NAMES = {
    "repository": "Repositories: Read",
    "repository:write": "Repositories: Write",
    "pullrequest": "Pull requests: Read",
    "pullrequest:write": "Pull requests: Write",
    "webhook": "Webhooks: Read and write",
}
"""What Bitbucket's screen for creating an access token calls each scope."""

_IMPLIED = {
    "repository:write": frozenset({"repository"}),
    "pullrequest": frozenset({"repository"}),
    "pullrequest:write": frozenset({"pullrequest", "repository:write", "repository"}),
}


def scopes(header: str) -> frozenset[str]:
    """The scopes in a comma-separated header."""
    return frozenset(scope.strip() for scope in header.split(",") if scope.strip())


def missing_scopes(granted: frozenset[str], required: frozenset[str]) -> frozenset[str]:
    """The required scopes that are neither granted nor implied by a granted one."""
    implied = frozenset[str]().union(*(_IMPLIED.get(scope, frozenset()) for scope in granted))
    return required - granted - implied


def permission_names(missing: frozenset[str]) -> tuple[str, ...]:
    """Scopes in the words of Bitbucket's own screen; a scope without a name there stays itself."""
    return tuple(PERMISSION_NAMES.get(scope, scope) for scope in sorted(missing))


def raise_for(response: Response, doing: str) -> NoReturn:
    """Raise the error that an unsuccessful answer stands for; `doing` begins its message."""
    status = response.status
    if status == _UNAUTHORIZED:
        raise AccessTokenRejectedError(
            f"{doing}: Bitbucket does not accept the access token (wrong, expired or revoked)"
        )
    if status == _FORBIDDEN:
        raise _permission_missing(response, doing)
    raise_for_status(response, doing, _message(response))


def _permission_missing(response: Response, doing: str) -> PermissionMissingError:
    granted = scopes(response.headers.get("x-oauth-scopes", ""))
    missing = missing_scopes(granted, scopes(response.headers.get("x-accepted-oauth-scopes", "")))
    match _error(response):
        case {"detail": {"required": list(named)}}:
            required = frozenset(str(scope) for scope in named)
            missing = missing_scopes(granted, required) or required
    names = permission_names(missing)
    if not names:
        return PermissionMissingError(f"{doing}: Bitbucket says that the token may not")
    return PermissionMissingError(f"{doing}: the access token lacks {' and '.join(names)}", names)


def _message(response: Response) -> str | None:
    # Code Insights answers without the frame (sonarqube-community-branch-plugin#209).
    for said in (_error(response), _body(response)):
        match said:
            case {"message": str(message)}:
                return message
    return None


def _error(response: Response) -> object:
    body = _body(response)
    return body.get("error") if isinstance(body, dict) else None


def _body(response: Response) -> object:
    try:
        return response.json()
    except BitbucketUnavailableError:
        return None
