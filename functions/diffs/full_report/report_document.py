"""The full report as data: what the page says, as JSON."""

from typing import Any

from pydantic import TypeAdapter

from bitbucket_integration.judged_report import JudgedModel
from bitbucket_integration.published_report import Changes, ReportSummary
from full_report.selection import Selection, pages
from full_report.shown_report import ShownReport

_MODEL = TypeAdapter(JudgedModel)
_CHANGES: TypeAdapter[Changes | None] = TypeAdapter(Changes | None)
_HISTORY = TypeAdapter(tuple[ReportSummary, ...])


def report_document(shown: ShownReport, selection: Selection) -> dict[str, Any]:
    """Plain values; a count that was not reported is None."""
    published = shown.published
    fitting = selection.of(enumerate(published.report.models, 1))
    cut = pages(fitting)
    page = min(max(selection.page, 1), len(cut))
    return {
        "repository": published.repository,
        "repository_url": published.repository_url,
        "pull_request": published.pull_request_id,
        "pull_request_url": published.pull_request_url,
        "pull_request_title": published.pull_request_title,
        "pull_request_head": shown.head or None,
        "moved_on": shown.has_moved_on,
        "commit": published.commit,
        "created_at": published.created_at,
        "formats": list(published.formats),
        "level": published.report.level.value,
        "models": [_model(one) for _, one in cut[page - 1]],
        "page": page,
        "pages": len(cut),
        "ignored": list(published.report.ignored),
        "changes": _CHANGES.dump_python(published.changes, mode="json"),
        "history": _HISTORY.dump_python(shown.history, mode="json"),
    }


def _model(one: JudgedModel) -> dict[str, Any]:
    fields: dict[str, Any] = _MODEL.dump_python(one, mode="json")
    return {"level": one.level.value} | fields
