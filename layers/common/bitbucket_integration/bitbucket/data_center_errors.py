"""What an error answer of Bitbucket Data Center means.

Data Center answers 401 both to a bad access token and to one that may not do what was asked; only
the exception's name tells the two apart ("Errors & Validation" in Atlassian's REST reference).
"""

from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from bitbucket_integration.bitbucket.calls import Caller, raise_for_status
from bitbucket_integration.bitbucket.exchange import Response
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    BitbucketUnavailableError,
    MovedInBitbucketError,
    OutOfDateError,
    PermissionMissingError,
)

REPOSITORY_READ = "Repository read"
REPOSITORY_ADMIN = "Repository admin"
"""What Bitbucket's screen for creating an HTTP access token calls the permissions."""

_UNAUTHORIZED, _FORBIDDEN, _CONFLICT = 401, 403, 409
# Not 302 and 303: those lead to a login page, never to where a repository has moved.
_MOVED = {301, 307, 308}
_NO_PERMISSION = "AuthorisationException"
_NO_LICENCE = "NoAccessAuthenticationException"
_OUT_OF_DATE = "OutOfDateException"


@dataclass(frozen=True, slots=True)
class _Said:
    """The first error in an answer; `exception` is its class without the package."""

    message: str | None = None
    exception: str = ""


def raise_for(response: Response, doing: str, permission: str | None = None) -> NoReturn:
    """Raise the error that an unsuccessful answer stands for; `doing` begins its message.

    `permission` is what the call asks of the access token, if that can be what is missing.
    """
    status, said = response.status, _said(response)
    location = response.headers.get("location")
    if status in _MOVED and location:
        # Since 5.0 the old address of a renamed or moved repository leads to the new (BSERV-9731).
        raise MovedInBitbucketError(f"{doing}: Bitbucket has it at another address", location)
    if status == _FORBIDDEN or (status == _UNAUTHORIZED and said.exception == _NO_PERMISSION):
        raise _permission_missing(doing, permission)
    if status == _UNAUTHORIZED:
        why = (
            "its user has no licence to use Bitbucket"
            if said.exception == _NO_LICENCE
            else "wrong, expired or revoked"
        )
        raise AccessTokenRejectedError(
            f"{doing}: Bitbucket does not accept the access token ({why})"
        )
    # An archived repository answers 409, too, and reading again would not help.
    if status == _CONFLICT and (not said.exception or said.exception.endswith(_OUT_OF_DATE)):
        raise OutOfDateError(f"{doing}: somebody else has changed it meanwhile")
    raise_for_status(response, doing, said.message)


def is_in_own_words(response: Response) -> bool:
    """Whether Bitbucket's API itself refuses, and not a proxy or a server without this path."""
    return bool(_said(response).exception)


def _permission_missing(doing: str, permission: str | None) -> PermissionMissingError:
    if permission is None:
        return PermissionMissingError(f"{doing}: Bitbucket says that the token may not")
    return PermissionMissingError(f"{doing}: the access token lacks {permission}", (permission,))


def _said(response: Response) -> _Said:
    try:
        body = response.json()
    except BitbucketUnavailableError:
        return _Said()
    match body:
        case {"errors": [{**error}, *_]} | {**error}:
            message, exception = error.get("message"), error.get("exceptionName")
            return _Said(
                message if isinstance(message, str) else None,
                exception.rpartition(".")[2] if isinstance(exception, str) else "",
            )
    return _Said()


READER = Caller(partial(raise_for, permission=REPOSITORY_READ))
ADMIN = Caller(partial(raise_for, permission=REPOSITORY_ADMIN))
ANYBODY = Caller(raise_for)
"""Makes the calls in which it is no permission of the token's that decides."""
