"""The comment on a pull request: what its report says, in Markdown that both Bitbuckets render.

Everything is computed from what is passed in, so the same report makes the same bytes.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bitbucket_integration.judged_report import JudgedModel, JudgedReport
from bitbucket_integration.plain_words import count
from bitbucket_integration.published_report import Changes
from comment.change_line import change_line
from comment.finding_lines import finding_lines
from comment.markdown import code, link, text
from comment.model_section import SectionDetail, section
from comment.models_table import (
    SHORTEST_ROW,
    ModelsTable,
    is_listed,
    leaves_counts_out,
    models_table,
)
from comment.report_footer import footer
from model_names import shared_schemas, short_names
from row_numbers import NOT_REPORTED
from verdict import Verdict, verdict_of

# Data Center takes "less than 32768 characters"; Cloud states no limit and took far more.
MAX_CHARACTERS = 32_000
_COMMIT = re.compile(r"[0-9a-f]{12,40}")


@dataclass(frozen=True, slots=True)
class ReportComment:
    """What a comment is rendered from.

    The report is about `commit`; `head_commit` is where the pull request is now. Both are full
    hashes, unless Bitbucket shows a fork's only shortened. `updated_at` is when the newest results
    came, in ISO 8601 with its zone, or empty. The addresses are ours, or None where there is none
    to show. `left_out` is a sentence that says why there will be no report on `head_commit`.
    """

    report: JudgedReport
    commit: str
    head_commit: str
    marker: str
    commit_url: str | None = None
    head_commit_url: str | None = None
    report_url: str | None = None
    updated_at: str = ""
    changes: Changes | None = None
    left_out: str = ""

    def __post_init__(self) -> None:
        for commit in (self.commit, self.head_commit):
            if not _COMMIT.fullmatch(commit):
                raise ValueError(
                    "a commit is named by its hash, in lower case and of 12 digits at least"
                )

    @property
    def is_stale(self) -> bool:
        """Whether the pull request has moved on from the commit of the results."""
        return self.commit != self.head_commit


@dataclass(frozen=True, slots=True)
class Detail:
    """How much a comment shows: lines of findings, sections, and what is in each of these."""

    findings: int
    sections: int
    section: SectionDetail


SHORTENED = (
    Detail(findings=15, sections=10, section=SectionDetail(10, 10, 5)),
    Detail(findings=15, sections=5, section=SectionDetail(10, 10, 5)),
    Detail(findings=15, sections=5, section=SectionDetail(5, 5, 3)),
    Detail(findings=10, sections=3, section=SectionDetail(3, 3, 0)),
    Detail(findings=10, sections=0, section=SectionDetail(0, 0, 0)),
)
"""The steps in which a comment is shortened. After the last one, the table loses its last rows."""
_ROWS_BESIDE_PAGE = 50
_UNCHANGED_NAMED = 5
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class _Material:
    """What every step is made of, computed once. `listed` models have a row, `unchanged` none."""

    comment: ReportComment
    verdict: Verdict
    names: dict[str, str]
    listed: Sequence[JudgedModel]
    unchanged: Sequence[JudgedModel]
    table: ModelsTable
    schemas: tuple[str, str] | None
    counts_left_out: bool


def render(comment: ReportComment) -> str:
    """Write the comment's Markdown, shortened step by step until it fits MAX_CHARACTERS."""
    material = _material(comment)
    rows = len(material.table.rows)
    # Where even the shortest rows would not fit, no time goes into trying them.
    if comment.report_url or rows == len(material.listed):
        for detail in SHORTENED:
            markdown = _compose(material, detail, rows)
            if length(markdown) <= MAX_CHARACTERS:
                return markdown
    shortest = partial(_compose, material, SHORTENED[-1])
    fitting = bisect_right(range(rows), MAX_CHARACTERS, key=lambda shown: length(shortest(shown)))
    return shortest(max(fitting - 1, 0))


def length(comment: str) -> int:
    """Count as Data Center (Java) does, in UTF-16 code units: never fewer than characters."""
    return len(comment.encode("utf-16-le")) // 2


