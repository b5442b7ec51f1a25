"""A Code Insights report, and an annotation of it."""

from bitbucket_integration.bitbucket.code_insights import (
    Annotation,
    DataField,
    DataType,
    InsightReport,
    Link,
    Severity,
)

REPORT = InsightReport(
    key="data-diff-abc",
    title="Data diff",
    reporter="Bitbucket data diff",
    passed=False,
    details="1 of 2 models failed",
    link="https://a.example/v1/reports/abc-7-token",
    data=(
        DataField("Verdict", DataType.TEXT, "failed"),
        DataField("Rows added", DataType.NUMBER, 1200),
        DataField("Lowest match", DataType.PERCENTAGE, 97.25),
        DataField("Comment", DataType.LINK, Link("Read it", "https://a.example/7#comment-11")),
    ),
)
ANNOTATION = Annotation(
    external_id="orders.primary_key_duplicates",
    path="models/marts/orders.sql",
    message="orders: 12 duplicate keys in order_id",
    severity=Severity.HIGH,
)
