"""The comment on a pull request: what its results say, in Markdown that both Bitbuckets render.

Everything is computed from what is passed in, so the same results make the same bytes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bitbucket_integration.model_diff import ModelDiff, Outcome, RowCounts
from markdown import Align, code, link, table, text
from model_names import shared_schemas, short_names
from model_section import Detail, compact_table, section
from report_footer import footer
from row_numbers import NOT_REPORTED
from verdict import Verdict, count, verdict_of

# Data Center takes "less than 32768 characters"; Cloud states no limit and took far more.
MAX_CHARACTERS = 32_000
_COMMIT = re.compile(r"[0-9a-f]{12,40}")


@dataclass(frozen=True, slots=True)
class ReportComment:
    """What a comment is rendered from.

    `diffs` are merged and sorted, and all about `commit`; `head_commit` is where the pull request
    is now. Both are full hashes, unless Bitbucket shows a fork's only shortened. The addresses are
    ours, or None where there is none to show.
    """

    diffs: Sequence[ModelDiff]
    commit: str
    head_commit: str
    marker: str
    commit_url: str | None = None
    head_commit_url: str | None = None

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


_DETAILS = (
    Detail(models_in_full=True, columns=10, schema_changes=10, failures=50, error_characters=300),
    Detail(models_in_full=True, columns=5, schema_changes=5, failures=30, error_characters=200),
    Detail(models_in_full=True, columns=2, schema_changes=2, failures=20, error_characters=120),
    Detail(models_in_full=False, columns=0, schema_changes=0, failures=20, error_characters=80),
)
_SHORTEST_ROW = len("| a | 0 | 0 | 0 | 0 | 0 |  |")
_OVERVIEW_FROM_MODELS = 4
_UNCHANGED_NAMED = 5


def render(report: ReportComment) -> str:
    """Write the comment's Markdown, shortened step by step until it fits MAX_CHARACTERS."""
    differing = [diff for diff in report.diffs if diff.outcome is Outcome.DIFFERENT]
    # Where even the shortest rows would not fit, no time goes into writing them.
    worth_trying = differing[: MAX_CHARACTERS // _SHORTEST_ROW]
    if len(worth_trying) == len(differing):
        for detail in _DETAILS:
            comment = _compose(report, differing, detail)
            if length(comment) <= MAX_CHARACTERS:
                return comment
    fits, too_many = 0, len(worth_trying) + 1
    shortest = _compose(report, [], _DETAILS[-1])
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        comment = _compose(report, worth_trying[:middle], _DETAILS[-1])
        if length(comment) <= MAX_CHARACTERS:
            fits, shortest = middle, comment
        else:
            too_many = middle
    return shortest


def length(comment: str) -> int:
    """Count as Data Center (Java) does, in UTF-16 code units: never fewer than characters."""
    return len(comment.encode("utf-16-le")) // 2


def _compose(report: ReportComment, shown: Sequence[ModelDiff], detail: Detail) -> str:
    verdict = verdict_of(report.diffs)
    names = short_names(report.diffs)
    blocks = [_verdict_line(report, verdict)]
    if report.is_stale:
        blocks.append(_stale_notice(report))
    schemas = shared_schemas(report.diffs)
    if detail.models_in_full:
        if len(shown) >= _OVERVIEW_FROM_MODELS:
            blocks.append(compact_table(shown, names))
        for diff in shown:
            blocks += section(diff, names[diff.model], detail, named_tables=schemas is None)
    elif shown:
        blocks.append(compact_table(shown, names))
    left_out = verdict.differing - len(shown)
    if left_out:
        more = " more" if shown else ""
        differ = "differs" if left_out == 1 else "differ"
        blocks.append(
            f"… and {left_out:,}{more} {'model' if left_out == 1 else 'models'} that {differ}."
        )
    blocks += _failures(report.diffs, names, detail)
    if verdict.unchanged:
        blocks.append(_unchanged(report.diffs, names, verdict))
    if not detail.models_in_full:
        blocks.append("Shortened to fit into a comment: columns are left out.")
    blocks += [_about(report, verdict, schemas), footer(report.marker)]
    return "\n\n".join(blocks)


def _verdict_line(report: ReportComment, verdict: Verdict) -> str:
    title = "Data diff"
    if report.is_stale:
        title = f"Outdated data diff (commit {report.commit[:12]})"
    extent = f" — {verdict.extent}" if verdict.extent else ""
    return f"**{title}: {verdict.finding}**{extent}"


def _stale_notice(report: ReportComment) -> str:
    return (
        f"> **These results are not about the current commit.** They are about "
        f"{_commit(report.commit[:12], report.commit_url)}; the pull request is now at "
        f"{_commit(report.head_commit[:12], report.head_commit_url)}, "
        "whose results have not arrived yet."
    )


def _failures(diffs: Sequence[ModelDiff], names: dict[str, str], detail: Detail) -> list[str]:
    failed = [diff for diff in diffs if diff.outcome is Outcome.FAILED]
    if not failed:
        return []
    rows = [
        (
            code(names[diff.model]),
            text(diff.error or "", detail.error_characters) or "no reason given",
        )
        for diff in failed[: detail.failures]
    ]
    blocks = [
        "### Could not be diffed",
        table(("Model", "Error"), (Align.LEFT, Align.LEFT), rows),
    ]
    more = len(failed) - detail.failures
    if more > 0:
        blocks.append(f"… and {count(more, 'more model')} that could not be diffed.")
    return blocks


def _unchanged(diffs: Sequence[ModelDiff], names: dict[str, str], verdict: Verdict) -> str:
    told = f"{count(verdict.unchanged, 'model')} without differences"
    if verdict.unchanged > _UNCHANGED_NAMED:
        return f"{told}."
    unchanged = [code(names[diff.model]) for diff in diffs if diff.outcome is Outcome.IDENTICAL]
    return f"{told}: {', '.join(unchanged)}."


def _about(report: ReportComment, verdict: Verdict, schemas: tuple[str, str] | None) -> str:
    lines = [f"Commit {_commit(report.commit, report.commit_url)}."]
    base, head = "production", "the pull request"
    if schemas:
        base, head = f"{base} ({code(schemas[0])})", f"{head} ({code(schemas[1])})"
    lines.append(f"Base is {base}, head is {head}.")
    if verdict.differing:
        lines.append(
            "Added and removed rows are shown as a share of base, "
            "changed rows as a share of the rows in both."
        )
        if any(_leaves_counts_out(diff) for diff in report.diffs):
            lines.append(f"{NOT_REPORTED} means not reported.")
    return " ".join(lines)


def _leaves_counts_out(diff: ModelDiff) -> bool:
    if diff.outcome is not Outcome.DIFFERENT:
        return False
    rows = diff.rows or RowCounts()
    return None in (rows.base, rows.head, rows.added, rows.removed, rows.changed)


def _commit(shown: str, url: str | None) -> str:
    return link(f"`{shown}`", url) if url else f"`{shown}`"
