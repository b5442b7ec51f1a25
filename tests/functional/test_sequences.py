"""What a pull request shows when things come in an unusual order, or are undone by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests

from local.bitbucket.model import PullRequestState
from tests.functional.aws_calls import KilledError, Parameters
from tests.functional.bench import CLOUD, DATA_CENTER, on_both, only_on
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, failed, identical

pytestmark = on_both

WAITING = ("INPROGRESS", "Waiting for data diff results")


def stopped(connection: Connection) -> str:
    """What the Bitbucket calls a build of which nothing comes."""
    return "STOPPED" if connection.bench is CLOUD else "CANCELLED"


def opened(connection: Connection) -> tuple[int, str]:
    number, head = connection.open_pull_request()
    connection.settle()
    return number, head


def reported(connection: Connection, body: str, commit: str) -> requests.Response:
    submitted = connection.submit(body, commit=commit)
    connection.settle()
    return submitted


def edited(connection: Connection, number: int, **changes: Any) -> None:
    connection.system.bitbucket.edit_pull_request(connection.repository, number, **changes)
    connection.settle()


def amended(connection: Connection, number: int, **changes: Any) -> None:
    """Change a pull request as no control of the emulator does; its next event tells of it."""
    state = connection.system.bitbucket.state.named(connection.repository)
    state.pull_requests[number] = replace(state.pull_requests[number], **changes)
    edited(connection, number)


def writes(connection: Connection) -> list[tuple[str, str]]:
    """What was written to Bitbucket since the requests were last cleared."""
    made = connection.system.bitbucket.requests()
    return [(one.method, one.path) for one in made if one.method != "GET"]


def page(connection: Connection, commit: str, query: str = "") -> dict[str, Any]:
    """The full report as data, by the link on a commit's build status."""
    [status] = connection.system.bitbucket.build_statuses(connection.repository, commit)
    answer = requests.get(f"{status.url}?format=json{query}", timeout=30)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def noting_a_status() -> Callable[[Parameters], bool]:
    """Tells when it is first stored which build status a pull request shows."""
    return lambda parameters: bool(parameters["Item"].get("build_state", {}).get("S"))


def history(connection: Connection, commit: str) -> list[str]:
    """The commits of the reports that the page offers, the newest first."""
    return [line["commit"] for line in page(connection, commit)["history"]]


