"""Bitbucket Cloud's REST API under /2.0: who may call it, and what all its calls share."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, jsonify, request

from local.bitbucket import authorization
from local.bitbucket.cloud_errors import (
    CloudError,
    invalid_token,
    invisible_repository,
    missing_scopes,
    no_such_api,
)
from local.bitbucket.model import AccessToken, NotThereError, Provider, has_expired

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from local.bitbucket.cloud_payloads import Addresses
    from local.bitbucket.collaboration import Collaboration
    from local.bitbucket.model import Commit, PullRequest
    from local.bitbucket.state import RepositoryState, State

WORKSPACE = "/repositories/<workspace>"
REPOSITORY = f"{WORKSPACE}/<slug>"
PULL_REQUEST = f"{REPOSITORY}/pullrequests/<int:number>"
COMMIT = f"{REPOSITORY}/commit/<revision>"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ORDERS = ("created_on", "updated_on", "id")


@dataclass(frozen=True)
class CloudApi:
    """What every part of the API needs."""

    state: State
    collaboration: Collaboration
    addresses: Callable[[], Addresses]

    def needs(self, *scopes: str) -> Callable[..., Any]:
        """Let a call through if its token has these scopes and reaches the repository.

        The call gets the repository instead of its names, and has the store to itself.
        """

        def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., Any]:
            @functools.wraps(view)
            def checked(workspace: str, slug: str, **rest: Any) -> ResponseReturnValue:
                with self.state.lock:
                    self._authorize(scopes)
                    return view(self._repository(workspace, slug), **rest)

            return checked

        return decorate

    def visible(self, workspace: str) -> list[RepositoryState]:
        """The repositories of a workspace that the call's token reaches, by their names."""
        self._authorize(("repository",))
        found = [
            stored
            for stored in self.state.of(Provider.CLOUD)
            if g.token.reaches(stored.repository)
            and workspace.lower()
            in {stored.repository.workspace, stored.repository.workspace_uuid.lower()}
        ]
        if not found:
            raise invisible_repository()
        return sorted(found, key=lambda stored: stored.repository.slug)

    def require(self, scopes: list[str]) -> None:
        """Refuse the call unless its token has these scopes too."""
        g.accepted = list(dict.fromkeys([*g.accepted, *scopes]))
        if not authorization.allows(g.token.scopes, g.accepted):
            raise missing_scopes(g.token.scopes, g.accepted)

    def authenticate(self) -> AccessToken | None:
        """The token of the call; None for a call without credentials."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        token = self.state.tokens.get(authorization.bearer(header) or "")
        if token is None or has_expired(token, self.state.now()):
            raise invalid_token()
        g.token = token
        return token

    def _authorize(self, scopes: tuple[str, ...]) -> None:
        g.accepted = list(scopes)
        if self.authenticate() is None:
            raise invisible_repository()
        self.require([])

    def _repository(self, workspace: str, slug: str) -> RepositoryState:
        try:
            stored = self.state.find(workspace, slug)
        except NotThereError:
            raise invisible_repository() from None
        if not g.token.reaches(stored.repository):
            raise invisible_repository()
        return stored


def body() -> dict[str, Any]:
    """The request's JSON object."""
    content = request.get_json(silent=True)
    if not isinstance(content, dict):
        raise CloudError(400, "Bad request")
    return content


def the_pull_request(stored: RepositoryState, number: int) -> PullRequest:
    """The pull request, or 404."""
    try:
        return stored.pull_request(number)
    except NotThereError:
        raise CloudError(404, f"Pull request {number} not found") from None


def ordered[T](items: list[T], default: str) -> list[T]:
    """The items as `sort` asks; only the orders that the emulator knows are served."""
    sort = request.args.get("sort", default)
    if sort.lstrip("-") not in ORDERS:
        raise CloudError(400, f"Invalid field name: {sort}")
    return sorted(
        items, key=lambda item: getattr(item, sort.lstrip("-")), reverse=sort.startswith("-")
    )


def create_blueprint(api: CloudApi) -> Blueprint:
    """The frame of the API; its calls are added by the modules named after what they are about."""
    blueprint = Blueprint("cloud", __name__, url_prefix="/2.0")

    @blueprint.after_request
    def tell_scopes(response: Response) -> Response:
        if "token" in g:
            response.headers.update(authorization.scope_headers(g.token, g.get("accepted", [])))
        return response

    @blueprint.errorhandler(CloudError)
    def refuse(error: CloudError) -> ResponseReturnValue:
        return jsonify(error.body()), error.status

    @blueprint.get("/user")
    def user() -> ResponseReturnValue:
        # Access tokens have no user, so this is 403 for every one of them.
        g.accepted = ["account"]
        token = api.authenticate()
        raise missing_scopes(token.scopes, ["account"]) if token else invalid_token()

    @blueprint.route("/", defaults={"path": ""}, methods=METHODS)
    @blueprint.route("/<path:path>", methods=METHODS)
    def elsewhere(path: str) -> ResponseReturnValue:  # noqa: ARG001 - the route's name for it
        g.accepted = []
        api.authenticate()
        raise no_such_api()

    return blueprint


def the_commit(stored: RepositoryState, revision: str) -> Commit:
    """The commit, or 404."""
    try:
        return stored.commit(revision)
    except NotThereError:
        raise CloudError(
            HTTPStatus.NOT_FOUND, "Commit not found", data={"shas": [revision]}
        ) from None
