"""Code Insights, posted by the report function."""

import json
from dataclasses import replace
from typing import Any

import pytest

from local.bitbucket.code_insights import MOST_ANNOTATIONS
from local.bitbucket.model import Account
from tests.functional.bench import CLOUD, DATA_CENTER, on_both, only_on
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, failed, identical

pytestmark = on_both

REPORTS = "*/reports/*"


def opened(connection: Connection) -> tuple[int, str]:
    number, head = connection.open_pull_request()
    connection.settle()
    return number, head


def broken(*models: str, folder: str = "models") -> dict[str, Any]:
    """What CI sends about models, each in a file of its own, that could not be diffed."""
    diffs = [{"model": one, "path": f"{folder}/{one}.sql", "error": "No table."} for one in models]
    return {"body": json.dumps({"version": 1, "models": diffs}), "format": "model-diffs"}


def writes(connection: Connection) -> list[str]:
    requests = connection.system.bitbucket.requests(path=REPORTS)
    return [one.method for one in requests if one.method != "GET"]


class TestResults:
    def test_become_a_report_of_the_head(self, connection: Connection) -> None:
        _, head = opened(connection)
        assert connection.insights(head) == []
        connection.submit(f"{different()}\n{failed()}\n", commit=head)
        connection.settle()
        [report] = connection.insights(head)
        assert report.key == f"data-diff-{connection.id}"
        assert report.title == "Data diff"
        assert report.result.startswith("FAIL")
        assert {one["title"]: one["value"] for one in report.data}["Models failed"] == 1
        [status] = connection.system.bitbucket.build_statuses(connection.repository, head)
        assert report.link == status.url
        assert report.details.splitlines()[0] == status.description

    def test_make_a_link_to_the_comment_where_there_is_room(self, connection: Connection) -> None:
        number, head = opened(connection)
        connection.submit(identical(), commit=head)
        connection.settle()
        [report] = connection.insights(head)
        [comment] = connection.system.bitbucket.comments(connection.repository, number)
        [link] = [one["value"] for one in report.data if one["title"] == "Comment"]
        assert connection.bench.comment_link(comment.id) in link["href"]

    def test_that_change_replace_it_with_its_annotations(self, connection: Connection) -> None:
        _, head = opened(connection)
        connection.submit(**broken("a", "b"), commit=head)
        connection.settle()
        [before] = connection.insights(head)
        connection.submit(**broken("a", "c", folder="marts"), commit=head)
        connection.settle()
        [after] = connection.insights(head)
        assert [one.path for one in before.annotations] == ["models/a.sql", "models/b.sql"]
        assert [one.path for one in after.annotations] == [
            "marts/a.sql",
            "models/b.sql",
            "marts/c.sql",
        ]

    def test_that_stay_the_same_are_not_posted_again(self, connection: Connection) -> None:
        number, head = opened(connection)
        connection.submit(different(), commit=head)
        connection.settle()
        connection.system.bitbucket.clear_requests()
        connection.system.bitbucket.edit_pull_request(
            connection.repository, number, title="Another title"
        )
        connection.submit(different(), commit=head)
        connection.settle()
        assert writes(connection) == []

    def test_of_another_head_leave_the_old_report_where_it_is(self, connection: Connection) -> None:
        number, first = opened(connection)
        connection.submit(failed(), commit=first)
        connection.settle()
        second = connection.push(number)
        connection.settle()
        assert connection.insights(second) == []
        connection.submit(identical(), commit=second)
        connection.settle()
        assert [one.result[:4] for one in connection.insights(first)] == ["FAIL"]
        assert [one.result[:4] for one in connection.insights(second)] == ["PASS"]


