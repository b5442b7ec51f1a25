"""Bitbucket Data Center's REST API: who may call it, and what all its calls share.

It is below the context path, as `/rest/api/latest` and as `/rest/api/1.0`.
"""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, jsonify, redirect, request

from local.bitbucket import data_center_access as access
from local.bitbucket.data_center_errors import (
    DataCenterError,
    bad_request,
    no_such_commit,
    no_such_project,
    no_such_pull_request,
    no_such_repository,
    not_authenticated,
    not_permitted,
    too_many_requests,
)
from local.bitbucket.data_center_payloads import Rendering, user_name
from local.bitbucket.model import NotThereError, Provider
from local.bitbucket.page_addresses import CONTEXT_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from local.bitbucket.collaboration import Collaboration
    from local.bitbucket.data_center import DataCenter
    from local.bitbucket.deliveries import Deliveries
    from local.bitbucket.model import Commit, HttpAccessToken, PullRequest
    from local.bitbucket.state import RepositoryState, State

REST = f"{CONTEXT_PATH}/rest"
VERSIONS = "<any(latest,'1.0'):api_version>"
REPOSITORIES = "/projects/<key>/repos"
REPOSITORY = f"{REPOSITORIES}/<slug>"
PULL_REQUESTS = f"{REPOSITORY}/pull-requests"
PULL_REQUEST = f"{PULL_REQUESTS}/<int:number>"
COMMIT = f"{REPOSITORY}/commits/<revision>"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class DataCenterApi:
    """What every part of the API needs."""

    state: State
    collaboration: Collaboration
    data_center: DataCenter
    sender: Deliveries
    rendering: Callable[[], Rendering]

    def needs(self, permission: str, *, alone: bool = True) -> Callable[..., Any]:
        """Let a call through if its token has that permission for the repository.

        The call gets the repository instead of its names, and has the store to itself unless it
        says that it need not be alone.
        """

        def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., Any]:
            @functools.wraps(view)
            def checked(key: str, slug: str, **rest: Any) -> ResponseReturnValue:
                with contextlib.ExitStack() as exits:
                    if alone:
                        exits.enter_context(self.state.lock)
                    self.identify()
                    stored = self._repository(key, slug)
                    if isinstance(stored, str):
                        return redirect(stored, HTTPStatus.TEMPORARY_REDIRECT)
                    self.require(stored, permission)
                    return view(stored, **rest)

            return checked

        return decorate

    def identify(self) -> HttpAccessToken:
        """The token of the call, which is counted."""
        token = access.authenticate(self.state, request.headers.get("Authorization"))
        if token is None:
            raise not_authenticated()
        g.http_token = token
        seconds = self.data_center.rate_limit.take(token.account.uuid)
        if seconds is not None:
            raise too_many_requests(seconds)
        return token

    def visible(self, key: str) -> list[RepositoryState]:
        """The repositories of a project that the call's token may read, by their names."""
        token = self.identify()
        in_project = [
            stored
            for stored in self.state.of(Provider.DATA_CENTER)
            if stored.repository.project_key == key.upper()
        ]
        if not in_project:
            raise no_such_project(key)
        found = [one for one in in_project if access.allows(token, one.repository, "REPO_READ")]
        return sorted(found, key=lambda stored: stored.repository.slug)

    def require(self, stored: RepositoryState, permission: str) -> None:
        """Refuse the call unless its token has the permission."""
        if not access.allows(g.http_token, stored.repository, permission):
            raise not_permitted()

    def _repository(self, key: str, slug: str) -> RepositoryState | str:
        """The repository, or the address that it has moved to.

        Since 5.0 an old path leads to the new one (BSERV-9731); REST answers 307.
        """
        repository = self.state.moved_to(key, slug)
        if repository is not None:
            here = f"/projects/{key}/repos/{slug}"
            there = f"/projects/{repository.project_key}/repos/{repository.slug}"
            return request.url.replace(here, there, 1)
        with contextlib.suppress(NotThereError):
            return self.state.find_on_data_center(key, slug)
        known = {s.repository.project_key for s in self.state.of(Provider.DATA_CENTER)}
        if key.upper() not in known:
            raise no_such_project(key)
        raise no_such_repository(key, slug)


def body() -> dict[str, Any]:
    """The request's JSON object."""
    if not request.is_json:
        raise DataCenterError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "JSON is expected.")
    content = request.get_json(silent=True)
    if not isinstance(content, dict):
        message = "The request's body is not a JSON object."
        raise bad_request(message)
    return content


def the_pull_request(stored: RepositoryState, number: int) -> PullRequest:
    """The pull request, or 404."""
    try:
        return stored.pull_request(number)
    except NotThereError:
        raise no_such_pull_request(stored.repository.short_name, number) from None


def the_commit(stored: RepositoryState, revision: str) -> Commit:
    """The commit, or 404."""
    try:
        return stored.commit(revision)
    except NotThereError:
        raise no_such_commit(revision, stored.repository.slug) from None


def frame(name: str, resource: str) -> Blueprint:
    """What all resources of the server have in common."""
    blueprint = Blueprint(name, __name__, url_prefix=f"{REST}/{resource}/{VERSIONS}")

    @blueprint.url_value_preprocessor
    def drop_version(_: str | None, values: dict[str, Any] | None) -> None:
        if values is not None:
            values.pop("api_version", None)

    @blueprint.after_request
    def tell_user(response: Response) -> Response:
        if "http_token" in g:
            response.headers["X-AUSERNAME"] = user_name(g.http_token.account)
        return response

    @blueprint.errorhandler(DataCenterError)
    def refuse(error: DataCenterError) -> ResponseReturnValue:
        return jsonify(error.body()), error.status, error.headers

    @blueprint.route("/", defaults={"path": ""}, methods=METHODS)
    @blueprint.route("/<path:path>", methods=METHODS)
    def elsewhere(path: str) -> ResponseReturnValue:  # noqa: ARG001 - the route's name for it
        return nothing_here()

    return blueprint


def create_blueprint(api: DataCenterApi) -> Blueprint:
    """The frame of the API; its calls are added by the modules named after what they are about."""
    blueprint = frame("data_center", "api")

    @blueprint.get("/application-properties")
    def application_properties() -> ResponseReturnValue:
        version = api.data_center.version
        number = f"{version.major}{version.minor:03}{version.patch:03}"
        return jsonify(
            {
                "version": str(version),
                "buildNumber": number,
                "buildDate": "1790000000000",
                "displayName": "Bitbucket",
            }
        )

    return blueprint


def nothing_here() -> ResponseReturnValue:
    """404 for an address outside the API, not in Bitbucket's own form (from memory)."""
    message = {"message": f"HTTP 404 Not Found for uri: {request.url}", "status-code": 404}
    return jsonify(message), 404
