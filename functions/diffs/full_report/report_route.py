"""`GET /reports/{report_id}`: who asks with the right link sees the report, as HTML or JSON."""

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from bitbucket_integration import http_event
from bitbucket_integration.errors import MissingSecretError
from bitbucket_integration.problem import PROBLEM_TYPE, problem_body
from bitbucket_integration.web_page import PRIVATE_PAGE
from full_report.report_reader import ReportReader, UnknownReportError
from full_report.report_refusals import (
    REPORT_TOO_LARGE,
    REPORT_UNAVAILABLE,
    UNKNOWN_REPORT,
    ReportRefusal,
)
from full_report.selection import Selection

MOST_CHARACTERS = 5_900_000
"""Lambda answers with at most 6 MB, in which what is packed is Base64."""

_MOST_PLAIN_BYTES = 2_000_000
"""Lambda's answer is JSON, in which text that is not packed grows by its quoting."""

_HTML = "text/html; charset=utf-8"
_JSON = "application/json"


def add_report_route(
    app: APIGatewayRestResolver, reader: ReportReader, logger: Logger, metrics: Metrics
) -> None:
    """Let the API show what the reader finds."""

    @app.get("/reports/<report_id>")
    def show(report_id: str) -> Response[Any]:
        event = app.current_event.raw_event
        query = event.get("queryStringParameters") or {}
        as_json = _wants_json(event, query)
        selection = Selection.from_query(query)
        try:
            shown = reader.read(report_id, selection.report)
        except UnknownReportError:
            metrics.add_metric("ReportNotShown", MetricUnit.Count, 1)
            return _refused(UNKNOWN_REPORT, as_json=as_json)
        except (ClientError, BotoCoreError, MissingSecretError):
            logger.exception("failed in AWS")
            return _refused(REPORT_UNAVAILABLE, as_json=as_json)
        published = shown.published
        metrics.add_metric("ReportShown", MetricUnit.Count, 1)
        logger.info(
            "shown",
            integration_id=published.integration_id,
            pull_request_id=published.pull_request_id,
        )
        if as_json:
            from full_report.report_document import report_document  # noqa: PLC0415 as below

            text = json.dumps(report_document(shown, selection), ensure_ascii=False)
            answer = _answer(event, _JSON, text)
        else:
            # Submissions need not wait until a template engine is imported.
            from full_report.report_page import report_page  # noqa: PLC0415

            document = report_page(shown, selection)
            answer = _answer(
                event, _HTML, document.html, {"Content-Security-Policy": document.policy}
            )
        if len(answer.body or "") > MOST_CHARACTERS:
            return _refused(REPORT_TOO_LARGE, as_json=as_json)
        return answer


def _wants_json(event: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    wanted = query.get("format")
    if wanted in {"json", "html"}:
        return wanted == "json"
    accepted = http_event.headers(event).get("accept", "").lower()
    return _JSON in accepted and "text/html" not in accepted


def _answer(
    event: Mapping[str, Any],
    content_type: str,
    text: str,
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    sent = {**PRIVATE_PAGE, **(headers or {})}
    body = text.encode()
    # Who says nothing about encodings takes any (RFC 9110), but many tools unpack none.
    if _accepts_gzip(event) or len(body) > _MOST_PLAIN_BYTES:
        packed = base64.b64encode(gzip.compress(body, compresslevel=6, mtime=0)).decode()
        sent["Content-Encoding"] = "gzip"
        answer = Response(200, content_type, packed, sent)
        # Powertools packs bytes itself, but would write them as JSON where the answer is JSON.
        answer.base64_encoded = True
        return answer
    return Response(200, content_type, text, sent)


def _accepts_gzip(event: Mapping[str, Any]) -> bool:
    offered = http_event.headers(event).get("accept-encoding", "").lower()
    for coding in offered.split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _refused(refusal: ReportRefusal, *, as_json: bool) -> Response[Any]:
    sent = dict(PRIVATE_PAGE)
    if refusal.retry_seconds:
        sent["Retry-After"] = str(refusal.retry_seconds)
    if as_json:
        body = problem_body(refusal.status, refusal.reason, refusal.detail)
        return Response(refusal.status, PROBLEM_TYPE, json.dumps(body), sent)
    from full_report.report_page import message_page  # noqa: PLC0415 as above

    document = message_page(refusal.title, refusal.paragraphs)
    sent["Content-Security-Policy"] = document.policy
    return Response(refusal.status, _HTML, document.html, sent)