class TestATokenThatMayDoAllButThis:
    @pytest.fixture
    def head(self, connection: Connection) -> str:
        _, head = opened(connection)
        connection.system.bitbucket.add_fault("server_error", path=REPORTS, status=403, times=None)
        connection.submit(different(), commit=head)
        connection.settle()
        return head

    def test_posts_all_but_this(self, connection: Connection, head: str) -> None:
        assert connection.insights(head) == []
        assert connection.build_status(head)[0] == "SUCCESSFUL"
        assert connection.health()["ok"] is True
        [said] = [
            line
            for line in connection.system.account.logs()
            if line.get("message") == "no code insights"
        ]
        assert (said["level"], said["reason"]) == ("WARNING", "permission_missing")

    def test_posts_this_too_once_it_may(self, connection: Connection, head: str) -> None:
        connection.system.bitbucket.clear_faults()
        connection.submit(different(), commit=head)
        connection.settle()
        assert len(connection.insights(head)) == 1


def test_annotations_that_bitbucket_refuses_are_not_sent_again_and_again(
    connection: Connection,
) -> None:
    number, head = opened(connection)
    bitbucket = connection.system.bitbucket
    bitbucket.add_fault("server_error", path="*/annotations", status=400, times=None)
    connection.submit(**broken("a"), commit=head)
    connection.settle()
    [report] = connection.insights(head)
    assert report.annotations == ()
    assert connection.build_status(head)[0] == "FAILED"
    bitbucket.clear_requests()
    bitbucket.edit_pull_request(connection.repository, number, title="Another title")
    connection.settle()
    assert writes(connection) == []


@only_on(DATA_CENTER, "On Bitbucket Cloud any token may replace a report")
class TestAReportOfAnEarlierToken:
    def replaced(self, connection: Connection, permission: str) -> tuple[str, int]:
        """The report of another token on the head, and ours after it."""
        _, head = opened(connection)
        connection.submit(failed(), commit=head)
        connection.settle()
        bitbucket = connection.system.bitbucket
        stored = bitbucket.state.named(connection.repository).insights
        [key] = stored
        stored[key] = replace(stored[key], author=Account("{other}", "Other", "other"))
        tokens = bitbucket.state.http_tokens
        token = connection.system.access_token
        tokens[token] = replace(tokens[token], permission=permission)
        connection.submit(identical("model.shop.payments"), commit=head)
        connection.settle()
        return connection.insights(head)[0].result, len(connection.comments(1))

    def test_is_replaced_by_an_administrators(self, connection: Connection) -> None:
        assert self.replaced(connection, "REPO_ADMIN") == ("PASS", 1)

    def test_stays_beside_a_new_comment_otherwise(self, connection: Connection) -> None:
        assert self.replaced(connection, "REPO_READ") == ("FAIL", 1)
        assert connection.health()["ok"] is True


def test_bitbuckets_bad_minutes_are_sat_out(connection: Connection) -> None:
    _, head = opened(connection)
    bitbucket = connection.system.bitbucket
    bitbucket.add_fault("apply_then_drop", path=REPORTS, times=2)
    bitbucket.add_fault("rate_limited", path="*/annotations", times=1)
    connection.submit(**broken("a"), commit=head)
    for _ in range(4):
        connection.settle()
        connection.system.account.skip_delays()
    [report] = connection.insights(head)
    assert len(report.annotations) == 1
    assert bitbucket.faults() == []


def test_a_thousand_findings_are_annotated_and_no_more(connection: Connection) -> None:
    _, head = opened(connection)
    models = [f"m{number}" for number in range(MOST_ANNOTATIONS + 1)]
    connection.submit(**broken(*models), commit=head)
    connection.settle()
    [report] = connection.insights(head)
    assert len(report.annotations) == MOST_ANNOTATIONS
    assert connection.build_status(head)[0] == "FAILED"


@only_on(CLOUD, "Bitbucket Data Center knows the commits of forks")
def test_a_forks_commit_that_is_not_there_is_no_trouble(connection: Connection) -> None:
    number, head = opened(connection)
    commits = connection.system.bitbucket.state.named(connection.repository).commits
    del commits[head]
    submitted = connection.submit(different(), commit=head, pull_request=number)
    connection.settle()
    assert connection.status(submitted)["status"] == "posted"
    assert len(connection.comments(number)) == 1
