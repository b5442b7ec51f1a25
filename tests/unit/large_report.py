"""A large report, the same every time: what must still be fast and fit is tried with it.

Every kind of verdict, difference and problem is in it; most models differ a little.
"""

from dataclasses import replace

from bitbucket_integration.judged_report import JudgedReport
from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    Dependent,
    KeyCounts,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from bitbucket_integration.report_settings import Ceiling, Floor, ReportSettings, Threshold
from judging.judge import judge

LARGE_SETTINGS = ReportSettings(
    thresholds=(
        Threshold(rows_removed=Ceiling(warn=5, fail=30), match=Floor(warn=95, fail=55)),
        Threshold(models="stg_*", rows_added=Ceiling(warn=10), rows_changed=Ceiling(fail=60)),
    ),
    ignore_models=("tmp_*",),
    ignore_columns=("_loaded_at", "stg_*/etl_*"),
)
"""Settings under which a large report has findings of every kind."""


def large_diffs(models: int = 1_000, columns: int = 50) -> list[ModelDiff]:
    """So many diffs of so many columns each, sorted by model."""
    return sorted((_diff(number, columns) for number in range(models)), key=lambda one: one.model)


def _diff(number: int, columns: int) -> ModelDiff:
    folder = ("staging", "core", "marts", "finance")[number % 4]
    prefix = "tmp" if number % 50 == 49 else ("stg", "dim", "fct", "rpt")[number % 4]
    name = f"{prefix}_{folder}_{number:04}"
    identical = ModelDiff(
        f"model.shop.{name}",
        Outcome.IDENTICAL,
        base_table=f"analytics.prod.{name}",
        head_table=f"analytics.pr_42.{name}",
        primary_key=("id",) if number % 3 else ("account_id", "as_of"),
        path=f"models/{folder}/{name}.sql",
    )
    if number % 97 == 5:
        return replace(identical, outcome=Outcome.FAILED, error=f"Relation {name} does not exist")
    base = 1_000 + number * 7_919
    if number % 5 == 4:
        return replace(
            identical,
            rows=RowCounts(base, base, 0, 0, 0, base),
            column_values=tuple(ColumnValues(_column(at), 0, base) for at in range(columns)),
            keys=KeyCounts(0, 0, 0, 0),
        )
    added, removed = base * (number % 13) // 100, base * (number % 17) // 100
    matched = base - removed
    changed = matched * (number % 41) // 50
    return replace(
        identical,
        outcome=Outcome.DIFFERENT,
        rows=RowCounts(base, base + added - removed, added, removed, changed, matched - changed),
        column_values=tuple(
            ColumnValues(_column(at), changed // (at + 1) if at % 3 else 0, matched)
            for at in range(columns)
        ),
        columns_added=(Column("region", "VARCHAR(16)"),) if number % 7 == 0 else (),
        columns_removed=(Column("legacy_flag", "BOOLEAN"),) if number % 11 == 0 else (),
        types_changed=(TypeChange("status", "INTEGER", "VARCHAR(16)"),) if number % 19 == 0 else (),
        keys=KeyCounts(0, number % 3, 4, number % 29) if number % 2 else None,
        downstream=(Dependent(f"dashboard_{number % 50}", "exposure"),) if number % 6 == 0 else (),
    )


def _column(at: int) -> str:
    return "_loaded_at" if at == 1 else f"measure_{at:02}"


def large_report() -> JudgedReport:
    """Those diffs, judged."""
    return judge(large_diffs(), LARGE_SETTINGS)
