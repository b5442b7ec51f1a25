"""Which access token may do what in Bitbucket Data Center.

Permissions: `RestAccessTokenRequest` in the reference, and Atlassian's "HTTP access tokens". A
project's permission holds for all of its repositories, and each level includes the lower ones.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from local.bitbucket.authorization import bearer
from local.bitbucket.data_center_errors import wrong_credentials
from local.bitbucket.data_center_payloads import user_name
from local.bitbucket.model import has_expired

if TYPE_CHECKING:
    from local.bitbucket.model import HttpAccessToken, Repository
    from local.bitbucket.state import State

LEVELS = ("READ", "WRITE", "ADMIN")
PERMISSIONS = tuple(f"{what}_{level}" for what in ("REPO", "PROJECT") for level in LEVELS)


def authenticate(state: State, authorization: str | None) -> HttpAccessToken | None:
    """The token of a call, None for a call without credentials.

    A token of a repository or a project is taken as Bearer only; a personal one is a password too.
    """
    if authorization is None:
        return None
    value = bearer(authorization)
    name, password = ("", "") if value else _basic(authorization)
    token = state.http_tokens.get(value or password)
    if (
        token is None
        or has_expired(token, state.now())
        or (value is None and not (token.personal and user_name(token.account) == name.lower()))
    ):
        raise wrong_credentials()
    return token


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def allows(token: HttpAccessToken, repository: Repository, needed: str) -> bool:
    """Whether the token has that permission, REPO_READ or more, for the repository."""
    what, _, level = token.permission.partition("_")
    reaches = (
        token.project_key == repository.project_key
        if what == "PROJECT"
        else token.repository_uuid == repository.uuid
    )
    return reaches and LEVELS.index(level) >= LEVELS.index(needed.removeprefix("REPO_"))
