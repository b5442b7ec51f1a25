"""Code Insights in Bitbucket Cloud's JSON.

Limits: the reference (data, annotations per request), reviewdog#1344 (summary); the others are
Data Center's, which Cloud states none of.
"""

from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any

from bitbucket_integration.bitbucket.code_insights import (
    Annotation,
    DataField,
    InsightReport,
    Link,
)
from bitbucket_integration.bitbucket.text_limits import shortened

_MOST_DATA_FIELDS = 10
_MOST_AT_ONCE = 100
_LONGEST_TITLE = 450
_LONGEST_DETAILS = 2000
_LONGEST_SUMMARY = 450


def report_body(report: InsightReport) -> dict[str, Any]:
    """A report; of its types none is about data, and TEST comes nearest."""
    return {
        "title": shortened(report.title, _LONGEST_TITLE),
        "details": shortened(report.details, _LONGEST_DETAILS),
        "report_type": "TEST",
        "reporter": shortened(report.reporter, _LONGEST_TITLE),
        "link": report.link,
        "result": "PASSED" if report.passed else "FAILED",
        "data": [_field(field) for field in report.data[:_MOST_DATA_FIELDS]],
    }


def annotation_bodies(annotations: Sequence[Annotation]) -> Iterator[list[dict[str, Any]]]:
    """The annotations, as many at a time as one request may carry."""
    for some in batched(annotations, _MOST_AT_ONCE, strict=False):
        yield [_annotation(one) for one in some]


def _annotation(annotation: Annotation) -> dict[str, Any]:
    body = {
        "external_id": annotation.external_id,
        "annotation_type": "BUG",
        "path": annotation.path,
        "summary": shortened(annotation.message, _LONGEST_SUMMARY),
        "severity": annotation.severity.value,
    }
    if body["summary"] != annotation.message:
        body["details"] = shortened(annotation.message, _LONGEST_DETAILS)
    return body


def _field(field: DataField) -> dict[str, Any]:
    value: Any = field.value
    if isinstance(value, Link):
        value = {"text": value.text, "href": value.url}
    return {"title": field.title, "type": field.type.value, "value": value}
