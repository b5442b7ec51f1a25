"""The pages that people look at: repositories, pull requests with their comments and statuses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template

from local.bitbucket.markdown import render
from local.bitbucket.model import NotThereError

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from local.bitbucket.controls import Controls
    from local.bitbucket.deliveries import Delivery
    from local.bitbucket.model import Account, BuildStatus, Commit
    from local.bitbucket.state import RepositoryState

LATEST_DELIVERIES = 5


@dataclass(frozen=True)
class CommitView:
    """A commit with what builds say of it."""

    commit: Commit
    statuses: list[BuildStatus]


def hue(account: Account) -> int:
    """An account's colour, always the same."""
    return int(hashlib.sha256(account.uuid.encode()).hexdigest(), 16) % 360


def initials(account: Account) -> str:
    """Up to two letters."""
    return "".join(word[0] for word in account.display_name.split()[:2]).upper()


def when(moment: datetime) -> str:
    """A moment for people."""
    return moment.strftime("%-d %b %Y, %H:%M")


def markdown(raw: str) -> str:
    """The HTML of Markdown, each table in a box that scrolls by itself."""
    html = render(raw).replace("<table>", '<div class="wide"><table>')
    return html.replace("</table>", "</table></div>")


def latest_deliveries(controls: Controls, stored: RepositoryState, number: int) -> list[Delivery]:
    """The newest webhooks about a pull request, the newest first."""
    about = (stored.repository.uuid, number)
    found = [d for d in controls.deliveries() if (d.repository_uuid, d.pull_request) == about]
    return found[: -LATEST_DELIVERIES - 1 : -1]


def create_blueprint(controls: Controls) -> Blueprint:
    """The pages."""
    blueprint = Blueprint("pages", __name__)
    for helper in (hue, initials, when, markdown):
        blueprint.add_app_template_filter(helper)

    @blueprint.errorhandler(NotThereError)
    def not_there(_: NotThereError) -> ResponseReturnValue:
        return render_template("not_there.html"), 404

    @blueprint.get("/", defaults={"workspace": None})
    @blueprint.get("/<workspace>/")
    def repositories(workspace: str | None) -> ResponseReturnValue:
        with controls.state.lock:
            shown = [s.repository for s in controls.state.repositories.values()]
        chosen = [r for r in shown if workspace in (None, r.workspace, r.workspace_uuid)]
        return render_template("repositories.html", repositories=chosen)

    @blueprint.get("/<workspace>/<slug>/")
    def pull_requests(workspace: str, slug: str) -> ResponseReturnValue:
        with controls.state.lock:
            stored = controls.state.find(workspace, slug)
            return render_template(
                "pull_requests.html",
                repository=stored.repository,
                pull_requests=list(stored.pull_requests.values())[::-1],
                statuses={
                    p.id: stored.statuses_of([p.head]) for p in stored.pull_requests.values()
                },
                comment_counts={n: stored.comment_count(n) for n in stored.pull_requests},
            )

    @blueprint.get("/<workspace>/<slug>/pull-requests/<int:number>")
    def pull_request(workspace: str, slug: str, number: int) -> ResponseReturnValue:
        with controls.state.lock:
            stored = controls.state.find(workspace, slug)
            shown = stored.pull_request(number)
            return render_template(
                "pull_request.html",
                repository=stored.repository,
                pull_request=shown,
                comments=list(stored.comments.get(number, {}).values()),
                commits=[
                    CommitView(stored.commits[commit], stored.statuses_of([commit]))
                    for commit in shown.commits
                ],
                deliveries=latest_deliveries(controls, stored, number),
            )

    @blueprint.get("/<workspace>/<slug>/commits/<revision>")
    def commit(workspace: str, slug: str, revision: str) -> ResponseReturnValue:
        with controls.state.lock:
            stored = controls.state.find(workspace, slug)
            found = stored.commit(revision)
            return render_template(
                "commit.html",
                repository=stored.repository,
                view=CommitView(found, stored.statuses_of([found.hash])),
            )

    @blueprint.get("/_avatars/<uuid>.svg")
    def avatar(uuid: str) -> ResponseReturnValue:
        colour = int(hashlib.sha256(uuid.encode()).hexdigest(), 16) % 360
        drawing = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
            f'<circle cx="16" cy="16" r="16" fill="hsl({colour} 45% 45%)"/></svg>'
        )
        return Response(drawing, mimetype="image/svg+xml")

    return blueprint
