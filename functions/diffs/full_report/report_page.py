"""The full report as one HTML document that needs nothing else: pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bitbucket_integration.judged_report import JudgedReport, Level
from bitbucket_integration.model_diff import Outcome
from bitbucket_integration.plain_words import count, visible
from bitbucket_integration.shares import rows_in_both
from bitbucket_integration.web_page import WebPage, policy_hash
from full_report import figures, model_facts
from full_report.report_plots import match_plot, row_plot
from full_report.selection import Numbered, Selection, pages
from full_report.shown_report import ShownReport

MOST_FINDINGS = 50
_MOST_OPEN = 5
_LEVELS = tuple(sorted(Level, key=lambda level: -level.severity))
_TEMPLATES = Path(__file__).parent / "templates"


def report_page(shown: ShownReport, selection: Selection) -> WebPage:
    """The page of a report."""
    report = shown.published.report
    numbered = list(enumerate(report.models, 1))
    fitting = selection.of(numbered) if selection.is_narrow else numbered
    cut = pages(fitting)
    page = min(max(selection.page, 1), len(cut))
    everything = len(fitting) == len(numbered)
    return _document(
        "report.html",
        shown=shown,
        published=shown.published,
        report=report,
        selection=selection,
        models=cut[page - 1],
        fitting=len(fitting),
        page=page,
        pages=len(cut),
        place=_Places(numbered, cut[page - 1], selection).address,
        tally=_tally(report),
        findings=_findings(numbered),
        row_plot=row_plot(numbered),
        match_plot=match_plot(numbered),
        # Search without a round trip needs all models at hand.
        is_whole=everything and len(cut) == 1,
        opened={number for number, one in numbered if one.findings and number <= _MOST_OPEN},
    )


def message_page(title: str, paragraphs: Sequence[str]) -> WebPage:
    """A page that says why there is no report to be seen, and what to do."""
    return _document("message.html", title=title, paragraphs=paragraphs)


def _document(template: str, **values: Any) -> WebPage:
    environment = _environment()
    html = environment.get_template(template).render(values)
    policy = (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self';"
        f" img-src data:; style-src '{_hash('style.css')}'; script-src '{_hash('script.js')}'"
    )
    return WebPage(html, policy)


def _findings(models: list[Numbered]) -> dict[str, Any]:
    found = [
        (number, one.diff.model, finding) for number, one in models for finding in one.findings
    ]
    return {"shown": found[:MOST_FINDINGS], "more": len(found) - len(found[:MOST_FINDINGS])}


def _tally(report: JudgedReport) -> dict[str, Any]:
    levels = Counter(one.level for one in report.models)
    rows = [one.diff.rows for one in report.models if one.diff.rows]
    silent = sum(
        one.diff.outcome is Outcome.DIFFERENT and one.diff.rows is None for one in report.models
    )
    sums = {
        name: figures.total(getattr(one, name) for one in rows)
        for name in ("added", "removed", "changed")
    }
    return {
        "models": len(report.models),
        "differing": sum(one.diff.outcome is Outcome.DIFFERENT for one in report.models),
        "levels": {level: levels[level] for level in _LEVELS},
        "rows": {name: (value, missing + silent) for name, (value, missing) in sums.items()},
    }


class _Places:
    """Where on the report's pages a model is."""

    def __init__(self, models: list[Numbered], on_page: list[Numbered], here: Selection) -> None:
        """Of all the models some are on the page that is made."""
        self._here = here
        self._on_page = {number for number, _ in on_page}
        self._lasts = [page[-1][0] for page in pages(models) if page]

    def address(self, number: int) -> str:
        """The address of a model, also of one that the selection leaves out."""
        if number in self._on_page:
            return f"#m{number}"
        page = 1 + bisect_left(self._lasts, number)
        return f"{self._here.address(search='', level=None, page=page)}#m{number}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": figures.number,
        "counted": count,
        "time": _time,
        "bitbucket": _bitbucket_address,
    }
    environment.globals |= {
        "facts": model_facts,
        "share": figures.share,
        "in_both": rows_in_both,
        "levels": _LEVELS,
        "style": _text("style.css"),
        "script": _text("script.js"),
        "not_reported": figures.NOT_REPORTED,
    }
    return environment


@cache
def _text(name: str) -> str:
    text = (_TEMPLATES / name).read_text()
    if name == "style.css":
        # A policy with hashes forbids style attributes: each width of a bar is a class.
        text += "".join(f".b{width}{{--w:{width}%}}" for width in range(101))
    return text


@cache
def _hash(name: str) -> str:
    return policy_hash(_text(name))


def _harmless(value: Any) -> Any:
    return visible(value) if type(value) is str else value


def _time(iso: str) -> str:
    try:
        moment = datetime.fromisoformat(iso).astimezone(UTC)
    except ValueError:
        return iso
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def _bitbucket_address(url: str) -> str:
    """Pass an address on if a browser only goes there; empty otherwise."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"https", "http"} and parts.hostname else ""
