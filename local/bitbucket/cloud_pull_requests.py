"""Repositories, commits and pull requests of Bitbucket Cloud's API, all of them to read only."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from local.bitbucket import cloud_payloads
from local.bitbucket.cloud_api import (
    COMMIT,
    PULL_REQUEST,
    REPOSITORY,
    WORKSPACE,
    CloudApi,
    ordered,
    the_commit,
    the_pull_request,
)
from local.bitbucket.cloud_errors import CloudError
from local.bitbucket.cloud_paging import LONGEST_FOR_PULL_REQUESTS, page
from local.bitbucket.model import PullRequestState

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.cloud_payloads import Addresses
    from local.bitbucket.model import PullRequest
    from local.bitbucket.state import RepositoryState


def create_blueprint(api: CloudApi) -> Blueprint:
    """The calls."""
    blueprint = Blueprint("pull_requests", __name__)

    @blueprint.get(WORKSPACE)
    def repositories(workspace: str) -> ResponseReturnValue:
        with api.state.lock:
            found = [stored.repository for stored in api.visible(workspace)]
        at = api.addresses()
        return jsonify(
            page(
                found,
                lambda one: cloud_payloads.repository(one, at),
                request.args,
                request.base_url,
            )
        )

    @blueprint.get(REPOSITORY)
    @api.needs("repository")
    def repository(stored: RepositoryState) -> ResponseReturnValue:
        return jsonify(cloud_payloads.repository(stored.repository, api.addresses()))

    @blueprint.get(COMMIT)
    @api.needs("repository")
    def commit(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        found = the_commit(stored, revision)
        return jsonify(cloud_payloads.commit(found, stored.repository, api.addresses()))

    @blueprint.get(f"{REPOSITORY}/commits")
    @api.needs("repository")
    def commits(stored: RepositoryState) -> ResponseReturnValue:
        at = api.addresses()
        found = page(
            list(stored.commits.values())[::-1],
            lambda one: cloud_payloads.commit(one, stored.repository, at),
            request.args,
            request.base_url,
        )
        # Nobody counts them.
        del found["size"]
        return jsonify(found)

    @blueprint.get(f"{REPOSITORY}/pullrequests")
    @api.needs("pullrequest")
    def pull_requests(stored: RepositoryState) -> ResponseReturnValue:
        wanted = request.args.getlist("state") or [PullRequestState.OPEN]
        unknown = set(wanted) - {*PullRequestState, "SUPERSEDED"}
        if unknown or "q" in request.args:
            raise CloudError(400, f"Invalid filter: {', '.join(sorted(unknown)) or 'q'}")
        found = [p for p in stored.pull_requests.values() if p.state in wanted]
        return jsonify(
            page(
                ordered(found, "-updated_on"),
                functools.partial(_pull_request, stored, api.addresses()),
                request.args,
                request.base_url,
                LONGEST_FOR_PULL_REQUESTS,
            )
        )

    @blueprint.get(PULL_REQUEST)
    @api.needs("pullrequest")
    def pull_request(stored: RepositoryState, number: int) -> ResponseReturnValue:
        return jsonify(_pull_request(stored, api.addresses(), the_pull_request(stored, number)))

    return blueprint


def _pull_request(
    stored: RepositoryState, at: Addresses, pull_request: PullRequest
) -> dict[str, Any]:
    count = stored.comment_count(pull_request.id)
    return cloud_payloads.pull_request(pull_request, stored.repository, count, at)
