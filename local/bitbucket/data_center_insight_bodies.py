"""Reading what is said in Code Insights as strictly as Bitbucket Data Center does, or more so.

Limits: `RestSetInsightReportRequest`, `RestSingleAddInsightAnnotationRequest` and the texts beside
them in the reference.
"""

from __future__ import annotations

from typing import Any

from local.bitbucket.code_insights import ANNOTATION_TYPES, DATA_TYPES, fits
from local.bitbucket.data_center_bodies import check_url, only, typed
from local.bitbucket.data_center_errors import bad_value

Json = dict[str, Any]
MOST_DATA_FIELDS = 6
REPORT_LENGTHS = {"title": 450, "reporter": 450, "details": 2000}
# "A string value shorter than 450 characters", says the reference of the id.
ANNOTATION_LENGTHS = {"message": 2000, "externalId": 449, "path": 50000}


def report(body: Json) -> Json:
    """A report, without what is null."""
    known = {"title", "details", "result", "data", "reporter", "link", "logoUrl"}
    only(body, known | {"coverageProviderKey", "createdDate"})
    wanted = _without_null(body)
    _check_texts(wanted, REPORT_LENGTHS, needed="title")
    if wanted.get("result", "PASS") not in ("PASS", "FAIL"):
        raise bad_value("result", "The result is PASS or FAIL.")
    for name in ("link", "logoUrl"):
        if name in wanted:
            check_url(typed(wanted, name, str))
    # The schema demands it, the text beside it does not.
    data = typed(wanted, "data", list)
    if len(data) > MOST_DATA_FIELDS:
        raise bad_value("data", f"A report has at most {MOST_DATA_FIELDS} data fields.")
    for field in data:
        _check_field(field)
    return wanted


def several_annotations(body: Json) -> list[Json]:
    """Some annotations; nobody minds if two are the same."""
    only(body, {"annotations"})
    listed = typed(body, "annotations", list)
    if not listed:
        raise bad_value("annotations", "At least one annotation is required.")
    return [annotation(one) for one in listed]


def annotation(body: object) -> Json:
    """One annotation, without what is null."""
    if not isinstance(body, dict):
        raise bad_value("annotations", "An annotation is an object.")
    only(body, {"externalId", "line", "link", "message", "path", "severity", "type"})
    wanted = _without_null(body)
    _check_texts(wanted, ANNOTATION_LENGTHS, needed="message")
    if wanted.get("severity") not in ("LOW", "MEDIUM", "HIGH"):
        raise bad_value("severity", "The severity is LOW, MEDIUM or HIGH.")
    if wanted.get("type", "BUG") not in ANNOTATION_TYPES:
        raise bad_value("type", f"The type is one of {', '.join(ANNOTATION_TYPES)}.")
    if typed(wanted, "line", int, 0) < 0:
        raise bad_value("line", "The line is not negative.")
    if "link" in wanted:
        check_url(typed(wanted, "link", str))
    return wanted


def _without_null(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not None}


def _check_texts(wanted: Json, lengths: dict[str, int], *, needed: str) -> None:
    for name, longest in lengths.items():
        if len(typed(wanted, name, str, "")) > longest:
            raise bad_value(name, f"The {name} must be at most {longest} characters long.")
    if not wanted.get(needed, "").strip():
        raise bad_value(needed, f"A {needed} is required.")


def _check_field(field: object) -> None:
    if not isinstance(field, dict):
        raise bad_value("data", "A data field is an object.")
    only(field, {"title", "type", "value"})
    title, kind = typed(field, "title", str, ""), field.get("type")
    if not title.strip() or (kind is not None and kind not in DATA_TYPES):
        raise bad_value("data", "A data field has a title, and a type that there is.")
    if not fits(kind, field.get("value"), {"linktext", "href"}):
        raise bad_value("data", f"The value of the data field {title} is not of its type.")
