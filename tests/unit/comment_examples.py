"""Comments as customers get them, kept word for word in golden/.

After a change of wording that you mean, write them anew and read what changed:
PYTHONPATH=layers/common:functions/report python -m tests.unit.comment_examples && git diff
"""

from pathlib import Path
from typing import Any

from bitbucket_integration.judged_report import Level
from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    Dependent,
    KeyCounts,
    ModelDiff,
    RowChange,
    RowCounts,
    SampleCell,
    SampleRow,
    TypeChange,
)
from bitbucket_integration.report_settings import Ceiling, Floor, ReportSettings, Threshold
from comment.report_comment import ReportComment, render
from judging.changes import changes_since
from judging.judge import judge
from tests.unit.large_report import LARGE_SETTINGS, large_diffs
from tests.unit.model_diffs import different, failed, identical

GOLDEN = Path(__file__).parent / "golden"
COMMIT = "3f1c2d4e5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d"
NEWER = "a9b8c7d6e5f40312233445566778899aabbccdde"
BEFORE = "b1946ac92492d2347c6235b4d2611184e0f1a2b3"
MARKER = "dd-1f2e3d4c5b6a"
REPORT_URL = (
    "https://abc123.execute-api.eu-central-1.amazonaws.com/v1/reports/uk7hekvzvcpkmpgv-42-x"
)
SHOP = "https://bitbucket.org/acme/shop"

DEFAULTS = ReportSettings()
LIMITS = ReportSettings(
    thresholds=(
        Threshold(rows_removed=Ceiling(warn=5, fail=25), match=Floor(warn=99)),
        Threshold(models="dim_*", rows_added=Ceiling(fail=1)),
    ),
    ignore_models=("tmp_*",),
)


def tables(name: str) -> dict[str, str]:
    return {"base_table": f"analytics.prod.{name}", "head_table": f"analytics.pr_42.{name}"}


ORDERS = different(
    "model.shop.orders",
    RowCounts(184_211, 184_220, 12, 3, 3_870, 180_338),
    primary_key=("order_id",),
    column_values=(ColumnValues("amount", 3_812, 184_208), ColumnValues("status", 71, 184_208)),
    columns_added=(Column("region", "VARCHAR"),),
    columns_removed=(Column("legacy_flag", "BOOLEAN"),),
    types_changed=(TypeChange("status", "INTEGER", "VARCHAR(16)"),),
    **tables("orders"),
)
CUSTOMERS = different(
    "model.shop.stg_customers",
    RowCounts(1_000, 800, 0, 200, 0, 800),
    primary_key=("id", "country"),
    **tables("stg_customers"),
)
POSITIONS = different(
    "model.shop.positions.v2",
    RowCounts(5_000_000, 5_000_010, 10, 0, 1_250_000, 3_750_000),
    primary_key=("account", "isin", "as_of"),
    column_values=tuple(ColumnValues(f"measure_{n:02}", 1_250_000 - n * 80_123) for n in range(13)),
    **tables("positions_v2"),
)
DATES = different("model.shop.dim_date", RowCounts(365, 366), **tables("dim_date"))
COUNTRIES = identical("model.shop.countries", **tables("countries"))
CURRENCIES = identical("model.shop.currencies", **tables("currencies"))
EVENTS = failed(
    "model.shop.events",
    "No primary key found. Add uniqueness tests, meta, or tags.",
    **tables("events"),
)
PAYMENTS = different(
    "model.shop.payments",
    RowCounts(48_003, 48_015, 12, 0, 0, 48_003),
    primary_key=("payment_id",),
    keys=KeyCounts(0, 3, 0, 12),
    downstream=(Dependent("finance_dashboard", "exposure"), Dependent("fct_revenue", "model")),
    **tables("payments"),
)
ACCOUNTS = different(
    "model.shop.accounts",
    RowCounts(3, 3, 1, 1, 1, 1),
    primary_key=("account_id",),
    column_values=(ColumnValues("balance", 1, 2), ColumnValues("owner", 0, 2)),
    samples=(
        SampleRow(
            RowChange.CHANGED,
            (
                SampleCell("owner", "Ada", "Ada"),
                SampleCell("balance", "10.00", None),
                SampleCell("account_id", "1", "1"),
            ),
        ),
        SampleRow(
            RowChange.ADDED,
            (SampleCell("account_id", None, "4"), SampleCell("owner", None, "NULL | @Grace")),
        ),
        SampleRow(
            RowChange.REMOVED,
            (SampleCell("account_id", "3", None), SampleCell("owner", None, None)),
        ),
    ),
    **tables("accounts"),
)
HOSTILE = different(
    "model.shop.a|b`c\n# d @{e} <b>",
    RowCounts(1, 1, 0, 0, 1, 0),
    primary_key=("[x](http://evil.example)",),
    column_values=(ColumnValues("p|q", 1),),
    columns_removed=(Column("**bold** | <!--", "`INT`"),),
    keys=KeyCounts(0, 1, 0, 1),
    downstream=(Dependent("| a |\n|--|", "</td> @all"),),
    samples=(SampleRow(RowChange.CHANGED, (SampleCell("|", "![i](u)", "\n\n# | :smile:"),)),),
    base_table="prod.a|b",
    head_table="pr.![i](u)",
)
HUGE = different(
    "model.shop.ticks",
    RowCounts(9_223_372_036_854_775_807, 10**15, 10**9 - 1, 10**18, 10**12 + 1, 10**10),
    column_values=(
        ColumnValues("price", 10**9, 10**18),
        ColumnValues("volume", 10**18 - 1, 10**18),
        ColumnValues("venue", match_percent=99.999),
    ),
    keys=KeyCounts(None, 1_234_567, None, 10**12),
)
UNICODE = different(
    "model.käse.größen_表",
    RowCounts(10, 11, 1, 0, 2, 8),
    primary_key=("ключ",),
    column_values=(ColumnValues("價格", 2, 10), ColumnValues("naïve_🧀", 1, 10)),
    columns_removed=(Column("e\u0301tat", "テキスト"),),
    downstream=(Dependent("لوحة", "exposure"),),
)


