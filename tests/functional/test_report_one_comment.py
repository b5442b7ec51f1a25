from collections.abc import Callable
from typing import Any

import pytest

from local.bitbucket.model import Comment
from tests.functional.aws_calls import KilledError, Parameters
from tests.functional.bench import CLOUD, on_both, only_on
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, identical
from tests.functional.lambda_environment import LambdaContext

pytestmark = on_both


def ours(connection: Connection, number: int) -> list[Comment]:
    """The comments that access tokens wrote and nobody deleted."""
    comments = connection.system.bitbucket.comments(connection.repository, number)
    return [one for one in comments if one.author.token_kind and not one.deleted]


def requests_of(connection: Connection, method: str, path: str) -> int:
    return len(connection.system.bitbucket.requests(method, path))


def storing_a_report(nth: int) -> Callable[[Parameters], bool]:
    """Tells the nth time that what a pull request shows is stored."""
    seen = 0

    def is_the_nth(parameters: Parameters) -> bool:
        nonlocal seen
        seen += str(parameters["Item"]["sk"]["S"]).startswith("PULL_REQUEST#")
        return seen == nth

    return is_the_nth


def killed_then_tried_again(connection: Connection) -> None:
    account = connection.system.account
    connection.system.bitbucket.wait_until_delivered()
    with pytest.raises(KilledError):
        account.drain()
    account.cold()
    account.skip_delays()
    connection.settle()


class TestKilled:
    @pytest.mark.parametrize("bystanders", [0, 120])
    def test_between_posting_the_comment_and_storing_its_id(
        self, connection: Connection, bystanders: int
    ) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.settle()
        for remark in range(bystanders):
            bitbucket.add_comment(connection.repository, number, f"Remark {remark}")
        submitted = connection.submit(different(), commit=head)
        connection.system.account.calls.fail("PutItem", KilledError(), where=storing_a_report(1))
        killed_then_tried_again(connection)
        [comment] = ours(connection, number)
        assert requests_of(connection, "POST", "*/comments") == 1
        assert (
            connection.bench.comment_link(comment.id) in connection.status(submitted)["comment_url"]
        )
        assert connection.build_status(head)[0] == "SUCCESSFUL"
        connection.push(number)
        connection.settle()
        assert [one.id for one in ours(connection, number)] == [comment.id]

    def test_between_setting_the_build_status_and_storing_that(
        self, connection: Connection
    ) -> None:
        number, head = connection.open_pull_request()
        connection.settle()
        submitted = connection.submit(different(), commit=head)
        connection.system.account.calls.fail("PutItem", KilledError(), where=storing_a_report(2))
        killed_then_tried_again(connection)
        assert len(ours(connection, number)) == 1
        assert connection.status(submitted)["status"] == "posted"

    def test_before_the_submission_is_marked(self, connection: Connection) -> None:
        number, head = connection.open_pull_request()
        connection.settle()
        submitted = connection.submit(different(), commit=head)
        connection.system.account.calls.fail("UpdateItem", KilledError())
        killed_then_tried_again(connection)
        assert len(ours(connection, number)) == 1
        assert connection.status(submitted)["status"] == "posted"

    def test_between_two_pull_requests_of_a_commit(self, connection: Connection) -> None:
        number, head = connection.open_pull_request()
        connection.settle()
        connection.submit(different(), commit=head)
        connection.system.account.calls.fail("SendMessage", KilledError(), applied=True)
        killed_then_tried_again(connection)
        assert len(ours(connection, number)) == 1


class TestAnAnswerThatIsLost:
    @pytest.mark.parametrize("what", ["new_comment", "build_status"])
    def test_makes_no_second_comment(self, connection: Connection, what: str) -> None:
        path = getattr(connection.bench, what)
        number, head = connection.open_pull_request()
        connection.settle()
        submitted = connection.submit(different(), commit=head)
        connection.system.bitbucket.add_fault("apply_then_drop", method="POST", path=path)
        connection.settle()
        assert connection.status(submitted)["status"] == "queued"
        connection.system.account.skip_delays()
        connection.settle()
        assert len(ours(connection, number)) == 1
        assert connection.status(submitted)["status"] == "posted"

    def test_to_an_update_is_asked_for_again(self, connection: Connection) -> None:
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.settle()
        connection.submit(identical("model.shop.orders"), commit=head)
        connection.system.bitbucket.add_fault("apply_then_drop", method="PUT")
        connection.settle()
        connection.system.account.skip_delays()
        connection.settle()
        [comment] = ours(connection, number)
        assert "no differences" in comment.raw


