"""A paused integration reports nothing, and catches up with all that came meanwhile."""

import pytest

from tests.functional.bench import on_both
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different
from tests.functional.problems import problem

pytestmark = on_both


def pause(connection: Connection) -> None:
    answer = connection.system.call("POST", f"/integrations/{connection.id}/pause")
    assert answer.status_code == 200, answer.text
    assert answer.json()["integration"]["paused"] is True


def resume(connection: Connection) -> None:
    answer = connection.system.call("POST", f"/integrations/{connection.id}/resume")
    assert answer.status_code == 200, answer.text
    assert answer.json()["integration"]["paused"] is False


def shown(connection: Connection, number: int, head: str) -> tuple[int, int]:
    """How many comments and build statuses there are."""
    bitbucket = connection.system.bitbucket
    statuses = bitbucket.build_statuses(connection.repository, head)
    return len(connection.comments(number)), len(statuses)


def test_events_are_taken_and_nothing_is_shown(connection: Connection) -> None:
    pause(connection)
    number, head = connection.open_pull_request()
    connection.settle()
    assert shown(connection, number, head) == (0, 0)
    assert connection.system.account.metrics("WebhookPaused") == 1
    assert connection.system.account.jobs() == []


def test_results_are_kept_and_ci_hears_why_they_wait(connection: Connection) -> None:
    number, head = connection.open_pull_request()
    connection.settle()
    pause(connection)
    by_commit = connection.submit(different(), commit=head)
    by_number = connection.submit(different(), pull_request=number)
    connection.settle()
    assert connection.comments(number) == []
    for submitted in (by_commit, by_number):
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("queued", "paused")
    resume(connection)
    connection.settle()
    assert len(connection.comments(number)) == 1
    assert [connection.status(one)["status"] for one in (by_commit, by_number)] == ["posted"] * 2


def test_what_came_meanwhile_is_caught_up_with(connection: Connection) -> None:
    pause(connection)
    number, head = connection.open_pull_request()
    submitted = connection.submit(different(), commit=head)
    pushed = connection.push(number)
    later = connection.submit(different(), commit=pushed)
    nobodys = connection.submit(different(), commit="0" * 40)
    connection.settle()
    assert connection.comments(number) == []
    resume(connection)
    connection.settle()
    assert len(connection.comments(number)) == 1
    assert connection.status(later)["status"] == "posted"
    # Neither of these is a head, and neither is paused any more.
    for one in (submitted, nobodys):
        assert connection.status(one)["reason"] == "no_pull_request"


def test_jobs_that_were_queued_before_end_quietly(connection: Connection) -> None:
    number, head = connection.open_pull_request()
    connection.system.bitbucket.wait_until_delivered()
    pause(connection)
    asked = len(connection.system.bitbucket.requests())
    connection.system.account.drain()
    assert len(connection.system.bitbucket.requests()) == asked
    assert shown(connection, number, head) == (0, 0)
    resume(connection)
    connection.settle()
    assert shown(connection, number, head) == (0, 1)


def test_an_event_right_after_the_end_of_a_pause_is_not_passed_over(
    connection: Connection,
) -> None:
    pause(connection)
    connection.open_pull_request()
    connection.system.bitbucket.wait_until_delivered()  # the warm function has seen the pause
    resume(connection)
    connection.system.account.drain()
    number, head = connection.open_pull_request("Another")
    connection.settle()
    assert shown(connection, number, head) == (0, 1)


def test_pausing_twice_is_pausing_and_resuming_twice_catches_up_once(
    connection: Connection,
) -> None:
    pause(connection)
    pause(connection)
    resume(connection)
    resume(connection)
    assert len(connection.system.account.jobs()) == 1


def test_a_call_that_could_not_queue_is_finished_by_the_same_call(connection: Connection) -> None:
    pause(connection)
    number, head = connection.open_pull_request()
    connection.settle()
    connection.system.account.calls.fail("SendMessage")
    path = f"/integrations/{connection.id}/resume"
    problem(connection.system.call("POST", path), 503, "try_again_later")
    resume(connection)
    connection.settle()
    assert shown(connection, number, head) == (0, 1)


@pytest.mark.parametrize("paused", [True, False])
def test_the_list_can_be_asked_for_it(connection: Connection, *, paused: bool) -> None:
    pause(connection)
    query = {"paused": str(paused).lower()}
    found = connection.system.call("GET", "/integrations", params=query).json()["integrations"]
    assert [one["id"] for one in found] == ([connection.id] if paused else [])
