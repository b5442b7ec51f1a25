import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.errors import MalformedJobError
from bitbucket_integration.report_job import (
    DEADLINE,
    SUBMITTED,
    CommitJob,
    PullRequestJob,
    ReportJob,
    from_message,
    to_message,
)

COMMIT = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
JOB = PullRequestJob("abc", 7, "pullrequest:updated", "046d9a3c1532")
MESSAGE = {
    "version": 1,
    "kind": "pull_request",
    "integration_id": "abc",
    "pull_request_id": 7,
    "cause": "pullrequest:updated",
    "commit": "046d9a3c1532",
}


def test_a_job_on_the_queue_is_read_by_the_version_that_follows() -> None:
    assert json.loads(to_message(JOB)) == MESSAGE
    assert from_message(json.dumps(MESSAGE)) == JOB


def test_a_job_for_a_commit_names_only_the_commit() -> None:
    job = CommitJob("abc", COMMIT, SUBMITTED)
    assert json.loads(to_message(job)) == {
        "version": 1,
        "kind": "commit",
        "integration_id": "abc",
        "commit": COMMIT,
        "cause": "submission",
    }


@pytest.mark.parametrize(
    ("cause", "event"),
    [(SUBMITTED, False), (DEADLINE, False), ("pullrequest:updated", True), ("pr:opened", True)],
)
def test_only_bitbuckets_causes_are_events(cause: str, *, event: bool) -> None:
    assert PullRequestJob("abc", 7, cause).is_event is event


@given(
    st.builds(PullRequestJob, st.text(), st.integers(1), st.text(), st.none() | st.text())
    | st.builds(CommitJob, st.text(), st.text(), st.text())
)
def test_a_job_reads_back_as_itself(job: ReportJob) -> None:
    again = from_message(to_message(job))
    assert again == job
    assert type(again) is type(job)


def test_jobs_of_one_pull_request_share_a_group_whatever_caused_them() -> None:
    other = PullRequestJob("abc", 7, SUBMITTED, None)
    assert JOB.group == other.group


@pytest.mark.parametrize(
    "other",
    [
        PullRequestJob("abc", 71, SUBMITTED),
        PullRequestJob("ab", 7, SUBMITTED),
        CommitJob("abc", COMMIT, SUBMITTED),
        CommitJob("abd", COMMIT, SUBMITTED),
    ],
    ids=["pull request", "integration", "commit", "another integration's commit"],
)
def test_other_jobs_do_not_wait_for_it(other: ReportJob) -> None:
    assert other.group != JOB.group


@pytest.mark.parametrize(
    "message",
    [
        MESSAGE | {"version": 2},
        MESSAGE | {"version": "1"},
        MESSAGE | {"version": None},
        MESSAGE | {"kind": "unknown"},
        MESSAGE | {"kind": None},
        MESSAGE | {"kind": ["commit"]},
        MESSAGE | {"kind": "commit"},
        MESSAGE | {"more": 1},
        {name: value for name, value in MESSAGE.items() if name != "version"},
        {name: value for name, value in MESSAGE.items() if name != "kind"},
        {name: value for name, value in MESSAGE.items() if name != "cause"},
        {},
        [],
        [MESSAGE],
        None,
        7,
        "pull_request",
    ],
    ids=repr,
)
def test_what_is_no_job_of_this_version_is_malformed(message: Any) -> None:
    with pytest.raises(MalformedJobError):
        from_message(json.dumps(message))


@given(st.text())
def test_any_text_is_a_job_or_malformed(text: str) -> None:
    with pytest.raises(MalformedJobError):
        from_message(text)


def test_what_was_in_a_malformed_job_stays_out_of_the_error() -> None:
    with pytest.raises(MalformedJobError) as caught:
        from_message('{"version": 1, "kind": "commit", "secret-name": "secret-value"}')
    assert "secret" not in str(caught.value)