class TestACommentDeletedByHand:
    def test_is_made_anew_once(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.settle()
        [first] = ours(connection, number)
        bitbucket.delete_comment(connection.repository, number, first.id)
        for title in ("Edited", "Edited again"):
            bitbucket.edit_pull_request(connection.repository, number, title=title)
            connection.settle()
        [second] = ours(connection, number)
        assert second.raw == first.raw
        assert requests_of(connection, "POST", "*/comments") == 2

    def test_while_it_is_being_updated(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.settle()
        [first] = ours(connection, number)
        bitbucket.delete_comment(connection.repository, number, first.id)
        connection.submit(identical(), commit=head)
        connection.settle()
        [second] = ours(connection, number)
        assert "1 of 2 models differs" in second.raw


class TestAPersonsCommentThatLooksLikeOurs:
    @pytest.mark.parametrize(
        "disguise",
        [
            pytest.param(lambda raw: raw, id="copied"),
            pytest.param(lambda raw: f"Look:\n\n{raw}", id="copied below a word"),
            pytest.param(
                lambda raw: "\n".join(f"> {line}" for line in raw.splitlines()), id="quoted"
            ),
            pytest.param(lambda raw: f"{raw}\n\nIs that so?", id="copied above a question"),
        ],
    )
    def test_stays_as_it_is(self, connection: Connection, disguise: Callable[[str], str]) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.settle()
        [first] = ours(connection, number)
        theirs = bitbucket.add_comment(connection.repository, number, disguise(first.raw))
        bitbucket.delete_comment(connection.repository, number, first.id)
        connection.submit(identical(), commit=head)
        connection.settle()
        [second] = ours(connection, number)
        assert "1 of 2 models differs" in second.raw
        assert theirs in bitbucket.comments(connection.repository, number)

    def test_is_not_even_tried_when_it_only_quotes_or_replies(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.settle()
        [first] = ours(connection, number)
        quoted = "\n".join(f"> {line}" for line in first.raw.splitlines())
        theirs = bitbucket.add_comment(connection.repository, number, quoted)
        bitbucket.collaboration.add_comment(
            bitbucket.state.named(connection.repository),
            number,
            raw=first.raw,
            author=theirs.author,
            parent=theirs.id,
        )
        bitbucket.delete_comment(connection.repository, number, first.id)
        connection.submit(identical(), commit=head)
        connection.settle()
        assert requests_of(connection, "PUT", "*/comments/*") == 0


class TestAForkWhoseCommitsAreNotThere:
    """Its commits are not in the repository that the pull request is for."""

    @pytest.fixture
    def fork(self, connection: Connection) -> tuple[int, str]:
        number, head = connection.open_pull_request()
        del connection.system.bitbucket.state.named(connection.repository).commits[head]
        connection.settle()
        return number, head

    @pytest.mark.parametrize("named", ["commit", "pull_request"])
    def test_gets_its_comment_without_a_build_status(
        self, connection: Connection, fork: tuple[int, str], named: str
    ) -> None:
        number, head = fork
        query: dict[str, Any] = {named: {"commit": head, "pull_request": number}[named]}
        submitted = connection.submit(different(), **query)
        connection.settle()
        assert connection.system.account.delays() == []
        [comment] = ours(connection, number)
        assert head[:12] in comment.raw
        assert connection.status(submitted)["status"] == "posted"

    def test_says_after_a_push_that_the_report_is_about_the_older_commit(
        self, connection: Connection, fork: tuple[int, str]
    ) -> None:
        number, first = fork
        connection.submit(different(), commit=first)
        connection.settle()
        [before] = ours(connection, number)
        second = connection.push(number)
        del connection.system.bitbucket.state.named(connection.repository).commits[second]
        connection.settle()
        [stale] = ours(connection, number)
        assert stale.id == before.id
        assert second[:12] in stale.raw
        submitted = connection.submit(identical(), commit=second)
        connection.settle()
        [after] = ours(connection, number)
        assert after.id == before.id
        assert "Outdated" not in after.raw
        assert f"Commit [`{second}`]" in after.raw
        assert connection.status(submitted)["status"] == "posted"


def lookups(connection: Connection) -> int:
    """How often a commit was asked for, and not only its build status."""
    path = "*/commit/*"
    return requests_of(connection, "GET", path) - requests_of(
        connection, "GET", f"{path}/statuses*"
    )


@only_on(CLOUD, "Bitbucket Data Center names commits in full")
class TestShortenedHashes:
    def test_are_expanded_once_for_a_head(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, _ = connection.open_pull_request()
        connection.settle()
        assert lookups(connection) == 1
        bitbucket.edit_pull_request(connection.repository, number, title="Edited")
        connection.settle()
        assert lookups(connection) == 1
        connection.push(number)
        connection.settle()
        assert lookups(connection) == 2

    def test_are_not_expanded_when_results_named_the_commit_and_no_message_matters(
        self, connection: Connection
    ) -> None:
        connection.set(skip_marker="")
        connection.system.bitbucket.pause_deliveries()
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.system.account.drain()
        connection.system.bitbucket.resume_deliveries()
        connection.settle()
        assert len(ours(connection, number)) == 1
        assert lookups(connection) == 0


def test_a_job_is_not_begun_without_the_time_to_finish_it(connection: Connection) -> None:
    account = connection.system.account
    number, head = connection.open_pull_request()
    connection.system.bitbucket.wait_until_delivered()
    connection.submit(different(), commit=head)
    connection.system.bitbucket.clear_requests()
    records = account.jobs()
    failed = account.work(records, LambdaContext(milliseconds=44_000))
    assert failed == [record["messageId"] for record in records]
    assert connection.system.bitbucket.requests() == []
    assert set(account.delays()) <= {3, 4, 5}
    account.skip_delays()
    connection.settle()
    assert len(ours(connection, number)) == 1
