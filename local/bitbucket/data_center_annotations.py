"""Code Insights of Data Center's API: the annotations of a report.

Only who created the report may annotate it; an administrator may delete its annotations, too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from local.bitbucket import data_center_insight_bodies as bodies
from local.bitbucket import data_center_payloads as payloads
from local.bitbucket.code_insights import MOST_ANNOTATIONS, Annotation, InsightReport
from local.bitbucket.data_center_api import DataCenterApi, body
from local.bitbucket.data_center_errors import bad_request
from local.bitbucket.data_center_insights import (
    REPORT,
    check_creator,
    check_creator_or_admin,
    the_report,
)
from local.bitbucket.state import braced_uuid

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from local.bitbucket.state import RepositoryState

ANNOTATIONS = f"{REPORT}/annotations"
ANNOTATION = f"{ANNOTATIONS}/<path:external_id>"


def create_blueprint(api: DataCenterApi) -> Blueprint:
    """The calls; each asks for REPO_READ."""
    blueprint = Blueprint("annotations", __name__)

    @blueprint.get(ANNOTATIONS)
    @api.needs("REPO_READ")
    def annotations(stored: RepositoryState, revision: str, report: str) -> ResponseReturnValue:
        found = the_report(stored, revision, report).annotations
        return jsonify({"annotations": [payloads.annotation(one, report) for one in found]})

    @blueprint.post(ANNOTATIONS)
    @api.needs("REPO_READ")
    def annotate(stored: RepositoryState, revision: str, report: str) -> ResponseReturnValue:
        found = the_report(stored, revision, report)
        check_creator(found)
        wanted = bodies.several_annotations(body())
        # Those that are there already are kept, and counted: nothing is replaced.
        _store(stored, found, [*found.annotations, *(_annotation(one, api) for one in wanted)])
        return "", 204

    @blueprint.put(ANNOTATION)
    @api.needs("REPO_READ")
    def put_annotation(
        stored: RepositoryState, revision: str, report: str, external_id: str
    ) -> ResponseReturnValue:
        found = the_report(stored, revision, report)
        check_creator(found)
        wanted = bodies.annotation(body() | {"externalId": external_id})
        others = [one for one in found.annotations if one.external_id != external_id]
        _store(stored, found, [*others, _annotation(wanted, api)])
        return "", 204

    @blueprint.delete(ANNOTATIONS)
    @api.needs("REPO_READ")
    def delete_annotations(
        stored: RepositoryState, revision: str, report: str
    ) -> ResponseReturnValue:
        found = the_report(stored, revision, report)
        check_creator_or_admin(stored, found)
        named = request.args.getlist("externalId")
        _store(
            stored, found, [a for a in found.annotations if named and a.external_id not in named]
        )
        return "", 204

    return blueprint


def _annotation(wanted: dict[str, Any], api: DataCenterApi) -> Annotation:
    return Annotation(
        uuid=braced_uuid("annotation", str(api.state.number_of("annotation"))),
        external_id=wanted.get("externalId"),
        message=wanted["message"],
        severity=wanted["severity"],
        created_on=api.state.now(),
        path=wanted.get("path", ""),
        line=wanted.get("line", 0),
        link=wanted.get("link", ""),
        more={name: wanted[name] for name in ("type",) if name in wanted},
    )


def _store(stored: RepositoryState, report: InsightReport, annotations: list[Annotation]) -> None:
    if len(annotations) > MOST_ANNOTATIONS:
        message = f"A report cannot have more than {MOST_ANNOTATIONS} annotations."
        raise bad_request(message)
    changed = replace(report, annotations=tuple(annotations))
    stored.insights[report.commit, report.key] = changed