def _material(comment: ReportComment) -> _Material:
    diffs = [model.diff for model in comment.report.models]
    names = short_names(diff.model for diff in diffs)
    listed: list[JudgedModel] = []
    unchanged: list[JudgedModel] = []
    for model in comment.report.models:
        (listed if is_listed(model) else unchanged).append(model)
    most = _ROWS_BESIDE_PAGE if comment.report_url else MAX_CHARACTERS // SHORTEST_ROW
    table = models_table(listed[:most], names)
    return _Material(
        comment,
        verdict_of(comment.report),
        names,
        listed,
        unchanged,
        table,
        shared_schemas(diffs),
        any(leaves_counts_out(model.diff) for model in listed[:most]),
    )


def _compose(material: _Material, detail: Detail, rows: int) -> str:
    comment, verdict, names = material.comment, material.verdict, material.names
    blocks = [_verdict_line(comment, verdict), *_summary(material)]
    if comment.is_stale:
        blocks.append(_stale_notice(comment))
    if comment.changes:
        blocks.append(change_line(comment.changes, names))
    findings = finding_lines(material.listed, names, detail.findings)
    if findings:
        blocks.append("\n".join(findings))
    if rows:
        blocks.append(material.table.show(rows))
    left_out = len(material.listed) - rows
    if left_out:
        blocks.append(f"… and {count(left_out, 'more model')} with differences or findings.")
    blocks += _sections(material, detail)
    if 0 < len(material.unchanged) <= _UNCHANGED_NAMED:
        blocks.append(_unchanged(material))
    blocks += [_about(material), *_last_link(comment), footer(comment.marker)]
    return "\n\n".join(blocks)


def _verdict_line(comment: ReportComment, verdict: Verdict) -> str:
    title = f"Data diff {verdict.title}"
    if comment.is_stale:
        title = f"Outdated data diff (commit {comment.commit[:12]}): {verdict.title}"
    return f"**{title}** — {verdict.finding}"


def _summary(material: _Material) -> list[str]:
    comment, verdict = material.comment, material.verdict
    sentences = []
    if verdict.extent:
        sentences.append(f"{verdict.extent[:1].upper()}{verdict.extent[1:]}.")
    if verdict.ignored and verdict.models:
        sentences.append(f"{count(verdict.ignored, 'model')} ignored by the settings.")
    if comment.report_url and material.listed:
        sentences.append(link("Full report", comment.report_url))
    return [" ".join(sentences)] if sentences else []


def _stale_notice(comment: ReportComment) -> str:
    missing = "whose results have not arrived yet."
    if comment.left_out:
        missing = f"which is not reported on. {text(comment.left_out, _LONGEST_REASON)}"
    return (
        f"> **These results are not about the current commit.** They are about "
        f"{_commit(comment.commit[:12], comment.commit_url)}; the pull request is now at "
        f"{_commit(comment.head_commit[:12], comment.head_commit_url)}, {missing}"
    )


def _sections(material: _Material, detail: Detail) -> list[str]:
    blocks: list[str] = []
    shown = 0
    for model in material.listed:
        if shown == detail.sections:
            blocks.append(
                f"Details of the first {count(shown, 'model')} only."
                if shown
                else "Details are left out to fit into a comment."
            )
            break
        name = material.names[model.diff.model]
        about = section(model, name, detail.section, named_tables=material.schemas is None)
        shown += bool(about)
        blocks += about
    return blocks


def _unchanged(material: _Material) -> str:
    named = ", ".join(code(material.names[model.diff.model]) for model in material.unchanged)
    return f"{count(len(material.unchanged), 'model')} without differences: {named}."


def _about(material: _Material) -> str:
    comment = material.comment
    base, head = "production", "the pull request"
    if material.schemas:
        base, head = (
            f"{base} ({code(material.schemas[0])})",
            f"{head} ({code(material.schemas[1])})",
        )
    came = f", results of {_time(comment.updated_at)}" if comment.updated_at else ""
    lines = [
        f"Commit {_commit(comment.commit, comment.commit_url)}{came}.",
        f"Base is {base}, head is {head}.",
    ]
    if material.verdict.any_differs:
        lines.append(
            "Added and removed rows are also told in percent of base, "
            "changed rows in percent of the rows in both."
        )
    if material.counts_left_out:
        lines.append(f"{NOT_REPORTED} means not reported.")
    return " ".join(lines)


def _time(iso: str) -> str:
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _last_link(comment: ReportComment) -> list[str]:
    if not comment.report_url:
        return []
    return [f"{link('Full report', comment.report_url)} with every model and exact numbers."]


def _commit(shown: str, url: str | None) -> str:
    return link(f"`{shown}`", url) if url else f"`{shown}`"
