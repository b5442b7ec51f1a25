from dataclasses import replace

import pytest

from local.bitbucket import BitbucketEmulator
from tests.functional.bench import Bench, on_both
from tests.functional.conftest import Connection, System
from tests.functional.data_diff_lines import different, failed, identical
from tests.functional.signed_webhooks import deliver

pytestmark = on_both

TITLE = "Fix amounts"
WAITING = ("INPROGRESS", "Waiting for data diff results")


def future_head(bench: Bench) -> str:
    """The head that the first pull request will have: the emulator's hashes repeat."""
    twin = BitbucketEmulator()
    bench.create_repository(twin)
    return twin.open_pull_request(bench.repository, title=TITLE).head


def writes(bitbucket: BitbucketEmulator) -> list[tuple[str, str]]:
    """What was written to Bitbucket since the requests were last cleared."""
    return [(one.method, one.path) for one in bitbucket.requests() if one.method != "GET"]


class TestResultsThatComeEarly:
    def test_before_the_webhook_are_posted_at_once(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        bitbucket.pause_deliveries()
        number, head = connection.open_pull_request()
        submitted = connection.submit(different(), commit=head)
        connection.system.account.drain()
        [comment] = connection.comments(number)
        assert connection.status(submitted)["status"] == "posted"
        bitbucket.clear_requests()
        bitbucket.resume_deliveries()
        connection.settle()
        assert connection.comments(number) == [comment]
        assert writes(bitbucket) == []

    def test_before_the_pull_request_wait_for_it_and_say_so(self, connection: Connection) -> None:
        head = future_head(connection.bench)
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("queued", "no_pull_request")
        number, opened = connection.open_pull_request(TITLE)
        assert opened == head
        connection.settle()
        assert len(connection.comments(number)) == 1
        assert connection.status(submitted)["status"] == "posted"
        assert connection.status(submitted)["reason"] == ""

    @pytest.mark.parametrize("with_commit", ["commit", ""])
    def test_before_the_pull_request_that_they_name(
        self, connection: Connection, with_commit: str
    ) -> None:
        query = {"pull_request": 1} | (
            {"commit": future_head(connection.bench)} if with_commit else {}
        )
        submitted = connection.submit(different(), **query)
        connection.settle()
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("failed", "not_found_in_bitbucket")
        assert connection.health()["ok"] is True
        number, _ = connection.open_pull_request(TITLE)
        connection.settle()
        assert len(connection.comments(number)) == 1
        assert connection.status(submitted)["status"] == "posted"

    def test_before_the_push_is_known_are_posted_when_it_is(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, first = connection.open_pull_request()
        connection.submit(identical(), commit=first)
        connection.settle()
        bitbucket.pause_deliveries()
        second = connection.push(number)
        submitted = connection.submit(different(), commit=second)
        connection.system.account.drain()
        [comment] = connection.comments(number)
        assert second[:12] in comment
        assert connection.status(submitted)["status"] == "posted"


class TestResultsThatComeLate:
    @pytest.mark.parametrize("named", ["commit", "commit and pull request"])
    def test_after_two_pushes_in_a_row_are_superseded(
        self, connection: Connection, named: str
    ) -> None:
        number, _ = connection.open_pull_request()
        connection.settle()
        second = connection.push(number, "one")
        third = connection.push(number, "two")
        connection.settle()
        query = {"commit": second} | ({} if named == "commit" else {"pull_request": number})
        late = connection.submit(different(), **query)
        connection.settle()
        status = connection.status(late)
        assert (status["status"], status["reason"]) == ("superseded", "newer_commit")
        assert str(number) in status["detail"]
        assert connection.comments(number) == []
        assert connection.build_status(third) == WAITING

    def test_do_not_replace_those_for_the_head(self, connection: Connection) -> None:
        number, first = connection.open_pull_request()
        connection.settle()
        second = connection.push(number)
        connection.submit(identical(), commit=second)
        connection.settle()
        before = connection.comments(number)
        late = connection.submit(different(), commit=first)
        connection.settle()
        assert connection.comments(number) == before
        assert connection.status(late)["status"] == "superseded"

    def test_that_still_wait_when_a_push_comes_are_superseded(self, connection: Connection) -> None:
        number, first = connection.open_pull_request()
        connection.settle()
        submitted = connection.submit(different(), commit=first)
        connection.system.bitbucket.add_fault("rate_limited", path=connection.bench.pull_requests)
        connection.settle()
        assert connection.status(submitted)["status"] == "queued"
        connection.push(number)
        connection.settle()
        connection.system.account.skip_delays()
        connection.settle()
        assert connection.status(submitted)["status"] == "superseded"
        assert connection.comments(number) == []

    def test_for_a_pull_request_are_about_the_head_of_that_time(
        self, connection: Connection
    ) -> None:
        number, first = connection.open_pull_request()
        submitted = connection.submit(different(), pull_request=number)
        connection.settle()
        assert connection.status(submitted)["commit"] == first
        second = connection.push(number)
        connection.settle()
        [stale] = connection.comments(number)
        assert first[:12] in stale
        assert second[:12] in stale
        assert connection.build_status(second) == WAITING
        assert connection.status(submitted)["commit"] == first

    def test_for_a_commit_that_is_the_head_again_are_shown_again(
        self, connection: Connection
    ) -> None:
        number, first = connection.open_pull_request()
        connection.submit(different(), commit=first)
        connection.settle()
        [before] = connection.comments(number)
        second = connection.push(number)
        connection.submit(identical(), commit=second)
        connection.settle()
        state = connection.system.bitbucket.state.named(connection.repository)
        state.pull_requests[number] = replace(state.pull_requests[number], commits=(first,))
        connection.system.bitbucket.edit_pull_request(connection.repository, number, title="Reset")
        connection.settle()
        [after] = connection.comments(number)
        assert after.splitlines()[0] == before.splitlines()[0]
        assert f"Since `{second[:12]}`" in after
        assert "Outdated" not in after


class TestTheSameTwice:
    @pytest.mark.parametrize("request_id", ["the same", "another"])
    def test_a_webhook_changes_nothing(self, connection: Connection, request_id: str) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.settle()
        before = bitbucket.comments(connection.repository, number)
        bitbucket.clear_requests()
        [delivery] = bitbucket.deliveries()
        if request_id == "the same":
            bitbucket.redeliver(delivery.id)
        else:
            assert deliver(connection, delivery.body).status_code == 202
        connection.settle()
        assert bitbucket.comments(connection.repository, number) == before
        assert writes(bitbucket) == []

    def test_results_change_nothing_and_are_posted_again(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.settle()
        before = bitbucket.comments(connection.repository, number)
        bitbucket.clear_requests()
        again = connection.submit(different(), commit=head)
        assert connection.status(again)["status"] == "queued"
        connection.settle()
        assert bitbucket.comments(connection.repository, number) == before
        assert writes(bitbucket) == []
        assert connection.status(again)["status"] == "posted"


class TestSeveralSubmissions:
    def test_for_one_commit_merge_by_model_and_the_latest_wins(
        self, connection: Connection
    ) -> None:
        number, head = connection.open_pull_request()
        first = connection.submit(
            f"{failed('model.shop.a')}\n{identical('model.shop.b')}", commit=head
        )
        connection.settle()
        assert connection.build_status(head)[0] == "FAILED"
        second = connection.submit(identical("model.shop.a"), commit=head)
        third = connection.submit(different("model.shop.c"), pull_request=number)
        connection.settle()
        [comment] = connection.comments(number)
        assert "1 of 3 models differs" in comment
        assert "Duplicate primary keys" not in comment
        assert connection.build_status(head)[0] == "SUCCESSFUL"
        statuses = [connection.status(one)["status"] for one in (first, second, third)]
        assert statuses == ["posted"] * 3

    def test_the_same_results_sent_again_are_the_latest(self, connection: Connection) -> None:
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.submit(identical("model.shop.orders"), commit=head)
        connection.settle()
        assert "no differences" in connection.comments(number)[0]
        connection.submit(different(), commit=head)
        connection.settle()
        assert "differs" in connection.comments(number)[0]


class TestPullRequestsOfACommit:
    def test_two_with_the_same_head_both_show_its_results(self, connection: Connection) -> None:
        one, head = connection.open_pull_request("One")
        two, _ = connection.open_pull_request("Two")
        state = connection.system.bitbucket.state.named(connection.repository)
        state.pull_requests[two] = replace(state.pull_requests[two], commits=(head,))
        connection.settle()
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        assert len(connection.comments(one)) == 1
        assert len(connection.comments(two)) == 1
        assert connection.status(submitted)["status"] == "posted"

    def test_a_merged_one_does_not_take_the_results_from_an_open_one(
        self, connection: Connection
    ) -> None:
        one, head = connection.open_pull_request("One")
        two, _ = connection.open_pull_request("Two")
        state = connection.system.bitbucket.state.named(connection.repository)
        state.pull_requests[two] = replace(state.pull_requests[two], commits=(head,))
        submitted = connection.submit(different(), commit=head)
        connection.system.bitbucket.merge_pull_request(connection.repository, one)
        connection.settle()
        assert len(connection.comments(two)) == 1
        assert connection.status(submitted)["status"] == "posted"
        assert f"/pull-requests/{two}" in connection.status(submitted)["comment_url"]

    def test_one_is_found_among_more_than_a_page_of_them(self, system: System) -> None:
        opened = [
            system.bitbucket.open_pull_request(system.bench.repository, title=f"Change {number}")
            for number in range(55)
        ]
        connection = system.connect()
        submitted = connection.submit(different(), commit=opened[0].head)
        connection.settle()
        assert len(connection.comments(opened[0].id)) == 1
        assert connection.status(submitted)["status"] == "posted"

    def test_closed_ones_and_deleted_integrations_end_the_job_quietly(
        self, connection: Connection
    ) -> None:
        system = connection.system
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        system.bitbucket.decline_pull_request(connection.repository, number)
        connection.settle()
        assert connection.comments(number) == []
        connection.open_pull_request("Another")
        connection.submit(different(), commit=head)
        system.bitbucket.wait_until_delivered()
        system.call("DELETE", f"/integrations/{connection.id}")
        assert system.account.drain() == 2
        assert system.account.delays() == []
