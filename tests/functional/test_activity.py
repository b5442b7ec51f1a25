"""What an admin sees of what happened lately."""

from typing import Any

from tests.functional.bench import on_both
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different
from tests.functional.problems import fields, problem

pytestmark = on_both


def activity(connection: Connection, **query: Any) -> list[dict[str, Any]]:
    path = f"/integrations/{connection.id}/activity"
    answer = connection.system.call("GET", path, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["activity"]
    return found


def test_events_and_results_are_listed_with_what_became_of_them(connection: Connection) -> None:
    assert activity(connection) == []
    number, head = connection.open_pull_request()
    connection.settle()
    connection.submit(different(), commit=head)
    connection.settle()
    reported, opened = activity(connection)
    assert (opened["cause"], opened["outcome"]) == (connection.bench.opened, "open")
    assert (reported["cause"], reported["outcome"]) == ("submission", "reported")
    assert opened["pull_request"] == reported["pull_request"] == number
    assert reported["commit"] == head
    assert reported["at"] >= opened["at"]
    assert activity(connection, limit=1) == [reported]


def test_the_list_of_integrations_says_what_came_and_what_was_reported_last(
    connection: Connection,
) -> None:
    system = connection.system
    [new] = system.call("GET", "/integrations").json()["integrations"]
    assert (new["last_event"], new["last_report"]) == (None, None)
    number, head = connection.open_pull_request()
    connection.settle()
    [opened] = system.call("GET", "/integrations").json()["integrations"]
    assert opened["last_event"]["event"] == connection.bench.opened
    assert opened["last_report"] is None
    connection.submit(different(), commit=head)
    connection.settle()
    [reported] = system.call("GET", "/integrations").json()["integrations"]
    assert reported["last_report"]["pull_request"] == number
    assert reported["last_report"]["commit"] == head
    assert reported["last_report"]["at"] >= opened["last_event"]["at"]


def test_results_for_a_commit_that_is_no_head_wait(connection: Connection) -> None:
    connection.submit(different(), commit="0" * 40)
    connection.settle()
    [waiting] = activity(connection)
    assert (waiting["outcome"], waiting["pull_request"]) == ("waiting", None)


def test_trouble_is_told_with_its_reason(connection: Connection) -> None:
    system = connection.system
    del connection.bench.tokens(system.bitbucket)[system.access_token]
    connection.open_pull_request()
    connection.settle()
    [refused] = activity(connection)
    assert refused["outcome"] == "access_token_rejected"
    assert refused["detail"].endswith(".")


def test_a_job_is_listed_once_however_often_it_was_tried(connection: Connection) -> None:
    connection.system.bitbucket.add_fault("server_error")
    connection.open_pull_request()
    connection.settle()
    assert activity(connection) == []
    connection.system.account.skip_delays()
    connection.settle()
    [done] = activity(connection)
    assert done["outcome"] == "open"


def test_a_limit_that_is_none_is_named(connection: Connection) -> None:
    path = f"/integrations/{connection.id}/activity"
    for limit in ("0", "101", "many"):
        answer = connection.system.call("GET", path, params={"limit": limit})
        assert fields(problem(answer, 422, "invalid_request")) == ["limit"]
