"""Code Insights of Bitbucket Cloud's API: reports on commits, and their annotations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, jsonify, request

from local.bitbucket import cloud_insight_bodies as bodies
from local.bitbucket import cloud_payloads
from local.bitbucket.cloud_api import COMMIT, CloudApi, body, the_commit
from local.bitbucket.cloud_errors import CloudError, insights_refusal
from local.bitbucket.cloud_paging import page
from local.bitbucket.code_insights import MOST_ANNOTATIONS, Annotation, InsightReport
from local.bitbucket.state import braced_uuid

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState

REPORTS = f"{COMMIT}/reports"
REPORT = f"{REPORTS}/<key>"
ANNOTATIONS = f"{REPORT}/annotations"
ANNOTATION = f"{ANNOTATIONS}/<path:identity>"


def create_blueprint(api: CloudApi) -> Blueprint:
    """The calls; all of them ask for `repository` only."""
    blueprint = Blueprint("insights", __name__)

    @blueprint.put(REPORT)
    @api.needs("repository")
    def put(stored: RepositoryState, revision: str, key: str) -> ResponseReturnValue:
        commit, now = the_commit(stored, revision).hash, api.state.now()
        wanted = bodies.report(body())
        old = stored.insights.get((commit, key))
        report = InsightReport(
            uuid=braced_uuid("report", stored.repository.uuid, commit, key),
            commit=commit,
            key=key,
            author=g.token.account,
            title=wanted["title"],
            details=wanted["details"],
            result=wanted.get("result", ""),
            reporter=wanted.get("reporter", ""),
            link=wanted.get("link", ""),
            data=tuple(wanted.get("data", ())),
            created_on=old.created_on if old else now,
            updated_on=now,
            more=_more(wanted, "report_type", "logo_url", "remote_link_enabled"),
            annotations=old.annotations if old else (),
        )
        stored.insights[commit, key] = report
        return jsonify(cloud_payloads.insight_report(report))

    @blueprint.get(REPORTS)
    @api.needs("repository")
    def listed(stored: RepositoryState, revision: str) -> ResponseReturnValue:
        found = stored.insights_of(the_commit(stored, revision).hash)
        return jsonify(page(found, cloud_payloads.insight_report, request.args, request.base_url))

    @blueprint.get(REPORT)
    @api.needs("repository")
    def one(stored: RepositoryState, revision: str, key: str) -> ResponseReturnValue:
        return jsonify(cloud_payloads.insight_report(the_report(stored, revision, key)))

    @blueprint.delete(REPORT)
    @api.needs("repository")
    def delete(stored: RepositoryState, revision: str, key: str) -> ResponseReturnValue:
        # 204 is all that is described; whether a report was there is not told.
        stored.insights.pop((the_commit(stored, revision).hash, key), None)
        return "", 204

    @blueprint.get(ANNOTATIONS)
    @api.needs("repository")
    def annotations(stored: RepositoryState, revision: str, key: str) -> ResponseReturnValue:
        found = the_report(stored, revision, key).annotations
        return jsonify(page(found, cloud_payloads.annotation, request.args, request.base_url))

    @blueprint.post(ANNOTATIONS)
    @api.needs("repository")
    def annotate(stored: RepositoryState, revision: str, key: str) -> ResponseReturnValue:
        report = the_report(stored, revision, key)
        wanted = bodies.several_annotations(request.get_json(silent=True))
        added = [_annotation(report, one, api.state.now()) for one in wanted]
        _store(stored, report, added)
        return jsonify([cloud_payloads.annotation(one) for one in added])

    @blueprint.put(ANNOTATION)
    @api.needs("repository")
    def put_annotation(
        stored: RepositoryState, revision: str, key: str, identity: str
    ) -> ResponseReturnValue:
        report = the_report(stored, revision, key)
        wanted = bodies.annotation(body() | {"external_id": identity})
        added = _annotation(report, wanted, api.state.now())
        _store(stored, report, [added])
        return jsonify(cloud_payloads.annotation(added))

    @blueprint.delete(ANNOTATION)
    @api.needs("repository")
    def delete_annotation(
        stored: RepositoryState, revision: str, key: str, identity: str
    ) -> ResponseReturnValue:
        report = the_report(stored, revision, key)
        kept = tuple(a for a in report.annotations if identity not in (a.external_id, a.uuid))
        stored.insights[report.commit, key] = replace(report, annotations=kept)
        return "", 204

    return blueprint


def the_report(stored: RepositoryState, revision: str, key: str) -> InsightReport:
    """The report by its id or its uuid, or 404."""
    commit = the_commit(stored, revision).hash
    for report in stored.insights_of(commit):
        if key in (report.key, report.uuid):
            return report
    raise CloudError(404, f"Report {key} not found")


def _annotation(report: InsightReport, wanted: dict[str, Any], now: datetime) -> Annotation:
    return Annotation(
        uuid=braced_uuid("annotation", report.uuid, wanted["external_id"]),
        external_id=wanted["external_id"],
        message=wanted["summary"],
        severity=wanted.get("severity", ""),
        created_on=now,
        path=wanted.get("path", ""),
        line=wanted.get("line", 0),
        link=wanted.get("link", ""),
        more=_more(wanted, "annotation_type", "details", "result"),
    )


def _store(stored: RepositoryState, report: InsightReport, added: list[Annotation]) -> None:
    """Keep annotations, each in the place of the one with its id."""
    known = {one.external_id: one for one in (*report.annotations, *added)}
    if len(known) > MOST_ANNOTATIONS:
        message = f"A report has at most {MOST_ANNOTATIONS} annotations."
        raise insights_refusal(message)
    changed = replace(report, annotations=tuple(known.values()))
    stored.insights[report.commit, report.key] = changed


def _more(wanted: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: wanted[name] for name in names if name in wanted}
