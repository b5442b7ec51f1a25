"""The pages that people look at: repositories, pull requests with their comments and statuses."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from flask import Blueprint, Response, redirect, render_template, request

from local.bitbucket import page_addresses
from local.bitbucket.markdown import render
from local.bitbucket.model import NotThereError, Provider
from local.bitbucket.page_addresses import CONTEXT_PATH

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from local.bitbucket.code_insights import InsightReport
    from local.bitbucket.controls import Controls
    from local.bitbucket.deliveries import Delivery
    from local.bitbucket.model import Account, BuildStatus, Commit
    from local.bitbucket.state import RepositoryState, State

    View = Callable[..., ResponseReturnValue]

LATEST_DELIVERIES = 5
CLOUD = "/<workspace>/<slug>"
DATA_CENTER = (
    f"{CONTEXT_PATH}/projects/<key>/repos/<slug>",
    f"{CONTEXT_PATH}/users/<user>/repos/<slug>",
)


@dataclass(frozen=True)
class CommitView:
    """A commit with what builds and reports say of it."""

    commit: Commit
    statuses: list[BuildStatus]
    reports: list[InsightReport]

    @classmethod
    def of(cls, stored: RepositoryState, commit: str) -> Self:
        """The commit with that hash."""
        return cls(stored.commits[commit], stored.statuses_of([commit]), stored.insights_of(commit))


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


def _project_key(key: str = "", user: str = "") -> str:
    return key or f"~{user}"


def _found(state: State, slug: str, workspace: str = "", **project: str) -> RepositoryState:
    if workspace:
        return state.find(workspace, slug)
    return state.find_on_data_center(_project_key(**project), slug)


def _moved_to(state: State, slug: str, workspace: str = "", **project: str) -> str | None:
    """The same page of the repository that was at this address, if it is elsewhere now."""
    repository = None if workspace else state.moved_to(_project_key(**project), slug)
    if repository is None:
        return None
    rest = request.path.split("/")[6:]
    return "/".join((f"{page_addresses.group(repository)}/repos/{repository.slug}", *rest))


def _in_repository(
    blueprint: Blueprint, state: State, cloud: str, *data_center: str
) -> Callable[[View], View]:
    """Show a page at that path of a Cloud repository, and at those of one on Data Center."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def shown(slug: str, **names: Any) -> ResponseReturnValue:
            rest = {n: names.pop(n) for n in ("number", "revision") if n in names}
            with state.lock:
                moved = _moved_to(state, slug, **names)
                if moved:
                    return redirect(moved)
                return view(_found(state, slug, **names), **rest)

        for path in [CLOUD + cloud, *(root + end for root in DATA_CENTER for end in data_center)]:
            blueprint.add_url_rule(path, view_func=shown)
        return view

    return decorate


def create_blueprint(controls: Controls) -> Blueprint:
    """The pages."""
    blueprint = Blueprint("pages", __name__)
    for helper in (hue, initials, when, markdown):
        blueprint.add_app_template_filter(helper)

    in_repository = functools.partial(_in_repository, blueprint, controls.state)

    @blueprint.errorhandler(NotThereError)
    def not_there(_: NotThereError) -> ResponseReturnValue:
        return render_template("not_there.html"), 404

    blueprint.app_context_processor(lambda: {"page_of": page_addresses})

    @blueprint.get("/", defaults={"workspace": None})
    @blueprint.get("/<workspace>/")
    def repositories(workspace: str | None) -> ResponseReturnValue:
        with controls.state.lock:
            shown = [s.repository for s in controls.state.repositories.values()]
        chosen = [r for r in shown if workspace in (None, r.workspace, r.workspace_uuid)]
        return render_template("repositories.html", repositories=chosen)

    @blueprint.get(f"{CONTEXT_PATH}/")
    @blueprint.get(f"{CONTEXT_PATH}/projects/<key>")
    @blueprint.get(f"{CONTEXT_PATH}/users/<user>")
    def project(**names: str) -> ResponseReturnValue:
        key = _project_key(**names).upper() if names else None
        with controls.state.lock:
            shown = [s.repository for s in controls.state.of(Provider.DATA_CENTER)]
        chosen = [r for r in shown if key in (None, r.project_key)]
        return render_template("repositories.html", repositories=chosen)

    @in_repository("/", "/browse", "/pull-requests")
    def pull_requests(stored: RepositoryState) -> ResponseReturnValue:
        return render_template(
            "pull_requests.html",
            repository=stored.repository,
            pull_requests=list(stored.pull_requests.values())[::-1],
            statuses={p.id: stored.statuses_of([p.head]) for p in stored.pull_requests.values()},
            comment_counts={n: stored.comment_count(n) for n in stored.pull_requests},
        )

    @in_repository(
        "/pull-requests/<int:number>",
        "/pull-requests/<int:number>",
        "/pull-requests/<int:number>/overview",
    )
    def pull_request(stored: RepositoryState, number: int) -> ResponseReturnValue:
        shown = stored.pull_request(number)
        # Cloud leaves a note where a comment was, Data Center nothing.
        keeps_deleted = stored.repository.provider is Provider.CLOUD
        return render_template(
            "pull_request.html",
            repository=stored.repository,
            pull_request=shown,
            comments=[
                comment
                for comment in stored.comments.get(number, {}).values()
                if keeps_deleted or not comment.deleted
            ],
            commits=[CommitView.of(stored, commit) for commit in shown.commits],
            deliveries=latest_deliveries(controls, stored, number),
        )

    @in_repository("/commits/<revision>", "/commits/<revision>")
    def commit(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        return render_template(
            "commit.html",
            repository=stored.repository,
            view=CommitView.of(stored, stored.commit(revision).hash),
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
