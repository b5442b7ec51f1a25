import unicodedata
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given

from bitbucket_integration.bitbucket.code_insights import (
    MOST_ANNOTATIONS,
    DataType,
    InsightReport,
    Link,
    Severity,
)
from bitbucket_integration.judged_report import Finding, JudgedModel, JudgedReport, Level, Rule
from bitbucket_integration.model_diff import ColumnValues, KeyCounts, RowCounts
from insights import annotations, insight_report, with_comment
from tests.unit.model_diffs import different, failed, identical, names

PATH = "models/orders.sql"
DUPLICATES = Finding(Level.FAILED, Rule.PRIMARY_KEY_DUPLICATES, "12 duplicate keys in id")
REMOVED = Finding(Level.WARNED, Rule.REMOVED_COLUMN, "column status removed", "status")
UNKNOWN = Finding(Level.INCOMPLETE, Rule.ROWS_ADDED, "rows added not reported")


def judged(model: str, *findings: Finding, **fields: Any) -> JudgedModel:
    return JudgedModel(different(model, **fields), findings)


def insight(*models: JudgedModel) -> InsightReport:
    return insight_report(
        JudgedReport(models),
        key="data-diff-abc",
        summary="1 of 2 models failed",
        link="https://a.example/reports/1",
    )


def fields(report: InsightReport) -> dict[str, object]:
    return {field.title: field.value for field in report.data}


def shows_on_a_line(text: str) -> bool:
    return not {"Cc", "Cf", "Cs", "Zl", "Zp"} & {unicodedata.category(one) for one in text}


class TestTheReport:
    @pytest.mark.parametrize(
        ("findings", "passed"),
        [((), True), ((REMOVED,), True), ((UNKNOWN,), False), ((DUPLICATES, REMOVED), False)],
        ids=["passed", "warned", "incomplete", "failed"],
    )
    def test_passes_when_everything_could_be_checked_and_nothing_failed(
        self, findings: Sequence[Finding], *, passed: bool
    ) -> None:
        report = insight(judged("orders", *findings))
        assert report.passed is passed

    def test_of_nothing_does_not_pass(self) -> None:
        assert insight().passed is False

    def test_says_what_it_is_and_where_more_is(self) -> None:
        report = insight(JudgedModel(identical("orders")))
        assert (report.title, report.key) == ("Data diff", "data-diff-abc")
        assert report.link == "https://a.example/reports/1"
        assert report.details == "1 of 2 models failed"

    def test_explains_the_worst_findings_first(self) -> None:
        report = insight(
            judged("model.shop.orders", DUPLICATES, REMOVED), judged("model.shop.kiosks", UNKNOWN)
        )
        assert report.details.splitlines() == [
            "1 of 2 models failed",
            "orders: 12 duplicate keys in id",
            "kiosks: rows added not reported",
            "orders: column status removed",
        ]

    @pytest.mark.parametrize(
        ("number", "last"),
        [(10, "m9: column status removed"), (11, "… and 1 more finding"), (40, "… and 30 more")],
    )
    def test_explains_ten_findings_and_counts_the_others(self, number: int, last: str) -> None:
        report = insight(*(judged(f"m{index}", REMOVED) for index in range(number)))
        lines = report.details.splitlines()
        assert len(lines) == min(number, 10) + 1 + (number > 10)
        assert lines[-1].startswith(last)

    def test_fits_with_the_longest_texts(self) -> None:
        longest = Finding(Level.FAILED, Rule.FAILED_DIFF, "e" * 5000)
        report = insight(*(judged("m" * 500 + str(index), longest) for index in range(40)))
        assert len(report.details) < 2000
        assert len(report.details.splitlines()) == 12


class TestItsFigures:
    def test_come_in_the_order_of_their_importance(self) -> None:
        figures = insight(
            judged(
                "orders",
                DUPLICATES,
                rows=RowCounts(100, 110, 15, 5, 40, 55),
                keys=KeyCounts(0, 3, 0, 12),
                column_values=(ColumnValues("a", 40, 95), ColumnValues("b", 0, 95)),
            ),
            judged("kiosks", REMOVED, rows=RowCounts(10, 11, 1, 0, 0, 10)),
            JudgedModel(identical("cities")),
        )
        report = with_comment(figures, "https://a.example/7#comment-11")
        assert list(fields(report).items()) == [
            ("Verdict", "Failed"),
            ("Models failed", 1),
            ("Wrong primary keys", 15),
            ("Models that differ", "2 of 3"),
            ("Rows added", 16),
            ("Rows removed", 5),
            ("Rows changed", 40),
            ("Lowest match", 57.89),
            ("Models warned", 1),
            ("Comment", Link("On the pull request", "https://a.example/7#comment-11")),
        ]
        assert [field.type for field in report.data] == [
            DataType.TEXT,
            DataType.NUMBER,
            DataType.NUMBER,
            DataType.TEXT,
            DataType.NUMBER,
            DataType.NUMBER,
            DataType.NUMBER,
            DataType.PERCENTAGE,
            DataType.NUMBER,
            DataType.LINK,
        ]

    def test_are_left_out_where_there_is_nothing_to_tell(self) -> None:
        report = insight(JudgedModel(identical("cities", keys=KeyCounts(None, None, None, 0))))
        assert fields(report) == {"Verdict": "Passed", "Models that differ": "0 of 1"}

    def test_say_that_a_sum_is_not_the_whole(self) -> None:
        report = insight(
            judged("a", rows=RowCounts(added=1_200)),
            judged("b", rows=RowCounts(added=None, removed=0, changed=2)),
        )
        assert fields(report)["Rows added"] == "at least 1,200"
        assert "Rows removed" not in fields(report)

    @pytest.mark.parametrize(
        ("different", "compared", "shown"),
        [
            (0, 5, 100),
            (5, 5, 0),
            (1, 3, 66.66),
            (1, 10**9, 99.99),
            (10**9 - 1, 10**9, 0.01),
        ],
    )
    def test_never_round_to_all_or_nothing(
        self, different: int, compared: int, shown: float
    ) -> None:
        values = (ColumnValues("a", different, compared), ColumnValues("b", match_percent=None))
        assert fields(insight(judged("a", column_values=values)))["Lowest match"] == shown