class TestIdenticalResultsSentAgain:
    def test_change_nothing_however_late(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, head = opened(connection)
        reported(connection, different(), head)
        comments, before = connection.comments(number), page(connection, head)
        bitbucket.clear_requests()
        connection.system.account.clock.let_pass(60)
        again = reported(connection, different(), head)
        assert connection.comments(number) == comments
        assert writes(connection) == []
        assert page(connection, head) == before
        assert connection.status(again)["status"] == "posted"

    def test_change_nothing_in_parts_and_in_another_order(self, connection: Connection) -> None:
        number, head = opened(connection)
        for body in (different(), identical()):
            reported(connection, body, head)
        comments, before = connection.comments(number), page(connection, head)
        connection.system.bitbucket.clear_requests()
        for body in (identical(), different()):
            connection.system.account.clock.let_pass(60)
            reported(connection, body, head)
        assert connection.comments(number) == comments
        assert writes(connection) == []
        assert page(connection, head) == before

    def test_after_a_push_are_those_of_the_new_commit(self, connection: Connection) -> None:
        number, first = opened(connection)
        reported(connection, different(), first)
        connection.system.account.clock.let_pass(60)
        second = connection.push(number)
        connection.settle()
        reported(connection, different(), second)
        [comment] = connection.comments(number)
        assert f"Since `{first[:12]}`: the same verdicts." in comment
        assert history(connection, second) == [second, first]

    def test_between_others_are_a_report_of_their_own(self, connection: Connection) -> None:
        number, head = opened(connection)
        for body in (different(), identical("model.shop.orders"), different()):
            connection.system.account.clock.let_pass(60)
            reported(connection, body, head)
        assert "1 model differs" in connection.comments(number)[0]
        assert len(history(connection, head)) == 3


class TestABranchResetToAnOlderCommit:
    def back(self, connection: Connection) -> tuple[int, str, str]:
        """Two commits with results, of which the first is the head again."""
        number, first = opened(connection)
        reported(connection, different(), first)
        second = connection.push(number)
        connection.settle()
        reported(connection, failed(), second)
        amended(connection, number, commits=(first,))
        return number, first, second

    def test_shows_the_heads_report_on_the_page(self, connection: Connection) -> None:
        _, first, second = self.back(connection)
        shown = page(connection, first)
        assert (shown["commit"], shown["moved_on"]) == (first, False)
        assert page(connection, first, f"&report={second}")["commit"] == second

    def test_shows_the_heads_build_status_and_insights(self, connection: Connection) -> None:
        _, first, second = self.back(connection)
        assert connection.build_status(first)[0] == "SUCCESSFUL"
        assert connection.build_status(second)[0] == "FAILED"
        assert connection.insights(first)[0].result.startswith("PASS")

    def test_is_what_the_next_push_is_compared_with(self, connection: Connection) -> None:
        number, first, _ = self.back(connection)
        third = connection.push(number)
        connection.settle()
        reported(connection, identical("model.shop.orders"), third)
        assert f"Since `{first[:12]}`" in connection.comments(number)[0]
        before = connection.comments(number)
        edited(connection, number, title="Another title")
        assert connection.comments(number) == before

    def test_without_results_waits_for_them(self, connection: Connection) -> None:
        number, first = opened(connection)
        second = connection.push(number)
        connection.settle()
        reported(connection, different(), second)
        amended(connection, number, commits=(first,))
        assert connection.build_status(first) == WAITING
        [comment] = connection.comments(number)
        assert f"Outdated data diff (commit {second[:12]})" in comment
        assert page(connection, second)["commit"] == second


class TestSettingsChangedInBetween:
    @pytest.mark.parametrize("what", ["comment", "build_status", "code_insights"])
    def test_catch_up_once_they_are_on_again(self, connection: Connection, what: str) -> None:
        number, head = opened(connection)
        reported(connection, different(), head)
        connection.set(**{what: False})
        connection.system.bitbucket.clear_requests()
        reported(connection, failed(), head)
        assert writes(connection)
        connection.set(**{what: True})
        edited(connection, number, title="Another title")
        assert "**Data diff failed**" in connection.comments(number)[0]
        assert connection.build_status(head)[0] == "FAILED"
        assert connection.insights(head)[0].result.startswith("FAIL")

    def test_that_hide_what_is_awaited_do_not_speak_of_all_statuses(
        self, connection: Connection
    ) -> None:
        number, head = opened(connection)
        connection.set(pending_status=False)
        edited(connection, number, title="Another title")
        assert connection.build_status(head) == (
            stopped(connection),
            "Results are awaited without a build status",
        )

    def test_that_turn_statuses_off_end_the_wait(self, connection: Connection) -> None:
        number, head = opened(connection)
        connection.set(build_status=False)
        edited(connection, number, title="Another title")
        assert connection.build_status(head) == (
            stopped(connection),
            "Build statuses are turned off",
        )


LEFT: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "draft": ({"draft_pull_requests": False}, {"draft": True}, {"draft": False}),
    "base": (
        {"base_branches": ["main"]},
        {"destination_branch": "staging"},
        {"destination_branch": "main"},
    ),
    "marker": ({}, {"title": "Orders [skip data-diff]"}, {"title": "Orders"}),
}


@pytest.mark.parametrize("why", LEFT)
class TestAPullRequestThatIsLeftOutForAWhile:
    def test_shows_results_that_came_meanwhile(self, connection: Connection, why: str) -> None:
        settings, out, back = LEFT[why]
        connection.set(**settings)
        number, head = opened(connection)
        edited(connection, number, **out)
        submitted = reported(connection, different(), head)
        assert connection.status(submitted)["status"] == "superseded"
        assert connection.comments(number) == []
        edited(connection, number, **back)
        assert connection.status(submitted)["status"] == "posted"
        assert len(connection.comments(number)) == 1
        assert connection.build_status(head)[0] == "SUCCESSFUL"

    def test_is_awaited_anew(self, connection: Connection, why: str) -> None:
        settings, out, back = LEFT[why]
        connection.set(**settings)
        number, head = opened(connection)
        edited(connection, number, **out)
        assert connection.build_status(head)[0] == stopped(connection)
        connection.system.account.clock.let_pass(500)
        edited(connection, number, **back)
        assert connection.build_status(head) == WAITING
        connection.system.account.clock.let_pass(120)
        connection.system.account.invoke("SweepFunction", {})
        connection.settle()
        assert connection.build_status(head)[0] == stopped(connection)

    def test_does_not_pass_an_older_commits_report_off_as_the_heads(
        self, connection: Connection, why: str
    ) -> None:
        settings, out, back = LEFT[why]
        connection.set(**settings)
        number, first = opened(connection)
        reported(connection, different(), first)
        edited(connection, number, **out)
        second = connection.push(number)
        connection.settle()
        [comment] = connection.comments(number)
        assert comment.startswith(f"**Outdated data diff (commit {first[:12]})")
        assert second[:12] in comment
        assert "not arrived yet" not in comment
        edited(connection, number, **back)
        assert "not arrived yet" in connection.comments(number)[0]


