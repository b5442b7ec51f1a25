"""Pull request comments of Data Center's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, jsonify, request

from local.bitbucket import data_center_bodies as bodies
from local.bitbucket import data_center_payloads as payloads
from local.bitbucket.data_center_api import PULL_REQUEST, DataCenterApi, body, the_pull_request
from local.bitbucket.data_center_errors import (
    DataCenterError,
    archived,
    bad_value,
    comment_out_of_date,
    no_such_comment,
    not_permitted,
)
from local.bitbucket.data_center_paging import page
from local.bitbucket.model import Comment, NotThereError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState

COMMENTS = f"{PULL_REQUEST}/comments"
COMMENT = f"{COMMENTS}/<int:comment_id>"


def create_blueprint(api: DataCenterApi) -> Blueprint:
    """The calls; all of them ask for REPO_READ only, writing too."""
    blueprint = Blueprint("comments", __name__)

    def shown(stored: RepositoryState, comment: Comment) -> dict[str, Any]:
        everything = stored.comments[comment.pull_request].values()
        return payloads.comment(comment, everything, stored.repository, api.rendering())

    @blueprint.get(COMMENTS)
    @api.needs("REPO_READ")
    def comments(stored: RepositoryState, number: int) -> ResponseReturnValue:
        # Only the comments of one file are listed; the others are among the activities.
        the_pull_request(stored, number)
        if not request.args.get("path"):
            raise bad_value("path", "The path query parameter is required.")
        return jsonify(page([], lambda _: None, request.args))

    @blueprint.post(COMMENTS)
    @api.needs("REPO_READ")
    def create(stored: RepositoryState, number: int) -> ResponseReturnValue:
        the_pull_request(stored, number)
        _changeable(stored)
        text, parent = bodies.new_comment(body())
        if parent is not None:
            the_comment(stored, number, parent)
        author = g.http_token.account
        comment = api.collaboration.add_comment(
            stored, number, raw=text, author=author, parent=parent
        )
        return jsonify(shown(stored, comment)), 201

    @blueprint.get(COMMENT)
    @api.needs("REPO_READ")
    def one(stored: RepositoryState, number: int, comment_id: int) -> ResponseReturnValue:
        return jsonify(shown(stored, the_comment(stored, number, comment_id)))

    @blueprint.put(COMMENT)
    @api.needs("REPO_READ")
    def edit(stored: RepositoryState, number: int, comment_id: int) -> ResponseReturnValue:
        comment = the_comment(stored, number, comment_id)
        _changeable(stored)
        text, version = bodies.changed_comment(body())
        if comment.author.uuid != g.http_token.account.uuid:
            raise not_permitted()
        expect(comment, version)
        return jsonify(shown(stored, api.collaboration.edit_comment(stored, comment, text)))

    @blueprint.delete(COMMENT)
    @api.needs("REPO_READ")
    def delete(stored: RepositoryState, number: int, comment_id: int) -> ResponseReturnValue:
        comment = the_comment(stored, number, comment_id)
        _changeable(stored)
        _delete(api, stored, comment)
        return "", 204

    return blueprint


def _changeable(stored: RepositoryState) -> None:
    if stored.repository.archived:
        raise archived()


def _delete(api: DataCenterApi, stored: RepositoryState, comment: Comment) -> None:
    """Delete one's own comment, or as an administrator anyone's."""
    if comment.author.uuid != g.http_token.account.uuid:
        api.require(stored, "REPO_ADMIN")
    version = request.args.get("version", "")
    expect(comment, int(version) if version.isdigit() else -1)
    others = stored.comments[comment.pull_request].values()
    if any(other.parent == comment.id and not other.deleted for other in others):
        message = "A comment with replies cannot be deleted."
        raise DataCenterError(409, message, "comment.CommentDeletionException")
    api.collaboration.delete_comment(stored, comment)


def the_comment(stored: RepositoryState, number: int, comment_id: int) -> Comment:
    """The comment, or 404, for a deleted one too."""
    the_pull_request(stored, number)
    try:
        comment = stored.comment(number, comment_id)
    except NotThereError:
        raise no_such_comment(comment_id) from None
    if comment.deleted:
        raise no_such_comment(comment_id)
    return comment


def expect(comment: Comment, version: int) -> None:
    """Refuse a change that was made up from another version of the comment."""
    if comment.version != version:
        raise comment_out_of_date(comment.version, version)
