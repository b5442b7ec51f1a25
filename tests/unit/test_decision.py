from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.vocabulary import BuildState, PullRequestState
from bitbucket_integration.judged_report import Finding, JudgedModel, Level, Rule
from bitbucket_integration.model_diff import ModelDiff
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.report_settings import Effect, ReportSettings
from bitbucket_integration.submission import SubmissionStatus
from build_statuses import Awaiting, CommitStatus
from comment.report_footer import has_footer
from decision import Mark, Plan, decide, marker
from knowledge import Knowledge, Results
from tests.unit.known import (
    BEFORE,
    BEFORE_POSTED,
    HEAD,
    HEAD_POSTED,
    NOON,
    NOTHING_POSTED,
    OPEN,
    REPORT_URL,
    WEB_URL,
    knowledge,
    reported,
    results,
    status,
    submission,
)
from tests.unit.model_diffs import different, failed, identical, model_diffs

QUEUED, POSTED, SUPERSEDED = (
    SubmissionStatus.QUEUED,
    SubmissionStatus.POSTED,
    SubmissionStatus.SUPERSEDED,
)
WAITING = status(BuildState.IN_PROGRESS, "Waiting for data diff results")
UNTIL_TWO = Awaiting(NOON, "2026-11-20T14:00:00+00:00")
AWAITED_BEFORE = replace(
    NOTHING_POSTED, head=BEFORE, build_state=BuildState.IN_PROGRESS, awaited_since=NOON
)
AWAITED = replace(AWAITED_BEFORE, head=HEAD)


def stopped(commit: str, description: str) -> CommitStatus:
    return CommitStatus(commit, status(BuildState.STOPPED, description))


