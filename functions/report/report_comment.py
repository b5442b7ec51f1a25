"""The comment on a pull request: what its results say, in Markdown that both Bitbuckets render.

Everything is computed from what is passed in, so the same results make the same bytes.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bitbucket_integration.model_diff import ModelDiff, Outcome, RowCounts
from markdown import Align, code, link, table, text
from verdict import Verdict, count, verdict_of

# Data Center takes "less than 32768 characters"; Cloud states no limit and took far more.
MAX_CHARACTERS = 32_000
NOT_REPORTED = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"

_FOOTER_TITLE = "Data diff report"
_FOOTER = re.compile(rf"{_FOOTER_TITLE}\W+ref\s+([A-Za-z0-9-]+)")
_MARKER = re.compile(r"[A-Za-z0-9-]{1,64}")
_COMMIT = re.compile(r"[0-9a-f]{12,40}")
_DBT_UNIQUE_ID = re.compile(r"(?:model|seed|snapshot|source)\.[^.]+\.(.+)")


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
    report_url: str | None = None

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
class _Detail:
    """How much a comment shows; models in full have a section each, otherwise a table's row."""

    models_in_full: bool
    columns: int
    schema_changes: int
    failures: int
    error_characters: int


_DETAILS = (
    _Detail(models_in_full=True, columns=10, schema_changes=10, failures=50, error_characters=300),
    _Detail(models_in_full=True, columns=5, schema_changes=5, failures=30, error_characters=200),
    _Detail(models_in_full=True, columns=2, schema_changes=2, failures=20, error_characters=120),
    _Detail(models_in_full=False, columns=0, schema_changes=0, failures=20, error_characters=80),
)
_SHORTEST_ROW = len("| a | 0 | 0 | 0 | 0 | 0 |  |")
_OVERVIEW_FROM_MODELS = 4
_UNCHANGED_NAMED = 5
_KEY_COLUMNS_NAMED = 5


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


def footer(marker: str) -> str:
    """Write the comment's last line, by which it is found again."""
    if not _MARKER.fullmatch(marker):
        raise ValueError("a marker is 1 to 64 letters, digits and hyphens")
    return f"*{_FOOTER_TITLE} · ref {marker}*"


def has_footer(comment: str, marker: str) -> bool:
    """Whether the comment ends with our footer itself; a reply that quotes it does not."""
    lines = [_trimmed(line) for line in comment.splitlines()]
    last = next((line for line in reversed(lines) if line), "")
    # Emphasis may come back written otherwise (`_…_`, `\-`); a quotation's `>` must not pass.
    found = _FOOTER.fullmatch(last.replace("\\", "").strip("*_"))
    return found is not None and found[1] == marker


def _trimmed(line: str) -> str:
    # Cloud's editor leaves zero-width characters behind, which str.rstrip takes for text.
    return line.rstrip(" \t\r\n\xa0\u200b\u200c\u200d\u2060\ufeff")


def _compose(report: ReportComment, shown: Sequence[ModelDiff], detail: _Detail) -> str:
    verdict = verdict_of(report.diffs)
    names = _names(report.diffs)
    blocks = [_verdict_line(report, verdict)]
    if report.is_stale:
        blocks.append(_stale_notice(report))
    schemas = _shared_schemas(report.diffs)
    if detail.models_in_full:
        if len(shown) >= _OVERVIEW_FROM_MODELS:
            blocks.append(_compact_table(shown, names))
        for diff in shown:
            blocks += _section(diff, names[diff.model], detail, named_tables=schemas is None)
    elif shown:
        blocks.append(_compact_table(shown, names))
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


def _section(diff: ModelDiff, name: str, detail: _Detail, *, named_tables: bool) -> list[str]:
    blocks = [f"### {text(name)}"]
    facts = []
    if diff.primary_key:
        facts.append(f"Primary key: {_primary_key(diff.primary_key)}")
    if named_tables and (diff.base_table or diff.head_table):
        facts.append(f"Tables: {_table_name(diff.base_table)} → {_table_name(diff.head_table)}")
    if facts:
        blocks.append(" · ".join(facts))
    rows = _row_lines(diff, detail)
    if rows:
        blocks.append(
            table(("Rows", "Count", "Share"), (Align.LEFT, Align.RIGHT, Align.RIGHT), rows)
        )
    else:
        blocks.append("Row counts were not reported.")
    if diff.schema_changed:
        blocks.append("\n".join(_schema_lines(diff, detail)))
    return blocks


def _primary_key(columns: Sequence[str]) -> str:
    named = ", ".join(code(column) for column in columns[:_KEY_COLUMNS_NAMED])
    more = len(columns) - _KEY_COLUMNS_NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def _row_lines(diff: ModelDiff, detail: _Detail) -> list[tuple[str, str, str]]:
    lines: list[tuple[str, str, str]] = []
    rows = diff.rows or RowCounts()
    matched = _matched(rows)
    if diff.rows:
        lines += [
            ("base → head", _base_to_head(rows), _growth(rows)),
            ("added (only in head)", _signed(rows.added, "+"), _share(rows.added, rows.base)),
            (
                "removed (only in base)",
                _signed(rows.removed, _MINUS),
                _share(rows.removed, rows.base),
            ),
            ("changed (in both)", _number(rows.changed), _share(rows.changed, matched)),
        ]
    columns = sorted(diff.column_differences, key=lambda column: (-column.rows, column.name))
    lines += [
        (f"… in {code(column.name)}", f"{column.rows:,}", _share(column.rows, matched))
        for column in columns[: detail.columns]
    ]
    more = len(columns) - detail.columns
    if more > 0:
        lines.append((f"… in {count(more, 'more column')}", "", ""))
    return lines


