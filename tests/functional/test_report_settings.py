"""What an integration's settings make of its reports."""

import re
from typing import Any

import pytest

from tests.functional.bench import CLOUD, on_both
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, failed, identical
from tests.unit.tool_samples import sample

pytestmark = on_both

CUSTOMER = "customer 3"  # a value in data-diff's sample

NOT_WANTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "base_branch": ({"base_branches": ["release/*"]}, {"base_branches": ["release/*", "main"]}),
    "draft": ({"draft_pull_requests": False}, {}),
    "skip_marker": ({"skip_marker": "Fix"}, {}),
}


@pytest.mark.parametrize("reason", NOT_WANTED)
class TestAPullRequestThatIsNotReportedOn:
    def test_gets_nothing_until_it_is(self, connection: Connection, reason: str) -> None:
        not_wanted, wanted = NOT_WANTED[reason]
        bitbucket, repository = connection.system.bitbucket, connection.repository
        connection.set(**not_wanted)
        opened = bitbucket.open_pull_request(
            repository, title="Fix amounts", draft=reason == "draft"
        )
        connection.settle()
        submitted = connection.submit(different(), commit=opened.head)
        connection.settle()
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("superseded", reason)
        assert connection.comments(opened.id) == []
        assert connection.insights(opened.head) == []
        assert bitbucket.build_statuses(repository, opened.head) == []

        connection.set(**wanted)
        bitbucket.edit_pull_request(repository, opened.id, title="Amounts", draft=False)
        connection.settle()
        assert connection.status(submitted)["status"] == "posted"
        assert len(connection.comments(opened.id)) == 1
        assert connection.build_status(opened.head)[0] == "SUCCESSFUL"

    def test_is_awaited_no_longer(self, connection: Connection, reason: str) -> None:
        bitbucket, repository = connection.system.bitbucket, connection.repository
        number, head = connection.open_pull_request()
        connection.settle()
        assert connection.build_status(head)[0] == "INPROGRESS"
        connection.set(**NOT_WANTED[reason][0])
        bitbucket.edit_pull_request(repository, number, draft=reason == "draft")
        connection.settle()
        state, description = connection.build_status(head)
        assert state == ("STOPPED" if connection.bench is CLOUD else "CANCELLED")
        assert f"ull request {number}" in description

    def test_keeps_what_it_shows(self, connection: Connection, reason: str) -> None:
        bitbucket, repository = connection.system.bitbucket, connection.repository
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.settle()
        before = connection.comments(number), connection.build_status(head)
        connection.set(**NOT_WANTED[reason][0])
        bitbucket.edit_pull_request(repository, number, draft=reason == "draft")
        connection.settle()
        assert (connection.comments(number), connection.build_status(head)) == before


class TestAMarkerInTheLastCommit:
    def test_turns_reports_off_until_the_next(self, connection: Connection) -> None:
        number, first = connection.open_pull_request()
        connection.settle()
        skipped = connection.push(number, "Count [skip data-diff]")
        submitted = connection.submit(different(), commit=skipped)
        connection.settle()
        assert connection.status(submitted)["reason"] == "skip_marker"
        assert connection.build_status(first)[0] in {"STOPPED", "CANCELLED"}
        third = connection.push(number, "Count again")
        connection.settle()
        assert connection.build_status(third)[0] == "INPROGRESS"

    def test_is_looked_for_once_in_a_message(self, connection: Connection) -> None:
        def reads() -> int:
            requests = connection.system.bitbucket.requests("GET", "*/commit*/*")
            return sum(not re.search("/(statuses|builds)", one.path) for one in requests)

        number, head = connection.open_pull_request()
        connection.settle()
        connection.submit(different(), commit=head)
        connection.settle()
        assert reads() == 1
        connection.set(skip_marker="[another]")
        connection.submit(identical(), commit=head)
        connection.settle()
        assert reads() == 2
        connection.push(number)
        connection.settle()
        assert reads() == 3


class TestWhatIsTurnedOff:
    @pytest.mark.parametrize("off", ["comment", "build_status", "code_insights"])
    def test_is_not_posted_and_the_rest_is(self, connection: Connection, off: str) -> None:
        connection.set(**{off: False})
        number, head = connection.open_pull_request()
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        bitbucket, repository = connection.system.bitbucket, connection.repository
        shown = {
            "comment": len(connection.comments(number)),
            "build_status": len(bitbucket.build_statuses(repository, head)),
            "code_insights": len(connection.insights(head)),
        }
        assert shown == {name: int(name != off) for name in shown}
        assert connection.status(submitted)["status"] == "posted"


def test_results_are_judged_by_the_settings(connection: Connection) -> None:
    connection.set(failed_diff="warn")
    _, head = connection.open_pull_request()
    connection.submit(failed(), commit=head)
    connection.settle()
    assert connection.build_status(head)[0] == "SUCCESSFUL"


def test_the_next_report_says_what_changed(connection: Connection) -> None:
    number, first = connection.open_pull_request()
    connection.submit(failed("model.shop.orders"), commit=first)
    connection.settle()
    second = connection.push(number)
    connection.submit(identical("model.shop.orders"), commit=second)
    connection.settle()
    [comment] = connection.comments(number)
    assert f"Since `{first[:12]}`: 1 model fixed" in comment


class TestSampleRowsThatWereKept:
    def kept(self, connection: Connection) -> tuple[int, str]:
        """A pull request whose comment and page show a customer's name."""
        connection.set(sample_rows=True)
        number, head = connection.open_pull_request()
        connection.submit(sample("data_diff/dbt.jsonl"), commit=head)
        connection.settle()
        assert CUSTOMER in connection.comments(number)[0]
        assert CUSTOMER in self.page(connection, number)
        return number, head

    @staticmethod
    def page(connection: Connection, number: int) -> str:
        [link] = set(re.findall(r"/reports/[a-z0-9-]+", connection.comments(number)[0]))
        answer = connection.system.call("GET", link, None)
        assert answer.status_code == 200
        return answer.text

    @pytest.mark.parametrize(
        "stricter", [{}, {"sample_rows": True, "masked_columns": ["customer"]}]
    )
    def test_are_not_shown_any_more_than_the_settings_of_today_allow(
        self, connection: Connection, stricter: dict[str, Any]
    ) -> None:
        number, head = self.kept(connection)
        connection.set(**stricter)
        assert CUSTOMER not in self.page(connection, number)
        connection.submit(identical(), commit=head)
        connection.settle()
        assert CUSTOMER not in connection.comments(number)[0]
        assert CUSTOMER not in self.page(connection, number)

    def test_are_not_shown_of_an_earlier_commit_either(self, connection: Connection) -> None:
        number, _ = self.kept(connection)
        connection.set()
        connection.push(number)
        connection.settle()
        [comment] = connection.comments(number)
        assert "Outdated" in comment
        assert CUSTOMER not in comment
