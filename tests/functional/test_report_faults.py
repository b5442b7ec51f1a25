import json
from typing import Any

import pytest

from tests.functional.aws_calls import refusal
from tests.functional.bench import CLOUD, on_both, only_on
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, identical
from tests.functional.lambda_environment import Account

pytestmark = on_both


def submitted_for_a_waiting_pull_request(connection: Connection) -> tuple[int, str, Any]:
    """A pull request that waits, and results for its head that no job has looked at."""
    number, head = connection.open_pull_request()
    connection.settle()
    connection.system.account.calls.clear()
    return number, head, connection.submit(different(), pull_request=number, commit=head)


def tried_again(connection: Connection) -> None:
    connection.system.account.skip_delays()
    connection.settle()


def given_up(account: Account, retries: int) -> None:
    """Let the queue deliver what fails until it goes to the dead-letter queue."""
    for _ in range(retries):
        account.drain()
        account.skip_delays()
    account.drain()


READS_AND_WRITES = [
    ("GET", "pull_request"),
    ("GET", "comments"),
    ("POST", "new_comment"),
    ("POST", "build_status"),
]


class TestWhenBitbucketDoesNotAnswerAsItShould:
    @pytest.mark.parametrize(("method", "what"), READS_AND_WRITES)
    @pytest.mark.parametrize("kind", ["rate_limited", "server_error", "drop", "apply_then_drop"])
    def test_the_job_is_done_later_with_one_comment(
        self, connection: Connection, kind: str, method: str, what: str
    ) -> None:
        path = getattr(connection.bench, what)
        number, head, submitted = submitted_for_a_waiting_pull_request(connection)
        connection.system.bitbucket.add_fault(kind, method=method, path=path)
        connection.settle()
        assert connection.system.bitbucket.faults() == []
        [delay] = connection.system.account.delays()
        assert 2 <= delay <= 5
        assert connection.status(submitted)["status"] == "queued"
        tried_again(connection)
        assert len(connection.comments(number)) == 1
        assert connection.build_status(head)[0] == "SUCCESSFUL"
        assert connection.status(submitted)["status"] == "posted"
        assert connection.health()["ok"] is True

    @pytest.mark.parametrize(("wish", "delay"), [(42, 42), (5_000, 900)])
    def test_its_wish_when_to_come_again_is_kept_within_reason(
        self, connection: Connection, wish: int, delay: int
    ) -> None:
        submitted_for_a_waiting_pull_request(connection)
        connection.system.bitbucket.add_fault("rate_limited", retry_after=wish)
        connection.settle()
        assert connection.system.account.delays() == [delay]

    def test_its_wish_to_come_again_at_once_does_not_use_up_the_tries(
        self, connection: Connection
    ) -> None:
        submitted_for_a_waiting_pull_request(connection)
        connection.system.bitbucket.add_fault("rate_limited", retry_after=0)
        connection.settle()
        [delay] = connection.system.account.delays()
        assert delay in {3, 4, 5}

    def test_the_delay_grows_with_every_try(self, connection: Connection) -> None:
        submitted_for_a_waiting_pull_request(connection)
        connection.system.bitbucket.add_fault("server_error", times=None)
        account = connection.system.account
        for _ in range(6):
            account.drain()
            account.skip_delays()
        delays = account.delays()
        assert delays == sorted(delays)
        assert delays[-1] >= 80

    def test_an_update_is_made_later(self, connection: Connection) -> None:
        number, head, _ = submitted_for_a_waiting_pull_request(connection)
        connection.settle()
        connection.submit(identical(), commit=head)
        connection.system.bitbucket.add_fault("server_error", method="PUT")
        connection.settle()
        tried_again(connection)
        assert "1 of 2 models differs" in connection.comments(number)[0]

    def test_looking_for_a_commits_pull_requests_is_done_later(
        self, connection: Connection
    ) -> None:
        number, head = connection.open_pull_request()
        connection.settle()
        connection.submit(different(), commit=head)
        connection.system.bitbucket.add_fault(
            "rate_limited", path=connection.bench.pull_requests, retry_after=9
        )
        connection.settle()
        assert connection.system.account.delays() == [9]
        tried_again(connection)
        assert len(connection.comments(number)) == 1

    @only_on(CLOUD, "Bitbucket Data Center names commits in full")
    def test_expanding_the_hash_is_done_later(self, connection: Connection) -> None:
        connection.system.bitbucket.add_fault("server_error", path="*/commit/*")
        _, head = connection.open_pull_request()
        connection.settle()
        tried_again(connection)
        assert connection.build_status(head)[0] == "INPROGRESS"

    def test_an_answer_that_is_not_bitbuckets_is_no_answer(self, connection: Connection) -> None:
        number, _, submitted = submitted_for_a_waiting_pull_request(connection)
        connection.system.bitbucket.add_fault("server_error", status=200)
        connection.settle()
        assert connection.status(submitted)["status"] == "queued"
        tried_again(connection)
        assert len(connection.comments(number)) == 1


