"""Build statuses of Data Center's API: the repository's resource, and the deprecated one.

The deprecated one is not below a repository: whoever may log in may say something of any commit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from local.bitbucket import data_center_bodies as bodies
from local.bitbucket import data_center_payloads as payloads
from local.bitbucket.data_center_api import (
    COMMIT,
    DataCenterApi,
    body,
    frame,
    nothing_here,
    the_commit,
)
from local.bitbucket.data_center_errors import DataCenterError, bad_value
from local.bitbucket.data_center_paging import page
from local.bitbucket.model import BuildStatus, Provider

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState

BUILDS = f"{COMMIT}/builds"
MOST_LISTED = 100
Statuses = dict[tuple[str, str], BuildStatus]


def create_blueprint(api: DataCenterApi) -> Blueprint:
    """The repository's calls: setting asks for REPO_READ, deleting for REPO_ADMIN."""
    blueprint = Blueprint("builds", __name__)

    @blueprint.before_request
    def missing_in_old_versions() -> ResponseReturnValue | None:
        version = api.data_center.version
        there = version.shows_builds if request.method == "GET" else version.takes_builds
        return None if there else nothing_here()

    @blueprint.post(BUILDS)
    @api.needs("REPO_READ")
    def create(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        commit = the_commit(stored, whole_hash(revision)).hash
        _set(api, stored.statuses, commit, bodies.build(body()))
        return "", 204

    @blueprint.get(BUILDS)
    @api.needs("REPO_READ")
    def one(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        status = stored.statuses[_named(stored, revision)]
        return jsonify(payloads.build(status, stored.repository, api.rendering()))

    @blueprint.delete(BUILDS)
    @api.needs("REPO_ADMIN")
    def delete(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        del stored.statuses[_named(stored, revision)]
        return "", 204

    return blueprint


def create_deprecated_blueprint(api: DataCenterApi) -> Blueprint:
    """The calls of /rest/build-status, deprecated since 7.14 and there in 9.4."""
    blueprint = frame("build_status", "build-status")

    @blueprint.post("/commits/<revision>")
    def create(revision: str) -> ResponseReturnValue:
        with api.state.lock:
            api.identify()
            commit = whole_hash(revision)
            wanted = bodies.old_build(body())
            known = [s for s in api.state.of(Provider.DATA_CENTER) if commit in s.commits]
            for statuses in [s.statuses for s in known] or [api.state.loose_statuses]:
                _set(api, statuses, commit, wanted)
            return "", 204

    @blueprint.get("/commits/<revision>")
    def listed(revision: str) -> ResponseReturnValue:
        with api.state.lock:
            api.identify()
            commit = whole_hash(revision)
            stores = [s.statuses for s in api.state.of(Provider.DATA_CENTER)]
            found = {
                status.key: status
                for statuses in (api.state.loose_statuses, *stores)
                for status in statuses.values()
                if status.commit == commit
            }
            newest = sorted(found.values(), key=lambda s: s.updated_on, reverse=True)
            at = api.rendering()
            shown = page(newest[:MOST_LISTED], lambda s: payloads.build_status(s, at), request.args)
            return jsonify(shown)

    return blueprint


def _set(api: DataCenterApi, statuses: Statuses, commit: str, wanted: dict[str, Any]) -> None:
    key, now = wanted["key"], api.state.now()
    old = statuses.get((commit, key))
    more = ("parent", "buildNumber", "duration", "testResults")
    statuses[commit, key] = BuildStatus(
        commit=commit,
        key=key,
        state=wanted["state"],
        url=wanted["url"],
        name=wanted.get("name", ""),
        description=wanted.get("description", ""),
        refname=wanted.get("ref"),
        created_on=old.created_on if old else now,
        updated_on=now,
        more={name: wanted[name] for name in more if name in wanted},
    )


def whole_hash(revision: str) -> str:
    """The hash, if it has all 40 characters, or 400."""
    if not re.fullmatch(r"[0-9a-f]{40}", revision):
        raise bad_value("commitId", f"'{revision}' is not a full SHA1 of 40 characters.")
    return revision


def _named(stored: RepositoryState, revision: str) -> tuple[str, str]:
    commit = the_commit(stored, whole_hash(revision)).hash
    key = request.args.get("key")
    if not key:
        raise bad_value("key", "The key query parameter is required.")
    if (commit, key) not in stored.statuses:
        message = f"There is no build status with the key '{key}' for the commit."
        raise DataCenterError(404, message, "build.status.NoSuchBuildStatusException")
    return commit, key
