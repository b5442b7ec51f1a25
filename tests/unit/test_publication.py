from dataclasses import replace
from typing import Any

import pytest

from bitbucket_integration.judged_report import Finding, JudgedModel, JudgedReport, Level, Rule
from bitbucket_integration.published_report import Changes
from bitbucket_integration.report_settings import ReportSettings
from publication import publication, publication_digest
from tests.unit.known import (
    BEFORE,
    HEAD,
    OPEN,
    REPOSITORY_URL,
    WEB_URL,
    knowledge,
    reported,
    results,
)
from tests.unit.model_diffs import identical

REPORT = JudgedReport((JudgedModel(identical("orders")),))
FIRST = results(identical("orders"), body=b"1", at="2026-11-20T10:00:00.000000+00:00")
SECOND = results(identical("kiosks"), body=b"2", at="2026-11-20T11:00:00.000000+00:00")
OTHER_FORMAT = replace(SECOND, submission=replace(SECOND.submission, format="datafold"))
BROKEN = JudgedModel(identical("orders"), (Finding(Level.FAILED, Rule.MATCH, "x"),))


def test_a_report_says_what_it_is_about() -> None:
    published = publication(knowledge(current=[FIRST, OTHER_FORMAT, FIRST]), HEAD, REPORT)
    assert (published.integration_id, published.pull_request_id) == ("abc", 7)
    assert (published.commit, published.report) == (HEAD, REPORT)
    assert (published.repository, published.repository_url) == ("acme/jaffle-shop", REPOSITORY_URL)
    assert (published.pull_request_url, published.pull_request_title) == (WEB_URL, "Count refunds")
    assert published.formats == ("data-diff", "datafold")


def test_a_report_is_as_old_as_its_newest_results() -> None:
    for current in ([FIRST, SECOND], [SECOND, FIRST]):
        published = publication(knowledge(current=current), HEAD, REPORT)
        assert published.created_at == SECOND.submission.submitted_at


def test_a_report_is_compared_with_the_one_before() -> None:
    known = knowledge(current=[FIRST], previous=reported(BROKEN))
    assert publication(known, HEAD, REPORT).changes == Changes(BEFORE, fixed=("orders",))
    assert publication(knowledge(current=[FIRST]), HEAD, REPORT).changes is None


@pytest.mark.parametrize(
    "changes",
    [
        {"current": [FIRST]},
        {"current": [FIRST, results(identical("a"), body=b"2")]},
        {"pull_request": replace(OPEN, title="Count more")},
        {"settings": ReportSettings(wait_minutes=1)},
        {"previous": reported(BROKEN)},
        {"previous": reported(BROKEN, commit="c" * 40)},
    ],
)
def test_the_digest_tells_whether_the_report_may_be_another(changes: dict[str, Any]) -> None:
    known = knowledge(current=[FIRST, SECOND])
    assert publication_digest(known, HEAD) == publication_digest(replace(known), HEAD)
    assert publication_digest(known, HEAD) != publication_digest(known, BEFORE)
    if changes.get("previous"):
        known = replace(known, previous=reported(BROKEN, commit="d" * 40))
    assert publication_digest(replace(known, **changes), HEAD) != publication_digest(known, HEAD)


def test_the_same_results_sent_again_leave_a_report_as_old_as_it_was() -> None:
    kept = replace(reported(), commit=HEAD, report=REPORT)
    known = knowledge(current=[FIRST, SECOND], kept=kept)
    assert publication(known, HEAD, REPORT).created_at == kept.created_at
    other = replace(kept, report=JudgedReport((BROKEN,)))
    known = replace(known, kept=other)
    assert publication(known, HEAD, REPORT).created_at == SECOND.submission.submitted_at
