"""Results that come late or never, and build statuses that nobody has to wait for."""

from importlib import import_module
from typing import Any
from unittest import mock

import pytest

from tests.functional.bench import CLOUD, on_both
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, identical
from tests.functional.problems import problem

pytestmark = on_both

WAITING = ("INPROGRESS", "Waiting for data diff results")


def stopped(connection: Connection) -> str:
    """What the Bitbucket calls a build of which nothing comes."""
    return "STOPPED" if connection.bench is CLOUD else "CANCELLED"


def opened(connection: Connection) -> tuple[int, str]:
    number, head = connection.open_pull_request()
    connection.settle()
    return number, head


def let_pass(connection: Connection, minutes: int) -> None:
    """Let time pass, and the schedule come around."""
    account = connection.system.account
    account.clock.let_pass(minutes)
    account.invoke("SweepFunction", {})
    account.drain()


def status_writes(connection: Connection) -> int:
    requests = connection.system.bitbucket.requests("POST", connection.bench.build_status)
    return len(requests)


def remove(connection: Connection) -> dict[str, Any]:
    answer = connection.system.call("DELETE", f"/integrations/{connection.id}")
    assert answer.status_code == 200, answer.text
    removed: dict[str, Any] = answer.json()
    return removed


class TestResultsThatDoNotCome:
    def test_are_awaited_for_so_long_and_no_longer(self, connection: Connection) -> None:
        _, head = opened(connection)
        let_pass(connection, 119)
        assert connection.build_status(head) == WAITING
        let_pass(connection, 1)
        nothing_came = (stopped(connection), "No data diff results came within 120 minutes")
        assert connection.build_status(head) == nothing_came
        assert connection.system.account.items("WAITING") == []

    def test_are_given_up_once(self, connection: Connection) -> None:
        number, head = opened(connection)
        let_pass(connection, 120)
        connection.system.bitbucket.clear_requests()
        connection.system.bitbucket.edit_pull_request(
            connection.repository, number, title="Another title"
        )
        connection.settle()
        let_pass(connection, 600)
        assert status_writes(connection) == 0
        assert connection.build_status(head)[0] == stopped(connection)

    def test_replace_that_when_they_come_after_all(self, connection: Connection) -> None:
        number, head = opened(connection)
        let_pass(connection, 120)
        connection.submit(identical(), commit=head)
        connection.settle()
        assert connection.build_status(head)[0] == "SUCCESSFUL"
        assert len(connection.comments(number)) == 1

    def test_are_awaited_as_long_as_it_takes_if_that_is_set(self, connection: Connection) -> None:
        connection.set(wait_minutes=0)
        _, head = opened(connection)
        assert connection.system.account.items("WAITING") == []
        let_pass(connection, 100_000)
        assert connection.build_status(head) == WAITING

    def test_are_awaited_anew_after_a_push(self, connection: Connection) -> None:
        number, _ = opened(connection)
        connection.system.account.clock.let_pass(100)
        second = connection.push(number)
        connection.settle()
        let_pass(connection, 100)
        assert connection.build_status(second) == WAITING
        let_pass(connection, 20)
        assert connection.build_status(second)[0] == stopped(connection)

    def test_are_given_up_after_the_time_that_is_set_when_it_passes(
        self, connection: Connection
    ) -> None:
        number, head = opened(connection)
        connection.set(wait_minutes=10)
        connection.system.bitbucket.edit_pull_request(
            connection.repository, number, title="Another title"
        )
        connection.settle()
        let_pass(connection, 10)
        assert connection.build_status(head)[1].endswith("within 10 minutes")


def test_results_that_came_in_time_stay(connection: Connection) -> None:
    _, head = opened(connection)
    connection.submit(different(), commit=head)
    connection.settle()
    before = connection.build_status(head)
    connection.system.bitbucket.clear_requests()
    let_pass(connection, 200)
    assert connection.build_status(head) == before
    assert status_writes(connection) == 0


def test_a_deadline_is_no_event_of_bitbucket(connection: Connection) -> None:
    def last_event() -> dict[str, Any]:
        # What became of jobs has keys that begin like this, too.
        rows = connection.system.account.items("INTEGRATION#", "ACTIVITY")
        [row] = [one for one in rows if one["sk"]["S"] == "ACTIVITY"]
        return {name: value for name, value in row.items() if "event" in name}

    opened(connection)
    before = last_event()
    let_pass(connection, 120)
    assert before
    assert last_event() == before


