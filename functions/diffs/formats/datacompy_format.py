"""Reads the reports of datacompy 1.x in JSON.

They are what `datacompy compare --report-format json` writes, or `build_report_data().to_dict()`.
df1 (`--left`) is production, our base, and df2 (`--right`) the pull request, our head. Several
reports may follow one another. The sample rows in them are tables drawn with text, and are not
kept.
"""

from collections.abc import Iterator

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from formats.hints import Hints
from formats.json_documents import documents
from formats.json_object import JsonObject, objects_in
from formats.json_text import beginning
from formats.outcomes import settled
from formats.submission_problems import LineProblem, PathProblem, SubmissionInvalid

_CURE = "send the report as datacompy 1 wrote it"
_DEFAULT_NAMES = {"df1", "df2"}


def recognises(text: bytes) -> bool:
    """Whether the text begins with the names and shapes of two data frames."""
    start = beginning(text)
    return all(name in start for name in (b'"df1_name"', b'"df2_name"', b'"df1_shape"'))


def parse(text: bytes, hints: Hints) -> list[ModelDiff]:
    """Read the reports in their order. Raises SubmissionInvalid with everything that is wrong.

    Raises InvalidRequestError for reports whose model neither the query nor their names say.
    """
    problems: list[PathProblem] = []
    values = documents(text)
    reports = objects_in(values[0] if len(values) == 1 else values, problems, _CURE)
    if hints.model is not None and len(reports) > 1:
        message = (
            f"names one model, but there are {len(reports)} reports;"
            " give their data frames the names of tables, such as prod.orders and pr.orders"
        )
        raise InvalidRequestError("model", message)
    if len(reports) > 1:
        hints = Hints()  # which are about one model
    if not problems and not reports:
        raise SubmissionInvalid([LineProblem(1, f"there is no report in it; {_CURE}")])
    diffs = [_diff(report, hints) for report in reports]
    if problems:
        # A value that is read twice is wrong once.
        raise SubmissionInvalid(list(dict.fromkeys(problems)))
    return diffs


def _diff(report: JsonObject, hints: Hints) -> ModelDiff:
    base_name, head_name = report.name("df1_name"), report.name("df2_name")
    columns, rows = report.object("column_summary"), report.object("row_summary")
    base, head = (report.pair(shape).count(f"{shape}[0]") for shape in ("df1_shape", "df2_shape"))
    key = tuple(rows.texts("match_columns")) or hints.primary_key
    stats = list(report.object("mismatch_stats").objects("stats"))
    common = rows.count("common_rows")
    duplicates = rows.flag("has_duplicates")
    return settled(
        ModelDiff(
            model=hints.model or _model(base_name, head_name) or hints.required_model(),
            outcome=Outcome.IDENTICAL,
            base_table=hints.base_table or _table(base_name),
            head_table=hints.head_table or _table(head_name),
            primary_key=key,
            rows=RowCounts(base, head) if duplicates else _matched_rows(rows, base, head),
            column_values=() if duplicates else tuple(_values(stats, common)),
            columns_added=tuple(map(Column, columns.texts("df2_unique_columns"))),
            columns_removed=tuple(map(Column, columns.texts("df1_unique_columns"))),
            types_changed=tuple(_type_changes(stats)),
            error=_not_unique(key) if duplicates else None,
            path=hints.path,
            keys=None if duplicates else KeyCounts(base_duplicates=0, head_duplicates=0),
        )
    )


def _model(base_name: str, head_name: str) -> str | None:
    """What the two data frames are called alike, such as orders of prod.orders and pr.orders."""
    base, head = (name.rpartition(".")[2] for name in (base_name, head_name))
    # So the command line tells apart files of the same name.
    if base.endswith("_1") and head.endswith("_2") and base[:-2] == head[:-2]:
        base, head = base[:-2], head[:-2]
    return head if head and head.casefold() == base.casefold() else None


def _table(name: str) -> str:
    return "" if name in _DEFAULT_NAMES else name


def _matched_rows(rows: JsonObject, base: int, head: int) -> RowCounts:
    return RowCounts(
        base,
        head,
        added=rows.count("df2_unique"),
        removed=rows.count("df1_unique"),
        changed=rows.count("unequal_rows"),
        unchanged=rows.count("equal_rows"),
    )


def _values(stats: list[JsonObject], compared: int) -> Iterator[ColumnValues]:
    for column in stats:
        different = column.count("unequal_cnt")
        if different > compared:
            column.note("unequal_cnt", f"is {different}, more than the {compared} common rows")
        yield ColumnValues(column.name("column"), different, compared)


def _type_changes(stats: list[JsonObject]) -> Iterator[TypeChange]:
    for column in stats:
        base, head = column.text("dtype1"), column.text("dtype2")
        if base != head:
            yield TypeChange(column.name("column"), base, head)


def _not_unique(key: tuple[str, ...]) -> str:
    return (
        f"The key ({', '.join(key) or 'the index'}) is not unique, so rows could not be matched by"
        " it. datacompy does not say on which side, nor for how many rows."
    )
