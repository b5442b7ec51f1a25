"""Build statuses of Bitbucket Cloud's API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from local.bitbucket import cloud_bodies, cloud_payloads
from local.bitbucket.cloud_api import (
    COMMIT,
    PULL_REQUEST,
    CloudApi,
    body,
    ordered,
    the_commit,
    the_pull_request,
)
from local.bitbucket.cloud_errors import CloudError, bad_value
from local.bitbucket.cloud_paging import page
from local.bitbucket.model import BuildStatus

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState

BUILD = f"{COMMIT}/statuses/build"


def create_blueprint(api: CloudApi) -> Blueprint:
    """The calls; setting a status asks for `repository` only."""
    blueprint = Blueprint("statuses", __name__)

    def shown(stored: RepositoryState, status: BuildStatus) -> dict[str, Any]:
        return cloud_payloads.build_status(status, stored.repository, api.addresses())

    def listed(stored: RepositoryState, statuses: list[BuildStatus]) -> ResponseReturnValue:
        return jsonify(
            page(
                ordered(statuses, "created_on"),
                lambda status: shown(stored, status),
                request.args,
                request.base_url,
            )
        )

    @blueprint.post(BUILD)
    @api.needs("repository")
    def create(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        commit = the_commit(stored, revision).hash
        wanted = cloud_bodies.build_status(body())
        now = api.state.now()
        old = stored.statuses.get((commit, wanted["key"]))
        status = BuildStatus(
            commit=commit,
            key=wanted["key"],
            state=wanted["state"],
            url=wanted["url"],
            name=wanted.get("name", ""),
            description=wanted.get("description", ""),
            refname=wanted.get("refname"),
            created_on=old.created_on if old else now,
            updated_on=now,
        )
        stored.statuses[commit, status.key] = status
        return jsonify(shown(stored, status)), 201

    @blueprint.get(f"{COMMIT}/statuses")
    @api.needs("repository")
    def of_commit(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        return listed(stored, stored.statuses_of([the_commit(stored, revision).hash]))

    @blueprint.get(f"{BUILD}/<path:key>")
    @api.needs("repository")
    def one(stored: RepositoryState, revision: str, key: str) -> ResponseReturnValue:
        return jsonify(shown(stored, the_status(stored, revision, key)))

    @blueprint.put(f"{BUILD}/<path:key>")
    @api.needs("repository")
    def edit(stored: RepositoryState, revision: str, key: str) -> ResponseReturnValue:
        status = the_status(stored, revision, key)
        wanted = cloud_bodies.build_status(body(), editing=True)
        if wanted.pop("key", key) != key:
            raise bad_value("key", "The key of a build status cannot be changed.")
        changed = replace(status, **wanted, updated_on=api.state.now())
        stored.statuses[changed.commit, key] = changed
        return jsonify(shown(stored, changed))

    @blueprint.get(f"{PULL_REQUEST}/statuses")
    @api.needs("pullrequest")
    def of_pull_request(stored: RepositoryState, number: int) -> ResponseReturnValue:
        pull_request = the_pull_request(stored, number)
        # `refname` is the source branch's bare name or null; with refs/heads/ in front, a status is
        # not shown on the pull request (bitbucket-branch-source-plugin#945).
        names = (None, pull_request.source_branch)
        statuses = stored.statuses_of([pull_request.head])
        return listed(stored, [status for status in statuses if status.refname in names])

    return blueprint


def the_status(stored: RepositoryState, revision: str, key: str) -> BuildStatus:
    """The build status, or 404."""
    commit = the_commit(stored, revision).hash
    try:
        return stored.statuses[commit, key]
    except KeyError:
        raise CloudError(404, f"No build status with key {key}") from None
