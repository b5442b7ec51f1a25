"""Pull request comments of Bitbucket Cloud's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, jsonify, request

from local.bitbucket import cloud_bodies, cloud_payloads
from local.bitbucket.cloud_api import PULL_REQUEST, CloudApi, body, ordered, the_pull_request
from local.bitbucket.cloud_errors import CloudError, bad_value
from local.bitbucket.cloud_paging import page
from local.bitbucket.model import Comment, NotThereError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState

COMMENTS = f"{PULL_REQUEST}/comments"
COMMENT = f"{COMMENTS}/<int:comment_id>"
# The filters that the emulator understands; any other is refused, not ignored.
FILTERS = {"": None, "deleted=false": False, "deleted=true": True}


def create_blueprint(api: CloudApi) -> Blueprint:
    """The calls; all of them ask for `pullrequest` only, writing too."""
    blueprint = Blueprint("comments", __name__)

    def shown(stored: RepositoryState, comment: Comment) -> dict[str, Any]:
        title = stored.pull_request(comment.pull_request).title
        return cloud_payloads.comment(comment, title, stored.repository, api.addresses())

    @blueprint.get(COMMENTS)
    @api.needs("pullrequest")
    def comments(stored: RepositoryState, number: int) -> ResponseReturnValue:
        the_pull_request(stored, number)
        query = request.args.get("q", "").replace(" ", "").lower()
        if query not in FILTERS:
            raise CloudError(400, f"Invalid filter: {query}")
        deleted = FILTERS[query]
        found = [
            comment
            for comment in stored.comments.get(number, {}).values()
            if deleted is None or comment.deleted is deleted
        ]
        return jsonify(
            page(
                ordered(found, "created_on"),
                lambda comment: shown(stored, comment),
                request.args,
                request.base_url,
            )
        )

    @blueprint.post(COMMENTS)
    @api.needs("pullrequest")
    def create(stored: RepositoryState, number: int) -> ResponseReturnValue:
        the_pull_request(stored, number)
        wanted = cloud_bodies.comment(body())
        if wanted.parent is not None and wanted.parent not in stored.comments.get(number, {}):
            raise bad_value("parent", f"Comment {wanted.parent} does not exist.")
        comment = api.collaboration.add_comment(
            stored,
            number,
            raw=wanted.raw,
            author=g.token.account,
            parent=wanted.parent,
            inline=wanted.inline,
        )
        return jsonify(shown(stored, comment)), 201

    @blueprint.get(COMMENT)
    @api.needs("pullrequest")
    def one(stored: RepositoryState, number: int, comment_id: int) -> ResponseReturnValue:
        return jsonify(shown(stored, the_comment(stored, number, comment_id)))

    @blueprint.put(COMMENT)
    @api.needs("pullrequest")
    def edit(stored: RepositoryState, number: int, comment_id: int) -> ResponseReturnValue:
        comment = own_comment(stored, number, comment_id)
        wanted = cloud_bodies.comment(body(), editing=True)
        changed = api.collaboration.edit_comment(stored, comment, wanted.raw)
        return jsonify(shown(stored, changed))

    @blueprint.delete(COMMENT)
    @api.needs("pullrequest")
    def delete(stored: RepositoryState, number: int, comment_id: int) -> ResponseReturnValue:
        api.collaboration.delete_comment(stored, own_comment(stored, number, comment_id))
        return "", 204

    return blueprint


def the_comment(stored: RepositoryState, number: int, comment_id: int) -> Comment:
    """The comment; the 404 for a missing one says its id and no more (recorded by codecov)."""
    the_pull_request(stored, number)
    try:
        return stored.comment(number, comment_id)
    except NotThereError:
        raise CloudError(404, str(comment_id)) from None


def own_comment(stored: RepositoryState, number: int, comment_id: int) -> Comment:
    """The caller's comment, not deleted yet.

    A deleted one is 404 when written to, although it can be read (sonar-bitbucket-plugin#117). That
    only the author may change a comment is Bitbucket's rule, and every access token is an author of
    its own; the words of the refusal are not recorded.
    """
    comment = the_comment(stored, number, comment_id)
    if comment.deleted:
        raise CloudError(404, str(comment_id))
    if comment.author.uuid != g.token.account.uuid:
        raise CloudError(403, "You do not have permission to change this comment.")
    return comment
