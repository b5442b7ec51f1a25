from dataclasses import replace

import pytest

from bitbucket_integration.judged_report import Level
from bitbucket_integration.published_report import ReportSummary
from full_report.shown_report import ShownReport, chosen
from tests.unit.published_reports import COMMIT, CREATED_AT, OTHER_COMMIT, published

NEWEST = ReportSummary(7, COMMIT, "2026-11-20T11:00:00.000000+00:00", Level.FAILED, 4, 2, 2)
MIDDLE = replace(NEWEST, created_at=CREATED_AT)
OLDEST = replace(NEWEST, commit=OTHER_COMMIT, created_at="2026-11-19T10:00:00.000000+00:00")
HISTORY = (NEWEST, MIDDLE, OLDEST)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", NEWEST),
        ("1", NEWEST),
        ("2", MIDDLE),
        ("3", OLDEST),
        ("0", None),
        ("4", None),
        ("-1", None),
        ("\N{SUPERSCRIPT TWO}", None),
        (COMMIT, NEWEST),
        (COMMIT[:7], NEWEST),
        (COMMIT[:6], None),
        (COMMIT.upper(), None),
        (OTHER_COMMIT[:12], OLDEST),
        ("f" * 40, None),
        (CREATED_AT, MIDDLE),
        ("2026-11-20", None),
    ],
)
def test_an_address_asks_for_a_report_of_the_history(
    wanted: str, found: ReportSummary | None
) -> None:
    assert chosen(HISTORY, wanted) == found


def test_without_any_report_none_is_chosen() -> None:
    assert chosen((), "") is None
    assert chosen((), "1") is None


def test_a_commit_of_digits_is_no_number() -> None:
    line = replace(NEWEST, commit="1234567" + "0" * 33)
    assert chosen((line,), "1234567") == line


@pytest.mark.parametrize(
    ("head", "moved"),
    [("", False), (COMMIT, False), (COMMIT[:12], False), (OTHER_COMMIT[:12], True)],
)
def test_a_pull_request_has_moved_on_when_its_head_is_another_commit(
    head: str, *, moved: bool
) -> None:
    assert ShownReport(published(), HISTORY, head).has_moved_on is moved


def test_an_earlier_report_knows_the_current_one() -> None:
    assert ShownReport(published(), HISTORY).current == NEWEST
    newest = published(created_at=NEWEST.created_at)
    assert ShownReport(newest, HISTORY).current is None
    assert ShownReport(published(), ()).current is None


@pytest.mark.parametrize(
    ("reported", "found"),
    [("", NEWEST), (COMMIT, NEWEST), (OTHER_COMMIT, OLDEST), ("f" * 40, NEWEST)],
)
def test_the_current_report_is_the_newest_on_the_commit_that_the_pull_request_shows(
    reported: str, found: ReportSummary
) -> None:
    assert chosen(HISTORY, "", reported) == found
    assert chosen(HISTORY, "1", reported) == NEWEST
    assert ShownReport(published(), HISTORY, COMMIT, reported).current == found


def test_a_report_is_told_from_another_one_on_its_commit() -> None:
    shown = ShownReport(published(), HISTORY)
    assert [shown.is_this(line) for line in HISTORY] == [False, True, False]