def _matched(rows: RowCounts) -> int | None:
    """Count the rows that both sides have, by key."""
    if rows.changed is not None and rows.unchanged is not None:
        return rows.changed + rows.unchanged
    if rows.base is not None and rows.removed is not None:
        return rows.base - rows.removed
    return None


def _base_to_head(rows: RowCounts) -> str:
    told = f"{_number(rows.base)} → {_number(rows.head)}"
    if rows.base is None or rows.head is None:
        return told
    delta = rows.head - rows.base
    return f"{told} ({_signed(abs(delta), _sign(delta))})" if delta else told


def _growth(rows: RowCounts) -> str:
    if rows.base is None or rows.head is None or rows.base == rows.head:
        return ""
    delta = rows.head - rows.base
    share = _share(abs(delta), rows.base)
    return f"{_sign(delta)}{share}" if share[:1].isdigit() else share


def _sign(number: int) -> str:
    return "+" if number > 0 else _MINUS


def _number(number: int | None) -> str:
    return NOT_REPORTED if number is None else f"{number:,}"


def _signed(number: int | None, sign: str) -> str:
    return f"{sign}{number:,}" if number else _number(number)


def _share(part: int | None, whole: int | None) -> str:
    return _percent(part, whole) if part and whole and part > 0 and whole > 0 else ""


def _percent(part: int, whole: int) -> str:
    # Whole numbers throughout: a float would round 99.96 up to "100.0%", as if nothing matched.
    tenths = (2_000 * part + whole) // (2 * whole)
    if tenths == 0:
        return "<0.1%"
    if tenths == 1_000 and part < whole:
        return ">99.9%"
    return f"{tenths // 10:,}.{tenths % 10}%"


def _schema_lines(diff: ModelDiff, detail: _Detail) -> list[str]:
    columns = [("added", column) for column in diff.columns_added]
    columns += [("removed", column) for column in diff.columns_removed]
    lines = [
        f"- Column {change}: {code(column.name)}{_of_type(column.type)}"
        for change, column in columns[: detail.schema_changes]
    ]
    lines += [
        f"- Type changed: {code(change.name)} from {_type(change.base)} to {_type(change.head)}"
        for change in diff.types_changed[: detail.schema_changes - len(lines)]
    ]
    more = len(columns) + len(diff.types_changed) - len(lines)
    if more:
        lines.append(f"- … and {count(more, 'more schema change')}")
    return lines


def _of_type(column_type: str | None) -> str:
    return f" ({_type(column_type)})" if column_type else ""


def _type(column_type: str | None) -> str:
    return code(column_type, 60) if column_type else "a type not reported"


def _compact_table(diffs: Iterable[ModelDiff], names: dict[str, str]) -> str:
    headers = ("Model", "Rows in base", "Rows in head", "Added", "Removed", "Changed", "Schema")
    alignments = (Align.LEFT, *[Align.RIGHT] * 5, Align.LEFT)
    return table(headers, alignments, [_compact_row(diff, names[diff.model]) for diff in diffs])


def _compact_row(diff: ModelDiff, name: str) -> tuple[str, ...]:
    rows = diff.rows or RowCounts()
    changed_share = _share(rows.changed, _matched(rows))
    return (
        code(name),
        _number(rows.base),
        _number(rows.head),
        _signed(rows.added, "+"),
        _signed(rows.removed, _MINUS),
        _number(rows.changed) + (f" ({changed_share})" if changed_share else ""),
        _schema_in_brief(diff),
    )


def _schema_in_brief(diff: ModelDiff) -> str:
    counts = {
        "added": len(diff.columns_added),
        "removed": len(diff.columns_removed),
        "retyped": len(diff.types_changed),
    }
    return ", ".join(f"{number:,} {change}" for change, number in counts.items() if number)


def _failures(diffs: Sequence[ModelDiff], names: dict[str, str], detail: _Detail) -> list[str]:
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
    if report.report_url:
        lines.append(f"{link('Full report', report.report_url)}.")
    return " ".join(lines)


def _leaves_counts_out(diff: ModelDiff) -> bool:
    if diff.outcome is not Outcome.DIFFERENT:
        return False
    rows = diff.rows or RowCounts()
    return None in (rows.base, rows.head, rows.added, rows.removed, rows.changed)


def _commit(shown: str, url: str | None) -> str:
    return link(f"`{shown}`", url) if url else f"`{shown}`"


def _table_name(name: str) -> str:
    return code(name) if name else NOT_REPORTED


def _shared_schemas(diffs: Iterable[ModelDiff]) -> tuple[str, str] | None:
    """Tell the base's and the head's schema, if every model was compared between the same two."""
    pairs = {(_schema(diff.base_table), _schema(diff.head_table)) for diff in diffs}
    if len(pairs) != 1:
        return None
    [(base, head)] = pairs
    return (base, head) if base and head else None


def _schema(table_name: str) -> str:
    return table_name.rpartition(".")[0]


def _names(diffs: Iterable[ModelDiff]) -> dict[str, str]:
    """Name each model for the comment: short, unless two would be called the same."""
    short = {diff.model: _short_name(diff.model) for diff in diffs}
    uses = Counter(short.values())
    return {model: name if uses[name] == 1 else model for model, name in short.items()}


def _short_name(model: str) -> str:
    # A versioned dbt model is `model.project.orders.v2`, whose last component names nothing.
    unique_id = _DBT_UNIQUE_ID.fullmatch(model)
    return unique_id[1] if unique_id else model.rpartition(".")[2] or model
