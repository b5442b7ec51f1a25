import time

import pytest

from tests.functional.data_diff_lines import different, failed, identical
from tests.stack.conftest import Repository, until

pytestmark = pytest.mark.stack


def first_line(text: str) -> str:
    return text.splitlines()[0]


@pytest.mark.parametrize(
    "repository",
    ["cloud", "data_center", "data_center 7.2.0", "data_center 10.2.7"],
    indirect=True,
)
def test_the_story_from_connecting_to_merging(repository: Repository) -> None:
    [hook] = repository.bitbucket.hooks(repository.name)
    assert hook.url == f"{repository.stack.api_url}/webhooks/{repository.integration_id}"
    assert hook.secret

    number, first = repository.open_pull_request()
    assert repository.comments(number) == []

    repository.until_posted(repository.submit(f"{different()}\n{failed()}", commit=first))
    [(comment, text)] = repository.comments(number)
    assert "1 of 2 models failed" in first_line(text)
    assert repository.build_state(first) == "FAILED"

    second = repository.push(number)
    until(lambda: second[:12] in repository.comments(number)[0][1], "the report marked as older")
    assert first[:12] in repository.comments(number)[0][1]
    # The build status is set after the comment.
    until(lambda: repository.build_state(second) == "INPROGRESS", "the build status that waits")

    repository.until_posted(repository.submit(identical(), commit=second))
    [(same_comment, text)] = repository.comments(number)
    assert same_comment == comment
    assert "no differences" in first_line(text)
    assert repository.build_state(second) == "SUCCESSFUL"

    repository.bitbucket.merge_pull_request(repository.name, number)
    repository.settle()
    late = repository.submit(different(), commit=second, pull_request=number)
    until(lambda: repository.status(late) == "superseded", "late results as superseded")
    assert repository.comments(number) == [(comment, text)]


def test_results_may_arrive_before_the_webhook(repository: Repository) -> None:
    repository.bitbucket.pause_deliveries()
    try:
        pull_request = repository.bitbucket.open_pull_request(repository.name, title="Early")
        head = pull_request.commits[0]
        repository.until_posted(repository.submit(different(), commit=head))
    finally:
        repository.bitbucket.resume_deliveries()
    repository.settle()
    assert len(repository.comments(pull_request.id)) == 1
    assert repository.build_state(head) == "SUCCESSFUL"


def test_a_webhook_that_comes_twice_changes_nothing(repository: Repository) -> None:
    number, head = repository.open_pull_request()
    repository.until_posted(repository.submit(different(), commit=head))
    before = repository.comments(number)
    repository.bitbucket.redeliver_last(repository.name, number)
    repository.settle()
    assert repository.comments(number) == before


def test_results_that_come_twice_are_one_submission(repository: Repository) -> None:
    number, head = repository.open_pull_request()
    first = repository.submit(different(), commit=head)
    repository.until_posted(first)
    before = repository.comments(number)
    assert repository.submit(different(), commit=head) == first
    repository.until_posted(first)
    assert repository.comments(number) == before


def test_of_two_pushes_in_a_row_the_last_is_reported(repository: Repository) -> None:
    number, _ = repository.open_pull_request()
    second, third = repository.push(number), repository.push(number)
    outdated = repository.submit(different(), commit=second)
    current = repository.submit(identical(), commit=third)
    repository.until_posted(current)
    until(lambda: repository.status(outdated) == "superseded", "outdated results as superseded")
    [(_, text)] = repository.comments(number)
    assert "no differences" in first_line(text)


def test_a_comment_deleted_by_hand_is_made_anew(repository: Repository) -> None:
    number, head = repository.open_pull_request()
    repository.until_posted(repository.submit(different(), commit=head))
    [(deleted, text)] = repository.comments(number)
    repository.bitbucket.delete_comment(repository.name, number, deleted)
    repository.bitbucket.edit_pull_request(repository.name, number, title="Another title")
    until(lambda: repository.comments(number), "the new comment")
    [(made_anew, same_text)] = repository.comments(number)
    assert made_anew != deleted
    assert same_text == text


def test_a_comment_whose_answer_was_lost_is_not_posted_again(repository: Repository) -> None:
    number, head = repository.open_pull_request()
    repository.bitbucket.add_fault("apply_then_drop", method="POST", path="*/comments")
    repository.until_posted(repository.submit(different(), commit=head))
    assert len(repository.comments(number)) == 1


def test_a_repository_that_is_renamed_in_between_keeps_its_comment(repository: Repository) -> None:
    number, first = repository.open_pull_request()
    repository.until_posted(repository.submit(different(), commit=first))
    [(comment, _)] = repository.comments(number)
    repository.rename()
    second = repository.push(number)
    repository.until_posted(repository.submit(identical(), commit=second))
    [(same_comment, text)] = repository.comments(number)
    assert same_comment == comment
    assert "no differences" in first_line(text)
    assert repository.build_state(second) == "SUCCESSFUL"


def test_a_rate_limit_is_waited_out_for_as_long_as_bitbucket_asks(repository: Repository) -> None:
    number, head = repository.open_pull_request()
    seconds = 8  # more than the first try would wait by itself
    fault = repository.bitbucket.add_fault(
        "rate_limited", method="POST", path="*/comments", retry_after=seconds
    )
    submitted = repository.submit(different(), commit=head)
    until(
        lambda: fault.id not in [one.id for one in repository.bitbucket.faults()], "the answer 429"
    )
    refused_at = time.monotonic()
    repository.until_posted(submitted)
    assert time.monotonic() - refused_at > seconds - 1
    assert len(repository.comments(number)) == 1
