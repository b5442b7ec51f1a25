import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.submission import FULL_COMMIT, Submission, submission_id

COMMIT = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
OTHER_COMMIT = "bf0e8b7962c024026ad01ae09d3a11732e26c0d4"
ID = submission_id(COMMIT, None, "data-diff", b"{}")


def test_the_same_results_for_the_same_target_are_the_same_submission() -> None:
    assert submission_id(COMMIT, None, "data-diff", b"{}") == ID


@pytest.mark.parametrize(
    "other",
    [
        submission_id(COMMIT, None, "data-diff", b"{} "),
        submission_id(COMMIT, None, "datafold", b"{}"),
        submission_id(OTHER_COMMIT, None, "data-diff", b"{}"),
        submission_id(None, 7, "data-diff", b"{}"),
        submission_id(COMMIT, 7, "data-diff", b"{}"),
    ],
    ids=["body", "read as", "commit", "pull request", "commit and pull request"],
)
def test_other_results_or_targets_are_other_submissions(other: str) -> None:
    assert other != ID


@pytest.mark.parametrize(
    ("commit", "pull_request", "beginning"),
    [(COMMIT, None, f"{COMMIT}-"), (COMMIT, 7, f"{COMMIT}-"), (None, 7, "pr7-")],
    ids=["commit", "both", "pull request"],
)
def test_an_id_begins_with_what_it_is_about(
    commit: str | None, pull_request: int | None, beginning: str
) -> None:
    assert submission_id(commit, pull_request, "data-diff", b"").startswith(beginning)


@given(st.integers(1, 2**53), st.text(max_size=20), st.binary(max_size=50))
def test_an_id_fits_into_a_url_as_it_is(number: int, read_as: str, body: bytes) -> None:
    assert re.fullmatch("pr[0-9]+-[0-9a-f]{16}", submission_id(None, number, read_as, body))


@pytest.mark.parametrize(
    ("text", "full"),
    [(COMMIT, True), (COMMIT[:12], False), (COMMIT.upper(), False), (COMMIT + "0", False)],
)
def test_a_full_commit_has_40_characters(text: str, full: bool) -> None:  # noqa: FBT001
    assert bool(FULL_COMMIT.fullmatch(text)) is full


def test_the_diffs_lie_below_their_integration() -> None:
    submission = Submission("abc", ID, "data-diff", COMMIT, None, "2026-11-20T10:00:00+00:00", 2)
    assert submission.object_key == f"submissions/abc/{ID}.json.gz"