class TestAPullRequestClosedAndReopened:
    def test_waits_again(self, connection: Connection) -> None:
        number, head = opened(connection)
        connection.system.bitbucket.decline_pull_request(connection.repository, number)
        connection.settle()
        assert connection.build_status(head)[0] == stopped(connection)
        connection.system.account.clock.let_pass(500)
        amended(connection, number, state=PullRequestState.OPEN, closed_by=None)
        assert connection.build_status(head) == WAITING

    def test_shows_results_that_came_meanwhile(self, connection: Connection) -> None:
        number, head = opened(connection)
        reported(connection, different(), head)
        [before] = connection.comments(number)
        connection.system.bitbucket.decline_pull_request(connection.repository, number)
        connection.settle()
        late = reported(connection, failed(), head)
        assert connection.status(late)["reason"] in {"pull_request_closed", "newer_commit"}
        assert connection.comments(number) == [before]
        amended(connection, number, state=PullRequestState.OPEN, closed_by=None)
        assert "**Data diff failed**" in connection.comments(number)[0]
        assert connection.status(late)["status"] == "posted"


class TestADeadlineAndResultsAtTheSameTime:
    @pytest.mark.parametrize("first", ["deadline", "results"])
    def test_end_with_the_results(self, connection: Connection, first: str) -> None:
        number, head = opened(connection)
        account = connection.system.account
        account.clock.let_pass(120)
        steps: list[Callable[[], Any]] = [
            lambda: account.invoke("SweepFunction", {}),
            lambda: connection.submit(different(), commit=head, pull_request=number),
        ]
        for step in steps if first == "deadline" else reversed(steps):
            step()
        connection.settle()
        assert connection.build_status(head)[0] == "SUCCESSFUL"
        assert len(connection.comments(number)) == 1
        assert account.items("WAITING") == []

    def test_ask_bitbucket_nothing_once_the_results_are_shown(self, connection: Connection) -> None:
        _, head = opened(connection)
        reported(connection, different(), head)
        connection.system.bitbucket.clear_requests()
        connection.system.account.clock.let_pass(120)
        assert connection.system.account.invoke("SweepFunction", {}) == {"queued": 1}
        connection.settle()
        assert connection.system.bitbucket.requests() == []

    def test_are_asked_about_where_it_is_not_known_what_is_shown(
        self, connection: Connection
    ) -> None:
        account, bitbucket = connection.system.account, connection.system.bitbucket
        account.calls.fail("PutItem", KilledError(), where=noting_a_status())
        _, head = connection.open_pull_request()
        bitbucket.wait_until_delivered()
        with pytest.raises(KilledError):
            account.drain()
        account.client("sqs").purge_queue(QueueUrl=account.queue_url)
        assert connection.build_status(head) == WAITING
        for state in (WAITING[0], stopped(connection)):
            account.clock.let_pass(120)
            account.invoke("SweepFunction", {})
            connection.settle()
            assert connection.build_status(head)[0] == state


def test_a_push_while_a_report_is_written_ends_with_the_new_head(connection: Connection) -> None:
    bitbucket = connection.system.bitbucket
    number, first = opened(connection)
    connection.submit(different(), commit=first, pull_request=number)
    pushed: list[str] = []

    def push_between(_: Any) -> bool:
        if not pushed:
            pushed.append(bitbucket.push_commit(connection.repository, number).head)
        return False

    connection.system.account.calls.fail("PutItem", where=push_between)
    connection.settle()
    [second] = pushed
    connection.settle()
    [comment] = connection.comments(number)
    assert f"Outdated data diff (commit {first[:12]})" in comment
    assert connection.build_status(second) == WAITING
    assert connection.build_status(first)[0] == "SUCCESSFUL"