class TestOpenPullRequests:
    @pytest.mark.parametrize("record", [NOTHING_POSTED, BEFORE_POSTED], ids=["new", "moved on"])
    def test_without_results_it_waits_and_no_comment_is_touched(
        self, record: PullRequestRecord
    ) -> None:
        assert decide(knowledge(record=record)) == Plan(build_status=WAITING, awaiting=UNTIL_TWO)

    @pytest.mark.parametrize(
        "record", [NOTHING_POSTED, BEFORE_POSTED, HEAD_POSTED], ids=["new", "moved on", "posted"]
    )
    def test_results_for_the_head_are_what_the_comment_speaks_of(
        self, record: PullRequestRecord
    ) -> None:
        current = results(identical("orders"), different("customers"))
        plan = decide(knowledge(record=record, current=[current]))
        assert plan.comment is not None
        assert has_footer(plan.comment, "dd-abc")
        assert HEAD[:12] in plan.comment
        assert f"https://bitbucket.org/acme/jaffle-shop/commits/{HEAD}" in plan.comment
        assert BEFORE[:12] not in plan.comment
        assert plan.report is not None
        assert plan.report.commit == HEAD
        assert plan.marks == (Mark(current.submission, POSTED),)

    def test_results_are_judged_by_the_settings_everywhere(self) -> None:
        lenient = ReportSettings(failed_diff=Effect.WARN)
        known = knowledge(current=[results(failed("a"))], settings=lenient)
        plan = decide(known)
        assert plan.report is not None
        assert plan.report.report.level is Level.WARNED
        assert plan.comment is not None
        assert "warning" in plan.comment.splitlines()[0]
        assert plan.build_status is not None
        assert plan.build_status.state is BuildState.SUCCESSFUL
        assert plan.insights is not None
        assert plan.insights.report.passed

    def test_an_earlier_report_stays_and_says_that_it_is_old(self) -> None:
        model = JudgedModel(different("orders"), (Finding(Level.WARNED, Rule.MATCH, "a finding"),))
        plan = decide(knowledge(record=BEFORE_POSTED, shown=reported(model)))
        assert plan.comment is not None
        assert BEFORE[:12] in plan.comment
        assert HEAD[:12] in plan.comment
        assert "a finding" in plan.comment
        assert plan.build_status == WAITING
        assert (plan.report, plan.insights, plan.marks) == (None, None, ())

    def test_an_earlier_report_makes_no_comment_where_there_is_none(self) -> None:
        record = replace(BEFORE_POSTED, comment_id="")
        assert decide(knowledge(record=record, shown=reported())).comment is None

    @pytest.mark.parametrize(
        ("models", "state", "description"),
        [
            ([identical("a")], BuildState.SUCCESSFUL, "No differences in 1 model"),
            ([different("a")], BuildState.SUCCESSFUL, "1 model differs: row counts not reported"),
            ([failed("a")], BuildState.FAILED, "1 model failed"),
            ([], BuildState.FAILED, "No models were diffed"),
        ],
        ids=["identical", "different", "failed", "none"],
    )
    def test_build_status_and_insights_give_the_verdict(
        self, models: Sequence[ModelDiff], state: BuildState, description: str
    ) -> None:
        plan = decide(knowledge(current=[results(*models)]))
        assert plan.build_status == status(state, description)
        assert type(plan.build_status.state) is BuildState
        assert plan.insights is not None
        assert plan.insights.report.passed is (state is BuildState.SUCCESSFUL)
        assert plan.insights.report.details.splitlines()[0] == description
        assert plan.insights.report.key == plan.build_status.key

    def test_of_several_submissions_the_latest_of_each_model_counts(self) -> None:
        first = results(failed("a"), identical("b"), body=b"1")
        second = results(identical("a"), body=b"2")
        plan = decide(knowledge(current=[first, second]))
        assert plan.build_status == status(BuildState.SUCCESSFUL, "No differences in 2 models")
        assert plan.marks == (Mark(first.submission, POSTED), Mark(second.submission, POSTED))
        turned = decide(knowledge(current=[second, first]))
        assert turned.build_status is not None
        assert turned.build_status.state is BuildState.FAILED

    def test_submissions_for_other_commits_are_superseded_if_they_still_wait(self) -> None:
        waiting = submission(BEFORE)
        done = [submission(BEFORE, one, b"x") for one in SubmissionStatus if one is not QUEUED]
        plan = decide(knowledge(outdated=[*done, waiting]))
        detail = "Pull request 7 is at 046d9a3c1532 now."
        assert plan.marks == (Mark(waiting, SUPERSEDED, "newer_commit", detail),)

    def test_a_commit_that_a_newer_one_overtook_is_awaited_no_longer(self) -> None:
        overtaken = stopped(BEFORE, "A newer commit came before any results")
        for current in ([], [results(identical("a"))]):
            plan = decide(knowledge(record=AWAITED_BEFORE, current=current))
            assert plan.stopped == overtaken
            assert plan.build_status is not None
        assert decide(knowledge(record=AWAITED)).stopped is None

    def test_the_report_is_linked_from_everything(self) -> None:
        path = "models/orders.sql"
        current = results(failed("a", path=path))
        plan = decide(knowledge(current=[current], report_url=REPORT_URL))
        assert plan.comment is not None
        assert f"]({REPORT_URL})" in plan.comment
        assert plan.build_status is not None
        assert plan.build_status.url == REPORT_URL
        assert plan.insights is not None
        assert plan.insights.report.link == REPORT_URL
        assert [one.path for one in plan.insights.annotations] == [path]

    def test_without_a_page_insights_lead_to_the_pull_request(self) -> None:
        plan = decide(knowledge(current=[results(identical("a"))]))
        assert plan.insights is not None
        assert plan.insights.report.link == WEB_URL

    def test_what_changed_since_the_last_report_is_told(self) -> None:
        broken = JudgedModel(identical("orders"), (Finding(Level.FAILED, Rule.MATCH, "x"),))
        current = results(identical("orders"))
        plan = decide(knowledge(current=[current], previous=reported(broken)))
        assert plan.comment is not None
        assert f"Since `{BEFORE[:12]}`" in plan.comment
        assert plan.report is not None
        assert plan.report.changes is not None
        assert plan.report.changes.fixed == ("orders",)


def turned_off(setting: str) -> ReportSettings:
    return ReportSettings.model_validate({setting: False})


