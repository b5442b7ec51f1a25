"""Code Insights in Bitbucket Data Center's JSON, with the limits that its reference states."""

from collections.abc import Sequence
from typing import Any

from bitbucket_integration.bitbucket.code_insights import (
    Annotation,
    DataField,
    InsightReport,
    Link,
)
from bitbucket_integration.bitbucket.text_limits import shortened

_MOST_DATA_FIELDS = 6
_LONGEST_TITLE = 450
_LONGEST_DETAILS = 2000
_LONGEST_MESSAGE = 2000


def report_body(report: InsightReport) -> dict[str, Any]:
    """A report; `data` has to be there even when it is empty."""
    return {
        "title": shortened(report.title, _LONGEST_TITLE),
        "details": shortened(report.details, _LONGEST_DETAILS),
        "reporter": shortened(report.reporter, _LONGEST_TITLE),
        "link": report.link,
        "result": "PASS" if report.passed else "FAIL",
        "data": [_field(field) for field in report.data[:_MOST_DATA_FIELDS]],
    }


def annotations_body(annotations: Sequence[Annotation]) -> dict[str, Any]:
    """All annotations of a report in one."""
    return {"annotations": [_annotation(one) for one in annotations]}


def _annotation(annotation: Annotation) -> dict[str, Any]:
    return {
        "externalId": annotation.external_id,
        "type": "BUG",
        "path": annotation.path,
        "message": shortened(annotation.message, _LONGEST_MESSAGE),
        "severity": annotation.severity.value,
    }


def _field(field: DataField) -> dict[str, Any]:
    value: Any = field.value
    if isinstance(value, Link):
        value = {"linktext": value.text, "href": value.url}
    return {"title": field.title, "type": field.type.value, "value": value}
