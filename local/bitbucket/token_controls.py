"""Access tokens: those of Cloud are made here, and those of both come to their end here."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from local.bitbucket.authorization import SCOPES, TOKEN_KINDS
from local.bitbucket.model import (
    AccessToken,
    Account,
    NotPossibleError,
    NotThereError,
    Provider,
)

if TYPE_CHECKING:
    from datetime import datetime

    from local.bitbucket.state import State


class TokenControls:
    """What may be done about access tokens."""

    state: State

    def create_access_token(
        self,
        repository: str,
        scopes: tuple[str, ...] = ("pullrequest", "webhook"),
        kind: str = "repo_access_token",
        name: str = "Data diff",
        expires: datetime | None = None,
    ) -> str:
        """Make a token for the repository, its project or its workspace, as its kind says."""
        if kind not in TOKEN_KINDS or not set(scopes) <= SCOPES:
            message = f"{kind} with {', '.join(scopes)} is no access token"
            raise NotPossibleError(message)
        with self.state.lock:
            bound = self.state.named(repository).repository
            if bound.provider is not Provider.CLOUD:
                message = f"{repository} is not on Cloud"
                raise NotPossibleError(message)
            value = "ATCTT3x" + secrets.token_urlsafe(48)
            account_uuid = f"{{{uuid.uuid4()}}}"
            self.state.tokens[value] = AccessToken(
                value=value,
                kind=kind,
                scopes=tuple(scopes),
                repository_uuid=bound.uuid,
                workspace_uuid=bound.workspace_uuid,
                project_key=bound.project_key,
                account=Account(account_uuid, name, name, token_kind=kind),
                expires=expires,
            )
            return value

    def revoke_access_token(self, token: str) -> None:
        """Make a token invalid; what it wrote stays."""
        with self.state.lock:
            if not (self.state.tokens.pop(token, None) or self.state.http_tokens.pop(token, None)):
                message = "no such access token"
                raise NotThereError(message)

    def expire_access_token(self, token: str) -> None:
        """Let a token's end be now."""
        with self.state.lock:
            now = self.state.now()
            if token in self.state.tokens:
                self.state.tokens[token] = replace(self.state.tokens[token], expires=now)
            elif token in self.state.http_tokens:
                self.state.http_tokens[token] = replace(self.state.http_tokens[token], expires=now)
            else:
                message = "no such access token"
                raise NotThereError(message)