class TestWhatIsTurnedOff:
    def test_is_not_shown(self) -> None:
        known = knowledge(current=[results(identical("a"))])
        whole = decide(known)
        assert decide(replace(known, settings=ReportSettings(comment=False))) == replace(
            whole, comment=None
        )
        assert decide(replace(known, settings=ReportSettings(build_status=False))) == replace(
            whole, build_status=None
        )
        assert decide(replace(known, settings=ReportSettings(code_insights=False))) == replace(
            whole, insights=None
        )

    @pytest.mark.parametrize("off", ["build_status", "pending_status"])
    def test_is_not_awaited(self, off: str) -> None:
        assert decide(knowledge(settings=turned_off(off))) == Plan()

    def test_no_longer_marks_a_comment_as_old(self) -> None:
        known = knowledge(record=BEFORE_POSTED, shown=reported())
        assert decide(known).comment is not None
        assert decide(replace(known, settings=ReportSettings(comment=False))).comment is None

    @pytest.mark.parametrize(
        ("off", "why"),
        [
            ("build_status", "Build statuses are turned off"),
            ("pending_status", "Results are awaited without a build status"),
        ],
    )
    def test_leaves_no_status_in_progress(self, off: str, why: str) -> None:
        plan = decide(knowledge(record=AWAITED, settings=turned_off(off)))
        assert plan.stopped == stopped(HEAD, why)

    def test_leaves_none_in_progress_when_results_have_come_either(self) -> None:
        settings, current = ReportSettings(build_status=False), [results(identical("a"))]
        plan = decide(knowledge(record=AWAITED, current=current, settings=settings))
        assert plan.stopped == stopped(HEAD, "Build statuses are turned off")


NOT_WANTED: dict[str, dict[str, Any]] = {
    "base_branch": {"settings": ReportSettings(base_branches=("release/*",))},
    "draft": {
        "settings": ReportSettings(draft_pull_requests=False),
        "pull_request": replace(OPEN, is_draft=True),
    },
    "skip_marker": {"head_message": "Count refunds [skip data-diff]"},
}


@pytest.mark.parametrize("reason", NOT_WANTED)
class TestPullRequestsThatAreNotReportedOn:
    def test_show_nothing_and_ci_hears_why(self, reason: str) -> None:
        current, done = results(identical("a")), results(status=POSTED, body=b"x")
        old = submission(BEFORE)
        plan = decide(knowledge(current=[current, done], outdated=[old], **NOT_WANTED[reason]))
        detail = plan.marks[-1].detail
        assert "7" in detail
        assert detail.endswith(".")
        assert plan == Plan(
            marks=(
                Mark(old, SUPERSEDED, "newer_commit", "Pull request 7 is at 046d9a3c1532 now."),
                Mark(current.submission, SUPERSEDED, reason, detail),
            )
        )

    def test_are_awaited_no_longer(self, reason: str) -> None:
        plan = decide(knowledge(record=AWAITED, **NOT_WANTED[reason]))
        assert plan.stopped is not None
        assert (plan.stopped.commit, plan.stopped.status.state) == (HEAD, BuildState.STOPPED)
        assert replace(plan, stopped=None) == Plan()

    def test_keep_what_they_show(self, reason: str) -> None:
        assert decide(knowledge(record=HEAD_POSTED, **NOT_WANTED[reason])) == Plan()

    def test_say_that_an_earlier_report_is_not_about_the_head(self, reason: str) -> None:
        known = knowledge(record=BEFORE_POSTED, shown=reported(), **NOT_WANTED[reason])
        plan = decide(known)
        assert plan.comment is not None
        assert f"`{HEAD[:12]}`" in plan.comment
        assert "which is not reported on. " in plan.comment
        assert replace(plan, comment=None) == Plan()
        silent = known.settings.model_copy(update={"comment": False})
        for changes in ({"settings": silent}, {"record": replace(known.record, comment_id="")}):
            assert decide(replace(known, **changes)) == Plan()


NOT_OPEN = [PullRequestState.MERGED, PullRequestState.DECLINED]


