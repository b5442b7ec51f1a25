import requests

from tests.functional.bench import on_both
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, failed, identical

pytestmark = on_both

WAITING = ("INPROGRESS", "Waiting for data diff results")


def opened(connection: Connection) -> tuple[int, str]:
    number, head = connection.open_pull_request()
    connection.settle()
    return number, head


class TestAPullRequestsLife:
    def test_an_opened_pull_request_waits_for_results(self, connection: Connection) -> None:
        number, head = opened(connection)
        assert connection.build_status(head) == WAITING
        assert connection.comments(number) == []

    def test_results_become_one_comment_and_a_build_status(self, connection: Connection) -> None:
        number, head = opened(connection)
        submitted = connection.submit(f"{different()}\n{identical()}\n", commit=head)
        assert submitted.status_code == 202
        assert connection.status(submitted)["status"] == "queued"
        connection.settle()
        [comment] = connection.comments(number)
        assert comment.splitlines()[0].startswith("**Data diff passed** — 1 of 2 models differs")
        state, description = connection.build_status(head)
        assert state == "SUCCESSFUL"
        assert "1 of 2 models differs" in description
        status = connection.status(submitted)
        assert status["status"] == "posted"
        assert f"/pull-requests/{number}" in status["comment_url"]

    def test_comment_and_build_status_lead_to_the_whole_report(
        self, connection: Connection
    ) -> None:
        number, head = opened(connection)
        connection.submit(different(), commit=head)
        connection.settle()
        [status] = connection.system.bitbucket.build_statuses(connection.repository, head)
        [comment] = connection.comments(number)
        assert f"]({status.url})" in comment
        page = requests.get(status.url, timeout=30)
        assert page.status_code == 200
        assert head[:12] in page.text

    def test_a_head_that_no_webhook_told_of_is_remembered_as_one(
        self, connection: Connection
    ) -> None:
        bitbucket = connection.system.bitbucket
        number, _ = opened(connection)
        bitbucket.pause_deliveries()
        second = bitbucket.push_commit(connection.repository, number).head
        connection.submit(different(), commit=second)
        connection.system.account.drain()
        bitbucket.push_commit(connection.repository, number)
        late = connection.submit(identical(), commit=second)
        connection.system.account.drain()
        assert connection.status(late)["status"] == "superseded"
        bitbucket.resume_deliveries()

    def test_a_commit_that_only_a_submission_named_was_never_a_head(
        self, connection: Connection
    ) -> None:
        number, _ = opened(connection)
        elsewhere = "5" * 40
        connection.submit(different(), commit=elsewhere, pull_request=number)
        connection.settle()
        waiting = connection.submit(different(), commit=elsewhere)
        connection.settle()
        assert connection.status(waiting)["status"] == "queued"
        assert connection.status(waiting)["reason"] == "no_pull_request"

    def test_results_for_a_commit_concern_no_pull_request_of_another_head(
        self, connection: Connection
    ) -> None:
        other, _ = opened(connection)
        number, head = opened(connection)
        connection.system.bitbucket.clear_requests()
        connection.submit(different(), commit=head)
        connection.settle()
        assert len(connection.comments(number)) == 1
        looked_at = {
            one.path
            for one in connection.system.bitbucket.requests("GET", connection.bench.pull_request)
        }
        assert looked_at
        assert not any(path.endswith(f"/{other}") for path in looked_at)

    def test_a_model_that_could_not_be_diffed_fails_the_build_status(
        self, connection: Connection
    ) -> None:
        number, head = opened(connection)
        connection.submit(f"{failed()}\n{identical()}", commit=head)
        connection.settle()
        assert connection.build_status(head)[0] == "FAILED"
        assert "Duplicate primary keys" in connection.comments(number)[0]

    def test_after_a_push_the_report_says_that_it_is_about_the_older_commit(
        self, connection: Connection
    ) -> None:
        number, first = opened(connection)
        connection.submit(different(), commit=first)
        connection.settle()
        before = connection.comments(number)
        second = connection.push(number)
        connection.settle()
        [stale] = connection.comments(number)
        assert stale != before[0]
        assert first[:12] in stale
        assert second[:12] in stale
        assert connection.build_status(second) == WAITING

    def test_results_for_the_new_head_update_the_same_comment(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, first = opened(connection)
        connection.submit(different(), commit=first)
        connection.settle()
        [before] = bitbucket.comments(connection.repository, number)
        second = connection.push(number)
        connection.settle()
        connection.submit(identical(), commit=second)
        connection.settle()
        [after] = bitbucket.comments(connection.repository, number)
        assert after.id == before.id
        assert "no differences" in after.raw
        assert "Outdated" not in after.raw
        assert f"Commit [`{second}`]" in after.raw

    def test_after_the_merge_nothing_more_is_posted(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, head = opened(connection)
        connection.submit(different(), commit=head)
        connection.settle()
        before = bitbucket.comments(connection.repository, number)
        bitbucket.merge_pull_request(connection.repository, number)
        connection.settle()
        late = connection.submit(identical(), commit=head, pull_request=number)
        connection.settle()
        assert bitbucket.comments(connection.repository, number) == before
        assert connection.status(late)["status"] == "superseded"
        assert connection.status(late)["reason"] == "pull_request_closed"
