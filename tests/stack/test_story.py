import pytest

from tests.functional.data_diff_lines import different, failed, identical
from tests.stack.conftest import Repository, until

pytestmark = pytest.mark.stack


def first_line(text: str) -> str:
    return text.splitlines()[0]


@pytest.mark.parametrize("where", ["repository", "on_data_center"])
def test_the_story_from_connecting_to_merging(where: str, request: pytest.FixtureRequest) -> None:
    repository: Repository = request.getfixturevalue(where)
    [hook] = repository.bitbucket.hooks(repository.name)
    assert hook.url == f"{repository.stack.api_url}/webhooks/{repository.integration_id}"
    assert hook.secret

    number, first = repository.open_pull_request()
    assert repository.comments(number) == []

    repository.until_posted(repository.submit(f"{different()}\n{failed()}", commit=first))
    [(comment, text)] = repository.comments(number)
    assert "1 of 2 models could not be diffed" in first_line(text)
    assert repository.build_state(first) == "FAILED"

    second = repository.push(number)
    until(lambda: second[:12] in repository.comments(number)[0][1], "the report marked as older")
    assert first[:12] in repository.comments(number)[0][1]
    assert repository.build_state(second) == "INPROGRESS"

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


def test_a_repository_that_was_moved_is_followed(on_data_center: Repository) -> None:
    bitbucket = on_data_center.bitbucket
    number, head = on_data_center.open_pull_request()
    on_data_center.name = bitbucket.move_data_center_repository(on_data_center.name, "MARTS")
    on_data_center.until_posted(on_data_center.submit(different(), commit=head))
    assert len(on_data_center.comments(number)) == 1
    second = on_data_center.push(number)
    until(lambda: on_data_center.build_state(second) == "INPROGRESS", "the build status")


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