class TestClosedPullRequests:
    @pytest.mark.parametrize("state", NOT_OPEN)
    @pytest.mark.parametrize("record", [NOTHING_POSTED, BEFORE_POSTED], ids=["new", "posted"])
    def test_nothing_is_posted_any_more_and_what_waits_is_superseded(
        self, state: PullRequestState, record: PullRequestRecord
    ) -> None:
        current = results(identical("a"))
        done = results(identical("b"), status=POSTED, body=b"x")
        outdated = [submission(BEFORE), submission(None), submission(BEFORE, POSTED, b"x")]
        plan = decide(
            knowledge(
                pull_request=replace(OPEN, state=state),
                record=record,
                current=[current, done],
                outdated=outdated,
            )
        )
        closed = (SUPERSEDED, "pull_request_closed", f"Pull request 7 is {state.value}.")
        assert plan == Plan(
            marks=(
                Mark(current.submission, *closed),
                Mark(outdated[0], *closed),
                Mark(outdated[1], *closed),
            )
        )

    @pytest.mark.parametrize("state", NOT_OPEN)
    def test_nothing_is_awaited_any_more(self, state: PullRequestState) -> None:
        known = knowledge(pull_request=replace(OPEN, state=state), record=AWAITED_BEFORE)
        assert decide(known) == Plan(stopped=stopped(BEFORE, f"Pull request 7 is {state.value}."))

    def test_an_open_one_that_lost_its_head_says_so(self) -> None:
        lost = knowledge(
            pull_request=replace(OPEN, head=None), head=None, outdated=[submission(BEFORE)]
        )
        [mark] = decide(lost).marks
        assert (mark.status, mark.reason) == (SUPERSEDED, "no_head")
        assert "Pull request 7 is without its commits" in mark.detail
        assert decide(lost) == Plan(marks=(mark,))
        awaited = decide(replace(lost, record=AWAITED))
        assert awaited.stopped == stopped(HEAD, mark.detail)


def test_a_comment_is_found_by_its_integration() -> None:
    assert marker("abc") == "dd-abc"


many_results = st.lists(
    st.builds(
        lambda models, state: Results(submission(status=state), models),
        st.lists(model_diffs, max_size=3, unique_by=lambda diff: diff.model),
        st.sampled_from(SubmissionStatus),
    ),
    max_size=3,
)
outdated = st.lists(
    st.builds(submission, st.sampled_from([None, BEFORE]), st.sampled_from(SubmissionStatus)),
    max_size=3,
)
known = st.builds(
    knowledge,
    pull_request=st.builds(
        lambda state: replace(OPEN, state=state), st.sampled_from(PullRequestState)
    ),
    head=st.sampled_from([None, HEAD, HEAD[:12]]),
    record=st.sampled_from([NOTHING_POSTED, BEFORE_POSTED, HEAD_POSTED, AWAITED, AWAITED_BEFORE]),
    current=many_results,
    shown=st.sampled_from([None, reported()]),
    outdated=outdated,
    settings=st.builds(
        ReportSettings,
        comment=st.booleans(),
        build_status=st.booleans(),
        code_insights=st.booleans(),
        pending_status=st.booleans(),
        base_branches=st.sampled_from([(), ("main",), ("release",)]),
    ),
)


@settings(max_examples=60)
@given(known)
def test_the_order_of_the_models_in_a_submission_does_not_matter(one: Knowledge) -> None:
    turned = [Results(each.submission, each.models[::-1]) for each in one.current]
    assert decide(replace(one, current=turned)) == decide(one)


@settings(max_examples=60)
@given(known)
def test_only_an_open_pull_request_with_a_head_shows_anything(one: Knowledge) -> None:
    plan = decide(one)
    if one.pull_request.state is not PullRequestState.OPEN or one.head is None:
        assert plan == Plan(stopped=plan.stopped, marks=plan.marks)


@settings(max_examples=60)
@given(known)
def test_no_status_is_left_in_progress_that_nobody_awaits(one: Knowledge) -> None:
    plan = decide(one)
    if one.record.build_state == BuildState.IN_PROGRESS:
        on_the_same = plan.build_status is not None and one.record.head == one.head
        assert (plan.stopped is None) is on_the_same


@settings(max_examples=60)
@given(known)
def test_what_is_settled_is_never_superseded(one: Knowledge) -> None:
    for mark in decide(one).marks:
        assert mark.status is POSTED or mark.submission.status is QUEUED
