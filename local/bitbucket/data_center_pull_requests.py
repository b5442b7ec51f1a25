"""Repositories and pull requests of Data Center's API, all of them to read only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from local.bitbucket import data_center_payloads as payloads
from local.bitbucket.data_center_api import (
    COMMIT,
    PULL_REQUEST,
    PULL_REQUESTS,
    REPOSITORIES,
    REPOSITORY,
    DataCenterApi,
    the_commit,
    the_pull_request,
)
from local.bitbucket.data_center_errors import bad_request
from local.bitbucket.data_center_paging import (
    LARGEST_FOR_ACTIVITIES,
    LARGEST_FOR_PULL_REQUESTS,
    page,
)
from local.bitbucket.model import PullRequestState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from local.bitbucket.model import PullRequest
    from local.bitbucket.state import RepositoryState


def create_blueprint(api: DataCenterApi) -> Blueprint:
    """The calls."""
    blueprint = Blueprint("pull_requests", __name__)

    def shown(stored: RepositoryState, pull_request: PullRequest) -> dict[str, Any]:
        count = stored.comment_count(pull_request.id)
        return payloads.pull_request(pull_request, stored.repository, count, api.rendering())

    def listed(stored: RepositoryState, found: Iterable[PullRequest]) -> ResponseReturnValue:
        return jsonify(
            page(
                list(found),
                lambda pull_request: shown(stored, pull_request),
                request.args,
                LARGEST_FOR_PULL_REQUESTS,
            )
        )

    @blueprint.get(REPOSITORIES)
    def repositories(key: str) -> ResponseReturnValue:
        with api.state.lock:
            found = [stored.repository for stored in api.visible(key)]
        rendering = api.rendering()
        return jsonify(page(found, lambda one: payloads.repository(one, rendering), request.args))

    @blueprint.get(REPOSITORY)
    @api.needs("REPO_READ")
    def repository(stored: RepositoryState) -> ResponseReturnValue:
        return jsonify(payloads.repository(stored.repository, api.rendering()))

    @blueprint.get(f"{COMMIT}/pull-requests")
    @api.needs("REPO_READ")
    def of_commit(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        found = the_commit(stored, revision).hash
        about = [p for p in stored.pull_requests.values() if found in p.commits]
        return listed(stored, about[::-1])

    @blueprint.get(PULL_REQUESTS)
    @api.needs("REPO_READ")
    def pull_requests(stored: RepositoryState) -> ResponseReturnValue:
        return listed(stored, _selected(stored))

    @blueprint.get(PULL_REQUEST)
    @api.needs("REPO_READ")
    def pull_request(stored: RepositoryState, number: int) -> ResponseReturnValue:
        return jsonify(shown(stored, the_pull_request(stored, number)))

    @blueprint.get(f"{PULL_REQUEST}/activities")
    @api.needs("REPO_READ")
    def activities(stored: RepositoryState, number: int) -> ResponseReturnValue:
        the_pull_request(stored, number)
        at = api.rendering()
        comments = stored.comments.get(number, {})
        return jsonify(
            page(
                stored.activities.get(number, [])[::-1],
                lambda activity: payloads.activity(activity, comments, stored.repository, at),
                request.args,
                LARGEST_FOR_ACTIVITIES,
            )
        )

    return blueprint


def _selected(stored: RepositoryState) -> list[PullRequest]:
    """What the call asks for: open ones to any branch, the newest first, unless it says more."""
    state = request.args.get("state", PullRequestState.OPEN).upper()
    direction = request.args.get("direction", "INCOMING").upper()
    order = request.args.get("order", "NEWEST").upper()
    if (
        state not in {*PullRequestState, "ALL"}
        or direction not in ("INCOMING", "OUTGOING")
        or order not in ("NEWEST", "OLDEST")
    ):
        message = "The state, the direction or the order is none that there is."
        raise bad_request(message)
    at = request.args.get("at")
    text = request.args.get("filterText", "").lower()
    found = [
        p
        for p in stored.pull_requests.values()
        if state in (p.state, "ALL")
        and at in (None, f"refs/heads/{_branch(p, direction)}")
        and text in f"{p.title}\n{p.description}".lower()
    ]
    return sorted(found, key=lambda p: p.updated_on, reverse=order == "NEWEST")


def _branch(pull_request: PullRequest, direction: str) -> str:
    incoming = direction == "INCOMING"
    return pull_request.destination_branch if incoming else pull_request.source_branch
