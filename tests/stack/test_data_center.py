"""What only Bitbucket Data Center does to the deployed stack."""

import json

import pytest

from tests.functional.data_diff_lines import different, identical
from tests.stack.conftest import Repository, until

pytestmark = pytest.mark.stack

on_data_center = pytest.mark.parametrize("repository", ["data_center"], indirect=True)


@pytest.mark.parametrize(
    ("repository", "date"),
    [("data_center 9.4.24", int), ("data_center 10.2.7", str)],
    indirect=["repository"],
    ids=["epoch-9.4.24", "iso-10.2.7"],
)
def test_a_webhooks_dates_may_be_numbers_or_text(
    repository: Repository, date: type[int | str]
) -> None:
    number, head = repository.open_pull_request()
    [sent] = [one for one in repository.bitbucket.deliveries() if head.encode() in one.body]
    assert isinstance(json.loads(sent.body)["pullRequest"]["createdDate"], date)
    assert [attempt.status for attempt in sent.attempts] == [202]
    repository.until_posted(repository.submit(different(), pull_request=number))


@pytest.mark.parametrize("repository", ["data_center 7.2.0"], indirect=True)
def test_a_server_before_7_4_gets_its_build_statuses_where_it_takes_them(
    repository: Repository,
) -> None:
    repository.bitbucket.clear_requests()
    _, head = repository.open_pull_request()
    path = f"/bitbucket/rest/build-status/latest/commits/{head}"
    assert [one.status for one in repository.bitbucket.requests("POST", path)] == [204]
    assert repository.bitbucket.requests(path="*/builds") == []


@on_data_center
def test_a_repository_that_is_moved_to_another_project_keeps_its_comment(
    repository: Repository,
) -> None:
    number, first = repository.open_pull_request()
    repository.until_posted(repository.submit(different(), commit=first))
    [(comment, _)] = repository.comments(number)
    repository.settle()
    repository.name = repository.bitbucket.move_data_center_repository(repository.name, "MARTS")
    repository.bitbucket.clear_requests()
    second = repository.push(number)
    repository.until_posted(repository.submit(identical(), commit=second))
    assert [one for one, _ in repository.comments(number)] == [comment]
    # It is followed once, and then known.
    answers = [one.status for one in repository.bitbucket.requests(path="*/pull-requests/*")]
    assert answers.count(307) == 1
    assert answers[0] == 307


@on_data_center
def test_a_comment_that_is_edited_in_between_is_read_again_and_replaced(
    repository: Repository,
) -> None:
    number, first = repository.open_pull_request()
    repository.until_posted(repository.submit(different(), commit=first))
    [(comment, _)] = repository.comments(number)
    bitbucket = repository.bitbucket
    bitbucket.clear_requests()
    # The function has read the comment, and is still waiting for the answer, when it is edited.
    bitbucket.add_fault("apply_then_wait", method="GET", path=f"*/comments/{comment}", seconds=2)
    submitted = repository.submit(identical(), commit=first)
    until(lambda: bitbucket.requests("GET", f"*/comments/{comment}"), "the comment as read")
    stored = bitbucket.state.named(repository.name)
    bitbucket.collaboration.edit_comment(stored, stored.comment(number, comment), "Edited")
    repository.until_posted(submitted)
    answers = [one.status for one in bitbucket.requests("PUT", f"*/comments/{comment}")]
    assert answers == [409, 200]
    [(same_comment, text)] = repository.comments(number)
    assert same_comment == comment
    assert "1 of 2 models differs" in text.splitlines()[0]