def comment(
    *diffs: ModelDiff,
    head: str = COMMIT,
    links: bool = False,
    settings: ReportSettings = DEFAULTS,
    **more: Any,
) -> ReportComment:
    return ReportComment(
        judge(diffs, settings),
        COMMIT,
        head,
        MARKER,
        commit_url=f"{SHOP}/commits/{COMMIT}" if links else None,
        head_commit_url=f"{SHOP}/commits/{head}" if links else None,
        report_url=REPORT_URL if links else None,
        updated_at="2026-11-24T05:43:00.123456+00:00" if links else "",
        **more,
    )


def forty() -> list[ModelDiff]:
    """What a pull request of some size brings: most models are as they were."""
    unchanged = [identical(f"model.shop.int_{n:02}", **tables(f"int_{n:02}")) for n in range(32)]
    named = [ORDERS, CUSTOMERS, POSITIONS, DATES, PAYMENTS, EVENTS, COUNTRIES]
    return [*named, *unchanged, identical("model.shop.tmp_orders", **tables("tmp_orders"))]


EARLIER = {
    "model.shop.orders": Level.FAILED,
    "model.shop.countries": Level.WARNED,
    "model.shop.gone": Level.FAILED,
    "model.shop.events": Level.WARNED,
}
SINCE = changes_since(BEFORE, EARLIER, judge([ORDERS, PAYMENTS, EVENTS, COUNTRIES], DEFAULTS))

EXAMPLES = {
    "all_clean": comment(COUNTRIES, CURRENCIES, links=True),
    "one_broken_key": comment(PAYMENTS, COUNTRIES, CURRENCIES, links=True),
    "differences": comment(ORDERS, COUNTRIES, CURRENCIES),
    "forty_models": comment(*forty(), links=True, settings=LIMITS),
    "thousand_models": comment(*large_diffs(), links=True, settings=LARGE_SETTINGS),
    "thousand_models_without_a_page": comment(*large_diffs(), settings=LARGE_SETTINGS),
    "only_errors": comment(EVENTS, failed("model.shop.refunds", ""), links=True),
    "nothing_diffed": comment(links=True),
    "all_ignored": comment(identical("tmp_a"), identical("tmp_b"), settings=LIMITS),
    "limit_not_checked": comment(DATES, COUNTRIES, settings=LIMITS),
    "missing_counts": comment(DATES, different("model.shop.notes"), COUNTRIES),
    "sample_rows": comment(ACCOUNTS, COUNTRIES, links=True),
    "hostile_names": comment(HOSTILE, failed("x.orders", "<!-- @all | `"), identical("y.orders")),
    "huge_numbers": comment(HUGE, settings=LIMITS),
    "unicode": comment(UNICODE, identical("größe")),
    "stale": comment(CUSTOMERS, COUNTRIES, head=NEWER, links=True),
    "changes_since": comment(ORDERS, PAYMENTS, EVENTS, COUNTRIES, links=True, changes=SINCE),
}

if __name__ == "__main__":
    for old in GOLDEN.iterdir():
        old.unlink()
    for name, example in EXAMPLES.items():
        (GOLDEN / f"{name}.md").write_text(render(example) + "\n", encoding="utf-8")
