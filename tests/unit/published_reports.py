"""Published reports for tests: small ones, large ones, and arbitrary ones."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from bitbucket_integration.judged_report import Finding, JudgedModel, JudgedReport, Level, Rule
from bitbucket_integration.model_diff import ColumnValues, KeyCounts, ModelDiff, RowCounts
from bitbucket_integration.published_report import Changes, PublishedReport
from tests.unit.model_diffs import different, failed, identical, model_diffs, names

COMMIT = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
OTHER_COMMIT = "bf0e8b7962c024026ad01ae09d3a11732e26c0d4"
CREATED_AT = "2026-11-20T10:00:00.000000+00:00"
REPOSITORY_URL = "https://bitbucket.org/acme/jaffle-shop"


def published(models: Sequence[JudgedModel] = (), **fields: Any) -> PublishedReport:
    """A report of pull request 7 on these models."""
    ignored = fields.pop("ignored", ())
    values: dict[str, Any] = {
        "integration_id": "abc",
        "pull_request_id": 7,
        "commit": COMMIT,
        "created_at": CREATED_AT,
        "repository": "acme/jaffle-shop",
        "repository_url": REPOSITORY_URL,
        "pull_request_url": f"{REPOSITORY_URL}/pull-requests/7",
        "pull_request_title": "Change the orders",
        "formats": ("data-diff",),
    }
    return PublishedReport(**values | {"report": JudgedReport(tuple(models), ignored)} | fields)


def finding(level: Level, text: str, rule: Rule = Rule.ROWS_CHANGED, column: str = "") -> Finding:
    return Finding(level, rule, text, column)


BROKEN = JudgedModel(
    different(
        "model.shop.orders",
        RowCounts(1_856, 1_860, 9, 5, 40, 1_811),
        base_table="prod.orders",
        head_table="pr_7.orders",
        primary_key=("order_id",),
        keys=KeyCounts(0, 3, 0, 12),
        path="models/marts/orders.sql",
        column_values=(
            ColumnValues("amount", 40, 1_851),
            ColumnValues("status", 0, 1_851),
            ColumnValues("comment"),
        ),
    ),
    (finding(Level.FAILED, "12 duplicate keys in order_id", Rule.PRIMARY_KEY_DUPLICATES),),
)
NOT_DIFFED = JudgedModel(
    failed("model.shop.payments", "Relation payments does not exist"),
    (finding(Level.FAILED, "could not be diffed", Rule.FAILED_DIFF),),
)
WARNED = JudgedModel(
    different("model.shop.customers", RowCounts(100, 120, 20, 0, 0, 100)),
    (finding(Level.WARNED, "rows added: 20.0% of base, more than 10%", Rule.ROWS_ADDED),),
)
PASSED = JudgedModel(identical("model.shop.stg_orders"))
EVERY_KIND = (BROKEN, NOT_DIFFED, WARNED, PASSED)

findings = st.builds(Finding, st.sampled_from(Level), st.sampled_from(Rule), names, names)
judged_models = st.builds(JudgedModel, model_diffs, st.lists(findings, max_size=2).map(tuple))
several_names = st.lists(names, max_size=3).map(tuple)
published_reports = st.builds(
    PublishedReport,
    integration_id=st.just("abc"),
    pull_request_id=st.integers(1, 10**15 - 1),
    commit=st.just(COMMIT),
    created_at=st.just(CREATED_AT),
    repository=names,
    repository_url=st.just(REPOSITORY_URL) | names,
    pull_request_url=st.just(f"{REPOSITORY_URL}/pull-requests/7") | names,
    report=st.builds(
        JudgedReport,
        st.lists(judged_models, max_size=4, unique_by=lambda one: one.diff.model).map(tuple),
        several_names,
    ),
    pull_request_title=names,
    formats=several_names,
    changes=st.none()
    | st.builds(
        Changes, st.just(OTHER_COMMIT), several_names, several_names, several_names, several_names
    ),
)


def judged(diffs: Sequence[ModelDiff]) -> list[JudgedModel]:
    """Models with a finding on each tenth, the worst first."""
    models = [
        JudgedModel(
            diff,
            (finding(Level.WARNED, "rows changed: 12.3%, more than 5%"),) if at % 10 == 0 else (),
        )
        for at, diff in enumerate(diffs)
    ]
    return sorted(models, key=lambda one: (-one.level.severity, one.diff.model))