class TestACommitThatIsOvertaken:
    def test_is_awaited_no_longer(self, connection: Connection) -> None:
        number, first = opened(connection)
        second = connection.push(number)
        connection.settle()
        assert connection.build_status(first) == (
            stopped(connection),
            "A newer commit came before any results",
        )
        assert connection.build_status(second) == WAITING

    def test_keeps_the_results_that_came(self, connection: Connection) -> None:
        number, first = opened(connection)
        connection.submit(different(), commit=first)
        connection.settle()
        before = connection.build_status(first)
        connection.push(number)
        connection.settle()
        assert connection.build_status(first) == before

    def test_is_closed_also_if_the_results_for_the_next_come_first(
        self, connection: Connection
    ) -> None:
        number, first = opened(connection)
        connection.system.bitbucket.pause_deliveries()
        second = connection.push(number)
        connection.submit(identical(), commit=second)
        connection.system.account.drain()
        connection.system.bitbucket.resume_deliveries()
        connection.settle()
        assert connection.build_status(first)[0] == stopped(connection)
        assert connection.build_status(second)[0] == "SUCCESSFUL"

    @pytest.mark.parametrize("fault", ["server_error", "apply_then_drop"])
    def test_is_closed_whatever_happens_on_the_way(
        self, connection: Connection, fault: str
    ) -> None:
        number, first = opened(connection)
        bitbucket = connection.system.bitbucket
        bitbucket.add_fault(fault, path=connection.bench.build_status, times=2)
        second = connection.push(number)
        for _ in range(4):
            connection.settle()
            connection.system.account.skip_delays()
        assert connection.build_status(first)[0] == stopped(connection)
        assert connection.build_status(second) == WAITING
        bitbucket.clear_requests()
        bitbucket.edit_pull_request(connection.repository, number, title="Another title")
        connection.settle()
        assert status_writes(connection) == 0


@pytest.mark.parametrize("end", ["merge", "decline"])
def test_a_closed_pull_request_awaits_nothing(connection: Connection, end: str) -> None:
    number, head = opened(connection)
    getattr(connection.system.bitbucket, f"{end}_pull_request")(connection.repository, number)
    connection.settle()
    assert connection.build_status(head) == (
        stopped(connection),
        f"Pull request {number} is {end}d.",
    )


@pytest.mark.parametrize(
    "settings", [{"pending_status": False}, {"build_status": False}], ids=["pending", "any"]
)
def test_nobody_needs_to_see_what_is_awaited(
    connection: Connection, settings: dict[str, Any]
) -> None:
    connection.set(**settings)
    _, head = opened(connection)
    bitbucket = connection.system.bitbucket
    assert bitbucket.build_statuses(connection.repository, head) == []
    assert connection.system.account.items("WAITING") == []


class TestRemovingTheIntegration:
    def test_lets_no_pull_request_wait(self, connection: Connection) -> None:
        _, waiting = opened(connection)
        _, reported = opened(connection)
        connection.submit(identical(), commit=reported)
        connection.settle()
        answer = remove(connection)
        assert answer == {"deleted": True, "webhook_removed": True, "detail": ""}
        why = "Data diff reports were turned off for this repository"
        assert connection.build_status(waiting) == (stopped(connection), why)
        assert connection.build_status(reported)[0] == "SUCCESSFUL"

    def test_leaves_the_closed_status_on_its_pull_request(self, connection: Connection) -> None:
        number, head = opened(connection)
        remove(connection)
        bitbucket = connection.system.bitbucket
        [status] = bitbucket.build_statuses(connection.repository, head)
        branch = bitbucket.pull_request(connection.repository, number).source_branch
        assert (status.refname or "").removeprefix("refs/heads/") == branch
        assert status.url.endswith(f"/{number}")

    def test_with_many_that_wait_takes_several_calls(self, connection: Connection) -> None:
        heads = [opened(connection)[1] for _ in range(2)]
        with mock.patch.object(import_module("life.awaited_results"), "_PATIENCE_SECONDS", -1):
            answer = remove(connection)
        assert (answer["deleted"], answer["webhook_removed"]) == (False, True)
        assert "same call again" in answer["detail"]
        assert remove(connection)["deleted"] is True
        for head in heads:
            assert connection.build_status(head)[0] == stopped(connection)

    def test_while_bitbucket_is_down_goes_on_with_the_next_call(
        self, connection: Connection
    ) -> None:
        heads = [opened(connection)[1] for _ in range(2)]
        path = connection.bench.build_status
        connection.system.bitbucket.add_fault("server_error", method="POST", path=path, skip=1)
        answer = connection.system.call("DELETE", f"/integrations/{connection.id}")
        problem(answer, 503, "bitbucket_unavailable")
        assert remove(connection)["deleted"] is True
        for head in heads:
            assert connection.build_status(head)[0] == stopped(connection)
        assert len(connection.system.bitbucket.requests("POST", path)) == 5, "one of them twice"

    def test_says_that_it_could_not_close_what_waits(self, connection: Connection) -> None:
        _, head = opened(connection)
        connection.system.bitbucket.add_fault(
            "redirect",
            method="POST",
            path=connection.bench.build_status,
            location="http://127.0.0.1:9/login",
        )
        answer = remove(connection)
        assert (answer["deleted"], answer["webhook_removed"]) == (True, True)
        assert "stay in progress" in answer["detail"]
        assert connection.build_status(head)[0] == "INPROGRESS"
