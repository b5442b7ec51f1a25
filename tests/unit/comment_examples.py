"""Comments as customers get them, kept word for word in golden/.

After a change of wording that you mean, write them anew and read what changed:
PYTHONPATH=layers/common:functions/report python -m tests.unit.comment_examples && git diff
"""

from pathlib import Path

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    ModelDiff,
    RowCounts,
    TypeChange,
    merge,
)
from report_comment import ReportComment, render
from tests.unit.model_diffs import different, failed, identical

GOLDEN = Path(__file__).parent / "golden"
COMMIT = "3f1c2d4e5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d"
NEWER = "a9b8c7d6e5f40312233445566778899aabbccdde"
MARKER = "dd-1f2e3d4c5b6a"


def tables(name: str) -> dict[str, str]:
    return {"base_table": f"analytics.prod.{name}", "head_table": f"analytics.pr_42.{name}"}


ORDERS = different(
    "model.shop.orders",
    RowCounts(184_211, 184_220, 12, 3, 3_870, 180_338),
    primary_key=("order_id",),
    column_values=(ColumnValues("amount", 3_812), ColumnValues("status", 71)),
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
HOSTILE = different(
    "model.shop.a|b`c\n# d @{e} <b>",
    RowCounts(1, 1, 0, 0, 1, 0),
    primary_key=("[x](http://evil.example)",),
    column_values=(ColumnValues("p|q", 1),),
    base_table="prod.a|b",
    head_table="pr.![i](u)",
)


def comment(*diffs: ModelDiff, head: str = COMMIT, links: bool = False) -> ReportComment:
    return ReportComment(
        merge([diffs]),
        COMMIT,
        head,
        MARKER,
        commit_url=f"https://bitbucket.org/acme/shop/commits/{COMMIT}" if links else None,
        head_commit_url=f"https://bitbucket.org/acme/shop/commits/{head}" if links else None,
    )


EXAMPLES = {
    "differences": comment(ORDERS, CUSTOMERS, COUNTRIES, CURRENCIES, links=True),
    "no_differences": comment(COUNTRIES, CURRENCIES),
    "failures": comment(ORDERS, EVENTS, COUNTRIES),
    "stale": comment(CUSTOMERS, COUNTRIES, head=NEWER, links=True),
    "many_models_and_missing_counts": comment(ORDERS, CUSTOMERS, POSITIONS, DATES, COUNTRIES),
    "hostile_names": comment(HOSTILE, failed("x.orders", "<!-- @all | `"), identical("y.orders")),
}

if __name__ == "__main__":
    for name, example in EXAMPLES.items():
        (GOLDEN / f"{name}.md").write_text(render(example) + "\n", encoding="utf-8")