class TestAnnotations:
    def test_are_on_the_models_files(self) -> None:
        report = JudgedReport(
            (
                judged("model.shop.orders", DUPLICATES, REMOVED, path=PATH),
                judged("model.shop.kiosks", UNKNOWN, path="models/kiosks.sql"),
                judged("no_path", DUPLICATES),
                JudgedModel(identical("no_finding", path="models/none.sql")),
            )
        )
        assert [(one.path, one.message, one.severity) for one in annotations(report)] == [
            (PATH, "orders: 12 duplicate keys in id", Severity.HIGH),
            ("models/kiosks.sql", "kiosks: rows added not reported", Severity.MEDIUM),
            (PATH, "orders: column status removed", Severity.LOW),
        ]

    def test_keep_their_ids_while_the_numbers_change(self) -> None:
        later = Finding(Level.WARNED, DUPLICATES.rule, "3 duplicate keys in id")
        [before] = annotations(JudgedReport((judged("orders", DUPLICATES, path=PATH),)))
        [after] = annotations(JudgedReport((judged("orders", later, path="elsewhere.sql"),)))
        assert before.external_id == after.external_id
        assert len(before.external_id) == len("data-diff-") + 32

    def test_differ_by_model_rule_and_column(self) -> None:
        other_column = Finding(REMOVED.level, REMOVED.rule, REMOVED.text, "amount")
        other_rule = Finding(REMOVED.level, Rule.RETYPED_COLUMN, REMOVED.text, "status")
        found = annotations(
            JudgedReport(
                (
                    judged("orders", REMOVED, other_column, other_rule, path=PATH),
                    judged("kiosks", REMOVED, path=PATH),
                )
            )
        )
        assert len({one.external_id for one in found}) == len(found) == 4

    def test_are_not_repeated(self) -> None:
        report = JudgedReport((judged("orders", DUPLICATES, DUPLICATES, path=PATH),))
        assert len(annotations(report)) == 1

    @pytest.mark.parametrize("number", [999, 1000, 1001])
    def test_are_as_many_as_fit_and_the_worst(self, number: int) -> None:
        models = [judged(f"m{index}", REMOVED, path=PATH) for index in range(number)]
        report = JudgedReport((*models, judged("worst", DUPLICATES, path=PATH)))
        found = annotations(report)
        assert len(found) == min(number + 1, MOST_ANNOTATIONS)
        assert found[0].message == "worst: 12 duplicate keys in id"

    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            ("models/a b/ä-orders.v2.sql", "models/a b/ä-orders.v2.sql"),
            ("./models/orders.sql", "models/orders.sql"),
            ("models\\marts\\orders.sql", "models/marts/orders.sql"),
            ("..orders", "..orders"),
            ("p" * 1024, "p" * 1024),
            ("", None),
            ("/etc/passwd", None),
            ("models/../../secret", None),
            ("..\\secret", None),
            ("models/./orders.sql", None),
            ("models//orders.sql", None),
            ("models/", None),
            ("C:\\models\\orders.sql", None),
            ("https://evil.example/x", None),
            ("models/orders\n.sql", None),
            ("models/orders\x00.sql", None),
            ("models/\u202eorders.sql", None),
            ("models/\ud800.sql", None),
            ("p" * 1025, None),
        ],
    )
    def test_are_only_on_files_within_the_repository(self, path: str, shown: str | None) -> None:
        found = annotations(JudgedReport((judged("orders", DUPLICATES, path=path),)))
        assert [one.path for one in found] == ([shown] if shown else [])

    @given(names, names, names)
    def test_are_plain_lines_whatever_names_hold(self, model: str, text: str, column: str) -> None:
        finding = Finding(Level.FAILED, Rule.MATCH, text, column)
        report = JudgedReport((judged(model, finding, path=PATH),))
        [found] = annotations(report)
        assert shows_on_a_line(found.message)
        assert 0 < len(found.message) <= 440
        assert found.external_id.isascii()
        details = insight(*report.models).details
        assert all(shows_on_a_line(line) for line in details.split("\n"))
        assert details.count("\n") == 1

    def test_of_a_model_that_could_not_be_diffed_say_why(self) -> None:
        why = Finding(Level.FAILED, Rule.FAILED_DIFF, "could not be diffed: no such table")
        [found] = annotations(JudgedReport((JudgedModel(failed("orders", path=PATH), (why,)),)))
        assert found.message == "orders: could not be diffed: no such table"
