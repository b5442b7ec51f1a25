from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.vocabulary import (
    BuildState,
    BuildStatus,
    PullRequest,
    PullRequestState,
)
from bitbucket_integration.model_diff import ModelDiff
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.submission import Submission, SubmissionStatus, submission_id
from decision import Knowledge, Mark, Plan, Results, decide, marker, status_key
from report_footer import has_footer
from tests.unit.model_diffs import different, failed, identical, model_diffs

HEAD = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
BEFORE = "bf0e8b7962c024026ad01ae09d3a11732e26c0d4"
WEB_URL = "https://bitbucket.org/acme/jaffle-shop/pull-requests/7"
QUEUED, POSTED, SUPERSEDED = (
    SubmissionStatus.QUEUED,
    SubmissionStatus.POSTED,
    SubmissionStatus.SUPERSEDED,
)
OPEN = PullRequest(7, PullRequestState.OPEN, HEAD[:12], "feature/orders", WEB_URL)
NOTHING_POSTED = PullRequestRecord(7)
BEFORE_POSTED = PullRequestRecord(7, BEFORE, "11", "digest", f"{WEB_URL}#11", BEFORE, "status")
HEAD_POSTED = replace(BEFORE_POSTED, head=HEAD, reported_commit=HEAD)


def submission(
    commit: str | None = HEAD, status: SubmissionStatus = QUEUED, body: bytes = b""
) -> Submission:
    at = "2026-11-20T10:00:00.000000+00:00"
    name = submission_id(commit, 7, "data-diff", body)
    return Submission("abc", name, "data-diff", commit, 7, at, 1, status)


def results(*models: ModelDiff, commit: str = HEAD, **rest: Any) -> Results:
    return Results(submission(commit, **rest), models)


def knowledge(**changes: Any) -> Knowledge:
    known = Knowledge(
        integration_id="abc",
        repository_url="https://bitbucket.org/acme/jaffle-shop",
        pull_request=OPEN,
        head=HEAD,
        record=NOTHING_POSTED,
    )
    return replace(known, **changes)


def status(state: BuildState, description: str) -> BuildStatus:
    return BuildStatus("data-diff-abc", state, "Data diff", description, WEB_URL, "feature/orders")


WAITING = status(BuildState.IN_PROGRESS, "Waiting for data diff results")


class TestOpenPullRequests:
    @pytest.mark.parametrize("record", [NOTHING_POSTED, BEFORE_POSTED], ids=["new", "moved on"])
    def test_without_results_it_waits_and_no_comment_is_touched(
        self, record: PullRequestRecord
    ) -> None:
        plan = decide(knowledge(record=record))
        assert plan == Plan(None, record.reported_commit, WAITING)

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
        assert plan.reported_commit == HEAD
        assert plan.marks == (Mark(current.submission, POSTED),)

    def test_earlier_results_stay_and_say_that_they_are_old(self) -> None:
        earlier = results(identical("orders"), commit=BEFORE)
        plan = decide(knowledge(record=BEFORE_POSTED, earlier=[earlier]))
        assert plan.comment is not None
        assert BEFORE[:12] in plan.comment
        assert HEAD[:12] in plan.comment
        assert plan.reported_commit == BEFORE
        assert plan.build_status == WAITING
        assert plan.marks == ()

    def test_earlier_results_make_no_comment_where_there_is_none(self) -> None:
        record = replace(BEFORE_POSTED, comment_id="")
        earlier = results(identical("orders"), commit=BEFORE)
        assert decide(knowledge(record=record, earlier=[earlier])).comment is None

    def test_current_results_win_over_earlier_ones(self) -> None:
        current, earlier = results(identical("new")), results(identical("old"), commit=BEFORE)
        both = knowledge(record=BEFORE_POSTED, current=[current], earlier=[earlier])
        assert decide(both) == decide(replace(both, earlier=[]))

    @pytest.mark.parametrize(
        ("models", "state", "description"),
        [
            ([identical("a")], BuildState.SUCCESSFUL, "No differences in 1 model"),
            ([different("a")], BuildState.SUCCESSFUL, "1 model differs: row counts not reported"),
            ([failed("a")], BuildState.FAILED, "1 model could not be diffed"),
            ([], BuildState.FAILED, "No models were diffed"),
        ],
        ids=["identical", "different", "failed", "none"],
    )
    def test_the_build_status_gives_the_verdict(
        self, models: Sequence[ModelDiff], state: BuildState, description: str
    ) -> None:
        plan = decide(knowledge(current=[results(*models)]))
        assert plan.build_status == status(state, description)
        assert type(plan.build_status.state) is BuildState

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

    def test_an_open_one_that_lost_its_head_says_so(self) -> None:
        lost = knowledge(
            pull_request=replace(OPEN, head=None), head=None, outdated=[submission(BEFORE)]
        )
        [mark] = decide(lost).marks
        assert (mark.status, mark.reason) == (SUPERSEDED, "no_head")
        assert "Pull request 7 is without its commits" in mark.detail
        assert decide(lost) == Plan(marks=(mark,))


class TestNames:
    def test_a_comment_is_found_by_its_integration(self) -> None:
        assert marker("abc") == "dd-abc"

    def test_a_status_key_has_at_most_40_characters(self) -> None:
        assert status_key("mfzwiztgoi3tqmjs") == "data-diff-mfzwiztgoi3tqmjs"
        assert len(status_key("x" * 60)) == 40


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
    record=st.sampled_from([NOTHING_POSTED, BEFORE_POSTED, HEAD_POSTED]),
    current=many_results,
    earlier=many_results,
    outdated=outdated,
)


@settings(max_examples=60)
@given(known)
def test_the_order_of_the_models_in_a_submission_does_not_matter(one: Knowledge) -> None:
    def turned(all_results: Sequence[Results]) -> list[Results]:
        return [Results(each.submission, each.models[::-1]) for each in all_results]

    again = replace(one, current=turned(one.current), earlier=turned(one.earlier))
    assert decide(again) == decide(one)


@settings(max_examples=60)
@given(known)
def test_only_an_open_pull_request_with_a_head_shows_anything(one: Knowledge) -> None:
    plan = decide(one)
    shows = one.pull_request.state is PullRequestState.OPEN and one.head is not None
    expired = not one.current and one.record.reported_commit == one.head
    assert (plan.build_status is not None) is (shows and not expired)
    if not shows:
        assert plan.comment is None


@settings(max_examples=60)
@given(known)
def test_what_is_settled_is_never_superseded(one: Knowledge) -> None:
    for mark in decide(one).marks:
        assert mark.status is POSTED or mark.submission.status is QUEUED
