from dataclasses import replace
from typing import Any

import pytest

from bitbucket_integration.bitbucket.vocabulary import BuildState
from bitbucket_integration.judged_report import Finding, JudgedModel, JudgedReport, Level, Rule
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.report_settings import ReportSettings
from build_statuses import (
    Awaiting,
    CommitStatus,
    of_nothing_more,
    status_key,
    with_results,
    without_results,
)
from tests.unit.known import (
    BEFORE,
    BEFORE_POSTED,
    HEAD,
    NOON,
    REPORT_URL,
    WEB_URL,
    knowledge,
    status,
)
from tests.unit.model_diffs import identical

WAITING = status(BuildState.IN_PROGRESS, "Waiting for data diff results")
EIGHT = "2026-11-20T08:00:00+00:00"
AWAITED = PullRequestRecord(7, HEAD, build_state=BuildState.IN_PROGRESS, awaited_since=EIGHT)


def report(*levels: Level) -> JudgedReport:
    return JudgedReport(
        tuple(
            JudgedModel(identical(f"m{number}"), (Finding(level, Rule.MATCH, "x"),))
            for number, level in enumerate(levels)
        )
    )


@pytest.mark.parametrize(
    ("level", "state"),
    [
        (Level.WARNED, BuildState.SUCCESSFUL),
        (Level.INCOMPLETE, BuildState.FAILED),
        (Level.FAILED, BuildState.FAILED),
    ],
)
def test_the_verdict_makes_the_state(level: Level, state: BuildState) -> None:
    assert with_results(knowledge(), report(level)).state is state


def test_a_status_with_results_leads_to_the_report() -> None:
    assert with_results(knowledge(report_url=REPORT_URL), report()).url == REPORT_URL
    assert with_results(knowledge(), report()).url == WEB_URL


class TestWaiting:
    def test_begins_now_and_ends_after_the_time_that_is_set(self) -> None:
        assert without_results(knowledge()) == (
            WAITING,
            Awaiting(NOON, "2026-11-20T14:00:00+00:00"),
        )

    def test_goes_on_for_the_same_head(self) -> None:
        known = knowledge(record=AWAITED, now="2026-11-20T09:59:59+00:00")
        assert without_results(known) == (WAITING, Awaiting(EIGHT, "2026-11-20T10:00:00+00:00"))

    @pytest.mark.parametrize(
        "record",
        [
            replace(AWAITED, head=BEFORE),
            replace(AWAITED, awaited_since=""),
        ],
        ids=["another head", "of unknown beginning"],
    )
    def test_begins_anew(self, record: PullRequestRecord) -> None:
        assert without_results(knowledge(record=record))[1].since == NOON

    @pytest.mark.parametrize(
        ("minutes", "now", "description"),
        [
            (120, "2026-11-20T10:00:00+00:00", "within 120 minutes"),
            (1, "2026-11-20T08:01:00+00:00", "within 1 minute"),
            (2880, "2026-11-23T08:00:00+00:00", "within 2,880 minutes"),
        ],
    )
    def test_ends_by_saying_that_nothing_came(
        self, minutes: int, now: str, description: str
    ) -> None:
        settings = ReportSettings(wait_minutes=minutes)
        shown, awaiting = without_results(knowledge(record=AWAITED, settings=settings, now=now))
        said = f"No data diff results came {description}"
        assert shown == status(BuildState.STOPPED, said)
        assert awaiting == Awaiting(EIGHT)

    def test_stays_ended(self) -> None:
        record = replace(AWAITED, build_state=BuildState.STOPPED)
        assert without_results(knowledge(record=record))[0].state is BuildState.STOPPED

    def test_never_ends_if_it_is_not_to(self) -> None:
        settings = ReportSettings(wait_minutes=0)
        known = knowledge(record=AWAITED, settings=settings, now="2027-11-20T12:00:00+00:00")
        assert without_results(known) == (WAITING, Awaiting(EIGHT))


class TestTheLastWord:
    def test_is_spoken_on_the_commit_whose_results_were_awaited(self) -> None:
        record = replace(AWAITED, head=BEFORE)
        assert of_nothing_more(knowledge(record=record), "Why it is so.") == CommitStatus(
            BEFORE, status(BuildState.STOPPED, "Why it is so.")
        )

    @pytest.mark.parametrize(
        "changes",
        [{"build_state": state} for state in BuildState if state is not BuildState.IN_PROGRESS]
        + [{"build_state": ""}],
    )
    def test_is_not_spoken_on_what_is_settled(self, changes: dict[str, Any]) -> None:
        record = replace(BEFORE_POSTED, **changes)
        assert of_nothing_more(knowledge(record=record), "Why.") is None

    def test_is_as_long_as_bitbucket_allows(self) -> None:
        found = of_nothing_more(knowledge(record=AWAITED), "w" * 300)
        assert found is not None
        assert len(found.status.description) == 255


def test_a_status_key_has_at_most_40_characters() -> None:
    assert status_key("mfzwiztgoi3tqmjs") == "data-diff-mfzwiztgoi3tqmjs"
    assert len(status_key("x" * 60)) == 40