class TestTheLastTry:
    def test_tells_ci_why_and_leaves_the_message_to_the_dead_letters(
        self, connection: Connection
    ) -> None:
        number, head, submitted = submitted_for_a_waiting_pull_request(connection)
        account = connection.system.account
        connection.system.bitbucket.add_fault("server_error", times=None)
        tries = int(account.environment["MAX_RECEIVES"])
        given_up(account, tries - 1)
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("failed", "bitbucket_unavailable")
        assert "503" in status["detail"]
        account.skip_delays()
        assert account.jobs() == []
        [letter] = account.dead_letters()
        assert json.loads(letter)["pull_request_id"] == number
        connection.system.bitbucket.clear_faults()
        connection.submit(identical(), commit=head)
        connection.settle()
        assert "1 of 2 models differs" in connection.comments(number)[0]
        assert connection.status(submitted)["status"] == "posted"

    def test_of_what_is_our_own_fault_says_no_more_than_that(self, connection: Connection) -> None:
        _, _, submitted = submitted_for_a_waiting_pull_request(connection)
        account = connection.system.account
        account.calls.fail("GetObject", refusal("GetObject"), times=100)
        given_up(account, int(account.environment["MAX_RECEIVES"]) - 1)
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("failed", "internal_error")
        assert "made to fail" not in status["detail"]


class TestABatch:
    def test_one_bad_job_does_not_hold_up_the_other_groups(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        numbers = [connection.open_pull_request(title)[0] for title in ("One", "Two", "Three")]
        connection.settle()
        for number in numbers:
            connection.submit(different(), pull_request=number)
        bitbucket.add_fault("server_error", path=f"{connection.bench.pull_requests}/{numbers[1]}")
        records = connection.system.account.jobs()
        assert connection.system.account.work(records) == [records[1]["messageId"]]
        assert [len(connection.comments(number)) for number in numbers] == [1, 0, 1]
        tried_again(connection)
        assert [len(connection.comments(number)) for number in numbers] == [1, 1, 1]

    def test_messages_behind_a_failed_one_of_their_group_wait_as_long_in_their_order(
        self, connection: Connection
    ) -> None:
        account = connection.system.account
        number, head, _ = submitted_for_a_waiting_pull_request(connection)
        connection.submit(identical(), pull_request=number, commit=head)
        connection.system.bitbucket.edit_pull_request(connection.repository, number, title="Edited")
        connection.system.bitbucket.wait_until_delivered()
        connection.system.bitbucket.add_fault("rate_limited", retry_after=33)
        records = account.jobs()
        assert len(records) == 3
        assert account.work(records) == [record["messageId"] for record in records]
        assert account.delays() == [33, 33, 33]
        account.skip_delays()
        again = account.jobs()
        assert [one["messageId"] for one in again] == [one["messageId"] for one in records]
        assert account.work(again) == []
        assert len(connection.comments(number)) == 1

    @pytest.mark.parametrize(
        "body",
        [
            " ",
            "not json",
            "[]",
            "{}",
            '{"version": 2}',
            '{"version": 1, "kind": "other"}',
            '{"version": 1, "kind": "commit", "surplus": 1}',
        ],
    )
    def test_a_malformed_message_ends_with_the_dead_letters_and_is_logged(
        self, connection: Connection, body: str
    ) -> None:
        account = connection.system.account
        account.send(body, "a group")
        _, head = connection.open_pull_request()
        connection.settle()
        assert connection.build_status(head)[0] == "INPROGRESS"
        given_up(account, int(account.environment["MAX_RECEIVES"]) - 1)
        account.skip_delays()
        assert account.jobs() == []
        assert account.dead_letters() == [body]
        assert account.metrics("JobFailed") == int(account.environment["MAX_RECEIVES"])
        assert "MalformedJobError" in account.output.getvalue()

    def test_a_malformed_message_holds_up_its_own_group_only_until_it_is_given_up(
        self, connection: Connection
    ) -> None:
        account = connection.system.account
        number, _, _ = submitted_for_a_waiting_pull_request(connection)
        connection.settle()
        account.send("not json", f"{connection.id}/{number}")
        later = connection.submit(identical(), pull_request=number)
        given_up(account, int(account.environment["MAX_RECEIVES"]) - 1)
        assert connection.status(later)["status"] == "posted"
        account.skip_delays()
        assert account.jobs() == []
        assert account.dead_letters() == ["not json"]


def test_logs_name_what_a_job_was_about(connection: Connection) -> None:
    number, head = connection.open_pull_request()
    connection.submit(different(), commit=head)
    connection.settle()
    group = f"{connection.id}/{number}"
    [created] = [
        line
        for line in connection.system.account.logs()
        if line.get("message") == "comment created"
    ]
    assert created["service"] == "report"
    assert created["group"] == group
    assert created["comment_id"]
