"""The steps from the kept report to the bytes of its page."""

import gzip
from collections.abc import Callable

from bitbucket_integration.published_report import PublishedReport
from bitbucket_integration.stores.packing import packed, unpacked
from full_report.report_document import report_document
from full_report.report_page import report_page
from full_report.selection import Selection
from full_report.shown_report import ShownReport
from tests.unit.large_report import large_diffs
from tests.unit.published_reports import judged, published


def steps() -> dict[str, Callable[[], object]]:
    """Each step by its name."""
    report = published(judged(large_diffs()))
    content = packed(report)
    shown = ShownReport(report, ())
    html = report_page(shown, Selection()).html.encode()
    print(f"kept {len(content):,} bytes, page {len(html):,} bytes")
    return {
        "report page: pack what is kept": lambda: packed(report),
        "report page: unpack it": lambda: unpacked(PublishedReport, content),
        "report page: render": lambda: report_page(shown, Selection()),
        "report page: render a search": lambda: report_page(shown, Selection("measure_4")),
        "report page: compress": lambda: gzip.compress(html, compresslevel=6),
        "report page: as JSON": lambda: report_document(shown, Selection()),
    }