class TestResultsInParts:
    def test_do_not_call_fixed_what_has_not_been_sent(self, connection: Connection) -> None:
        number, first = opened(connection)
        reported(connection, f"{failed('model.shop.a')}\n{failed('model.shop.b')}", first)
        second = connection.push(number)
        connection.settle()
        reported(connection, identical("model.shop.a"), second)
        since = f"Since `{first[:12]}`"
        [comment] = connection.comments(number)
        assert f"{since}: 1 model fixed (`a`), 1 not in these results (`b`)." in comment
        changes = page(connection, second)["changes"]
        assert (changes["fixed"], changes["missing"]) == (["model.shop.a"], ["model.shop.b"])
        reported(connection, failed("model.shop.b"), second)
        assert f"{since}: 1 model fixed (`a`)." in connection.comments(number)[0]


class TestWhatIsUndoneByHand:
    def test_a_build_status_comes_back_with_other_results(self, connection: Connection) -> None:
        _, head = opened(connection)
        reported(connection, different(), head)
        statuses = connection.system.bitbucket.state.named(connection.repository).statuses
        [key] = statuses
        statuses[key] = replace(statuses[key], description="Somebody else's")
        reported(connection, failed(), head)
        assert connection.build_status(head)[0] == "FAILED"

    def test_insights_come_back_with_other_results(self, connection: Connection) -> None:
        _, head = opened(connection)
        reported(connection, different(), head)
        connection.system.bitbucket.state.named(connection.repository).insights.clear()
        reported(connection, failed(), head)
        assert connection.insights(head)[0].result.startswith("FAIL")


@only_on(DATA_CENTER, "Bitbucket Cloud cannot delete a pull request")
def test_a_deleted_pull_request_awaits_nothing(connection: Connection) -> None:
    number, head = opened(connection)
    bitbucket = connection.system.bitbucket
    stored = bitbucket.state.named(connection.repository)
    author = bitbucket.pull_request(connection.repository, number).author
    bitbucket.collaboration.delete_pull_request(stored, number, actor=author)
    connection.settle()
    assert connection.build_status(head) == (stopped(connection), f"Pull request {number} is gone.")
    bitbucket.clear_requests()
    connection.system.account.clock.let_pass(120)
    connection.system.account.invoke("SweepFunction", {})
    connection.settle()
    assert writes(connection) == []


def test_a_sweep_twice_at_once_does_no_harm(connection: Connection) -> None:
    _, head = opened(connection)
    account = connection.system.account
    account.clock.let_pass(120)
    [kept] = account.items("WAITING")
    account.invoke("SweepFunction", {})
    account.client("dynamodb").put_item(TableName="table", Item=kept)
    account.invoke("SweepFunction", {})
    assert account.drain() == 1
    assert connection.build_status(head)[0] == stopped(connection)
    assert account.items("WAITING") == []


def test_the_usual_story_takes_few_requests(connection: Connection) -> None:
    """A token of Bitbucket Cloud has 1,000 an hour."""

    def made() -> list[str]:
        requests = connection.system.bitbucket.requests()
        connection.system.bitbucket.clear_requests()
        return [one.method for one in requests]

    connection.system.bitbucket.clear_requests()
    number, first = opened(connection)
    # The pull request, its last commit's message; the build status.
    assert made() == ["GET", "GET", "POST"]
    reported(connection, different(), first)
    # The open pull requests, ours, its comments; comment, build status, Code Insights.
    assert made() == ["GET", "GET", "GET", "POST", "POST", "DELETE", "PUT"]
    second = connection.push(number)
    connection.settle()
    # Pull request and message; our comment, the build status.
    assert made() == ["GET", "GET", "GET", "PUT", "POST"]
    connection.submit(different(), commit=second, pull_request=number)
    connection.settle()
    # CI that names the pull request saves the search for it.
    assert made() == ["GET", "GET", "PUT", "POST", "DELETE", "PUT"]
    edited(connection, number, title="Another title")
    assert made() == ["GET", "GET"]
