from dataclasses import replace
from typing import Any

import pytest

from bitbucket_integration.bitbucket.vocabulary import BuildState
from bitbucket_integration.build_status import status_key
from bitbucket_integration.judged_report import Finding, JudgedModel, JudgedReport, Level, Rule
from bitbucket_integration.model_diff import Column, RowCounts
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.report_settings import ReportSettings
from build_statuses import (
    Awaiting,
    CommitStatus,
    of_nothing_more,
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
from tests.unit.model_diffs import different, identical

WAITING = status(BuildState.IN_PROGRESS, "Waiting for data diff results")
EIGHT = "2026-11-20T08:00:00+00:00"
BEGUN = "2026-11-20"
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


ENDS = " · Access token ends on 2026-12-04: replace it in the configuration"
NEW = (Column("discount"),)


class TestATokenThatIsAboutToEnd:
    @pytest.mark.parametrize(
        ("expires", "hint"),
        [
            ("", ""),
            ("2026-12-05", ""),
            ("2026-12-04", ENDS),
            ("2026-11-20", ENDS.replace("2026-12-04", "2026-11-20")),
            (
                "2026-11-19",
                " · Access token should have ended on 2026-11-19: replace it, or correct the date",
            ),
        ],
    )
    @pytest.mark.parametrize("minutes", [0, 120])
    def test_is_told_after_what_the_status_says(
        self, expires: str, hint: str, minutes: int
    ) -> None:
        settings = ReportSettings(wait_minutes=minutes)
        known = knowledge(access_token_expires=expires, settings=settings)
        assert without_results(known)[0].description == f"Waiting for data diff results{hint}"
        shown = with_results(known, report()).description
        assert shown == f"No models were diffed{hint}"

    def test_is_told_where_nothing_came(self) -> None:
        known = knowledge(record=AWAITED, access_token_expires="2026-12-04")
        said = f"No data diff results came within 120 minutes{ENDS}"
        assert without_results(known)[0] == status(BuildState.STOPPED, said)

    def test_is_told_in_the_same_words_every_day(self) -> None:
        told = {
            with_results(
                knowledge(access_token_expires="2026-12-04", now=f"{day}T12:00:00+00:00"), report()
            )
            for day in ("2026-11-20", "2026-11-30", "2026-12-04")
        }
        assert len(told) == 1

    def test_takes_the_place_of_row_counts_and_never_of_the_verdict(self) -> None:
        verdicts = (Level.FAILED, Level.INCOMPLETE, Level.WARNED, Level.PASSED)
        rows = RowCounts(added=2**63 - 1, removed=None, changed=None)
        diffs = [different(f"m{n}", rows, columns_added=NEW) for n in range(5_000)]
        judged = JudgedReport(
            tuple(
                JudgedModel(diff, (Finding(verdicts[n % 4], Rule.MATCH, "x"),))
                for n, diff in enumerate(diffs)
            )
        )
        wide = with_results(knowledge(), judged).description
        assert wide.endswith("not reported; schema changed in 5,000 models")
        shown = with_results(knowledge(access_token_expires="2026-12-04"), judged).description
        kinds = "1,250 of 5,000 models failed, 1,250 incomplete, 1,250 warned, 1,250 differ"
        assert shown == f"{kinds}{ENDS}"

    def test_leaves_row_counts_that_there_is_room_for(self) -> None:
        models = (JudgedModel(different("m", RowCounts(added=1, removed=0, changed=0)), ()),)
        known = knowledge(access_token_expires="2026-12-04")
        shown = with_results(known, JudgedReport(models)).description
        assert shown == f"1 model differs: 1 row added, 0 removed, 0 changed{ENDS}"

    def test_is_no_part_of_a_last_word(self) -> None:
        found = of_nothing_more(knowledge(record=AWAITED, access_token_expires=BEGUN), "Why.")
        assert found is not None
        assert found.status.description == "Why."


def test_a_status_key_has_at_most_40_characters() -> None:
    assert status_key("mfzwiztgoi3tqmjs") == "data-diff-mfzwiztgoi3tqmjs"
    assert len(status_key("x" * 60)) == 40
