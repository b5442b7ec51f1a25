"""Commits of Data Center's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, request

from local.bitbucket import data_center_payloads as payloads
from local.bitbucket.data_center_api import COMMIT, REPOSITORY, DataCenterApi, the_commit
from local.bitbucket.data_center_paging import page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState


def create_blueprint(api: DataCenterApi) -> Blueprint:
    """The calls."""
    blueprint = Blueprint("commits", __name__)

    @blueprint.get(f"{REPOSITORY}/commits")
    @api.needs("REPO_READ")
    def commits(stored: RepositoryState) -> ResponseReturnValue:
        at = api.rendering()
        found = stored.history(stored.repository.main_branch)
        return jsonify(page(found, lambda one: payloads.commit(one, at), request.args))

    @blueprint.get(COMMIT)
    @api.needs("REPO_READ")
    def commit(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        return jsonify(payloads.commit(the_commit(stored, revision), api.rendering()))

    return blueprint
