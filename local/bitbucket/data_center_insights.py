"""Code Insights of Data Center's API: reports on commits.

Only who created a report may replace it; an administrator may delete it, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, jsonify, request

from local.bitbucket import data_center_access as access
from local.bitbucket import data_center_insight_bodies as bodies
from local.bitbucket import data_center_payloads as payloads
from local.bitbucket.code_insights import InsightReport
from local.bitbucket.data_center_api import COMMIT, DataCenterApi, body, frame, the_commit
from local.bitbucket.data_center_builds import whole_hash
from local.bitbucket.data_center_errors import DataCenterError, not_permitted
from local.bitbucket.data_center_paging import page
from local.bitbucket.state import braced_uuid

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState

REPORTS = f"{COMMIT}/reports"
REPORT = f"{REPORTS}/<report>"


def create_blueprint(api: DataCenterApi) -> Blueprint:
    """The calls of /rest/insights; each asks for REPO_READ."""
    blueprint = frame("insights", "insights")

    @blueprint.put(REPORT)
    @api.needs("REPO_READ")
    def put(stored: RepositoryState, revision: str, report: str) -> ResponseReturnValue:
        commit, now = the_commit(stored, whole_hash(revision)).hash, api.state.now()
        wanted = bodies.report(body())
        old = stored.insights.get((commit, report))
        if old:
            check_creator(old)
        new = InsightReport(
            uuid=braced_uuid("report", stored.repository.uuid, commit, report),
            commit=commit,
            key=report,
            author=g.http_token.account,
            title=wanted["title"],
            details=wanted.get("details", ""),
            result=wanted.get("result", ""),
            reporter=wanted.get("reporter", ""),
            link=wanted.get("link", ""),
            data=tuple(wanted["data"]),
            created_on=old.created_on if old else now,
            updated_on=now,
            more={name: wanted[name] for name in ("logoUrl",) if name in wanted},
            annotations=old.annotations if old else (),
        )
        stored.insights[commit, report] = new
        return jsonify(payloads.insight_report(new, api.rendering()))

    @blueprint.get(REPORTS)
    @api.needs("REPO_READ")
    def listed(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        found = stored.insights_of(the_commit(stored, whole_hash(revision)).hash)
        at = api.rendering()
        return jsonify(page(found, lambda one: payloads.insight_report(one, at), request.args))

    @blueprint.get(REPORT)
    @api.needs("REPO_READ")
    def one(stored: RepositoryState, revision: str, report: str) -> ResponseReturnValue:
        found = the_report(stored, revision, report)
        return jsonify(payloads.insight_report(found, api.rendering()))

    @blueprint.delete(REPORT)
    @api.needs("REPO_READ")
    def delete(stored: RepositoryState, revision: str, report: str) -> ResponseReturnValue:
        found = the_report(stored, revision, report)
        check_creator_or_admin(stored, found)
        del stored.insights[found.commit, found.key]
        return "", 204

    return blueprint


def the_report(stored: RepositoryState, revision: str, key: str) -> InsightReport:
    """The report, or 404."""
    commit = the_commit(stored, whole_hash(revision)).hash
    try:
        return stored.insights[commit, key]
    except KeyError:
        message = f"The insight report '{key}' does not exist."
        raise DataCenterError(404, message, "codeinsights.NoSuchInsightReportException") from None


def check_creator(report: InsightReport) -> None:
    """Refuse the call of anyone else; an administrator, too."""
    if report.author.uuid != g.http_token.account.uuid:
        raise not_permitted()


def check_creator_or_admin(stored: RepositoryState, report: InsightReport) -> None:
    """Refuse the call of anyone else."""
    if not access.allows(g.http_token, stored.repository, "REPO_ADMIN"):
        check_creator(report)
