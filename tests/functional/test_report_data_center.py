"""What reports meet on Bitbucket Data Center alone."""

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from local.bitbucket.traffic import RequestRecord
from tests.functional.bench import DATA_CENTER, only_on
from tests.functional.conftest import Connection, System
from tests.functional.data_diff_lines import different, identical

pytestmark = only_on(DATA_CENTER, "Bitbucket Cloud has nothing like it")

type Meanwhile = Callable[[str, str, list[Callable[[], object]]], None]


@pytest.fixture
def meanwhile(system: System, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets somebody do things, one each time that a request was answered and before the next."""
    log = system.bitbucket.request_log
    note = log.add

    def on(method: str, path: str, things: list[Callable[[], object]]) -> None:
        def add(record: RequestRecord) -> None:
            note(record)
            if things and record.method == method and fnmatchcase(record.path, path):
                things.pop(0)()

        monkeypatch.setattr(log, "add", add)

    return on


def reported(connection: Connection) -> tuple[int, str]:
    """A pull request with a report on it; its number and head."""
    number, head = connection.open_pull_request()
    connection.submit(different(), commit=head)
    connection.settle()
    assert len(connection.comments(number)) == 1
    return number, head


def stored_names(connection: Connection) -> tuple[str, str, str]:
    """The names that the integration knows its repository by: project, slug and web address."""
    [row] = connection.system.account.items("INTEGRATIONS", connection.id)
    names = row["repository"]["M"]
    return names["project_key"]["S"], names["slug"]["S"], names["web_url"]["S"]


def nothing_is_retried(connection: Connection) -> bool:
    account = connection.system.account
    account.skip_delays()
    return account.delays() == [] and account.jobs() == []


class TestACommentThatSomebodyChangesMeanwhile:
    def edit(self, connection: Connection, number: int) -> Callable[[], object]:
        """Edit the one comment that there is."""
        bitbucket = connection.system.bitbucket
        stored = bitbucket.state.named(connection.repository)

        def do() -> object:
            [comment] = bitbucket.comments(connection.repository, number)
            return bitbucket.collaboration.edit_comment(stored, comment, "Edited by hand")

        return do

    def answers(self, connection: Connection) -> list[int | None]:
        """What our tries to replace a comment were answered with."""
        return [one.status for one in connection.system.bitbucket.requests("PUT", "*/comments/*")]

    def test_is_read_again_and_replaced(self, connection: Connection, meanwhile: Meanwhile) -> None:
        number, head = reported(connection)
        meanwhile("GET", "*/comments/*", [self.edit(connection, number)])
        connection.submit(identical("model.shop.orders"), commit=head)
        connection.settle()
        [comment] = connection.comments(number)
        assert "no differences" in comment
        assert self.answers(connection) == [409, 200]
        assert connection.system.account.delays() == []

    def test_again_and_again_is_left_for_later(
        self, connection: Connection, meanwhile: Meanwhile
    ) -> None:
        number, head = reported(connection)
        meanwhile("GET", "*/comments/*", [self.edit(connection, number)] * 4)
        submitted = connection.submit(identical("model.shop.orders"), commit=head)
        connection.settle()
        assert self.answers(connection) == [409, 409, 409]
        assert connection.status(submitted)["status"] == "queued"
        assert len(connection.system.account.delays()) == 1
        connection.system.account.skip_delays()
        connection.settle()
        [comment] = connection.comments(number)
        assert "no differences" in comment
        assert connection.status(submitted)["status"] == "posted"

    def test_and_then_deletes_is_made_anew(
        self, connection: Connection, meanwhile: Meanwhile
    ) -> None:
        number, head = reported(connection)
        bitbucket = connection.system.bitbucket
        [first] = bitbucket.comments(connection.repository, number)
        bitbucket.add_fault("server_error", method="PUT", path="*/comments/*", status=409)
        meanwhile(
            "PUT",
            "*/comments/*",
            [lambda: bitbucket.delete_comment(connection.repository, number, first.id)],
        )
        connection.submit(identical("model.shop.orders"), commit=head)
        connection.settle()
        [comment] = connection.comments(number)
        assert "no differences" in comment
        assert self.answers(connection) == [409]
        assert len(bitbucket.requests("POST", "*/comments")) == 2


class TestAnArchivedRepository:
    def test_is_the_integrations_health_and_ends_the_job(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.settle()
        bitbucket.archive_data_center_repository(connection.repository)
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        health = connection.health()
        assert health["reason"] == "refused_by_bitbucket"
        assert "archived" in health["detail"]
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("failed", "refused_by_bitbucket")
        assert len(bitbucket.requests("POST", "*/comments")) == 1
        assert nothing_is_retried(connection)
        bitbucket.unarchive_data_center_repository(connection.repository)
        connection.push(number)
        connection.submit(different(), pull_request=number)
        connection.settle()
        assert len(connection.comments(number)) == 1
        assert connection.health()["ok"] is True

    def test_is_not_taken_for_an_outdated_comment(self, connection: Connection) -> None:
        _, head = reported(connection)
        bitbucket = connection.system.bitbucket
        bitbucket.archive_data_center_repository(connection.repository)
        submitted = connection.submit(identical("model.shop.orders"), commit=head)
        connection.settle()
        assert len(bitbucket.requests("PUT", "*/comments/*")) == 1
        assert connection.status(submitted)["reason"] == "refused_by_bitbucket"
        assert nothing_is_retried(connection)


class TestARepositoryThatWasMoved:
    OLD = "*/projects/DATA/repos/jaffle-shop*"

    def moved(self, connection: Connection, project: str = "MARTS", slug: str = "shop") -> str:
        return connection.system.bitbucket.move_data_center_repository(
            connection.repository, project, slug
        )

    @pytest.mark.parametrize("named", ["commit", "pull_request"])
    def test_is_followed_once_and_known_by_its_new_names(
        self, connection: Connection, named: str
    ) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.settle()
        new = self.moved(connection)
        bitbucket.clear_requests()
        query = {"commit": head} if named == "commit" else {"pull_request": number}
        submitted = connection.submit(different(), **query)
        connection.settle()
        assert connection.status(submitted)["status"] == "posted"
        [comment] = [one for one in bitbucket.comments(new, number) if not one.deleted]
        address = f"{bitbucket.data_center_url}/{new}"
        assert f"{address}/commits/{head}" in comment.raw
        assert connection.status(submitted)["comment_url"].startswith(f"{address}/")
        assert stored_names(connection) == ("MARTS", "shop", address)
        # The call that met the move, and the one that was followed.
        assert len(bitbucket.requests("*", self.OLD)) == 2
        bitbucket.clear_requests()
        bitbucket.push_commit(new, number)
        connection.settle()
        assert bitbucket.requests("*", self.OLD) == []
        assert bitbucket.requests() != []
        assert connection.health()["ok"] is True

    def test_while_a_report_is_being_written_is_followed_to_the_end(
        self, connection: Connection, meanwhile: Meanwhile
    ) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.settle()
        meanwhile("POST", "*/comments", [lambda: self.moved(connection)])
        submitted = connection.submit(different(), pull_request=number, commit=head)
        connection.settle()
        assert bitbucket.requests("POST", "*/projects/DATA/*/builds")[-1].status == 307
        assert connection.status(submitted)["status"] == "posted"
        new = "projects/MARTS/repos/shop"
        assert len(bitbucket.comments(new, number)) == 1
        [status] = bitbucket.build_statuses(new, head)
        assert status.state == "SUCCESSFUL"

    def test_twice_is_followed_each_time(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, _ = reported(connection)
        new = self.moved(connection)
        bitbucket.push_commit(new, number)
        connection.settle()
        newest = bitbucket.move_data_center_repository(new, "CORE", "shop")
        head = bitbucket.push_commit(newest, number).head
        connection.settle()
        assert stored_names(connection)[:2] == ("CORE", "shop")
        [status] = bitbucket.build_statuses(newest, head)
        assert status.state == "INPROGRESS"

    def test_is_the_same_integration_when_it_is_configured_again(
        self, connection: Connection
    ) -> None:
        bitbucket = connection.system.bitbucket
        number, _ = reported(connection)
        new = self.moved(connection)
        bitbucket.push_commit(new, number)
        connection.settle()
        answer = connection.system.configure(repository=f"{bitbucket.data_center_url}/{new}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["integration"]["id"] == connection.id

    def test_to_another_server_is_not_followed(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        _, head = connection.open_pull_request()
        connection.settle()
        elsewhere = bitbucket.url.replace("127.0.0.1", "localhost")
        bitbucket.add_fault(
            "redirect", path=self.OLD, times=None, location=f"{elsewhere}/bitbucket/rest"
        )
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        health = connection.health()
        assert health["reason"] == "refused_by_bitbucket"
        assert "another server" in health["detail"]
        assert connection.status(submitted)["reason"] == "refused_by_bitbucket"
        assert stored_names(connection)[:2] == ("DATA", "jaffle-shop")
        assert nothing_is_retried(connection)

    def test_is_not_mistaken_for_another_repository(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.settle()
        ours = bitbucket.repository(connection.repository)
        other = bitbucket.create_data_center_repository("DATA", "other")
        theirs = bitbucket.repository(other)
        bitbucket.open_pull_request(other, title="Another")
        state = bitbucket.state
        del state.repositories[ours.uuid]
        state.moved["data", "jaffle-shop"] = theirs.uuid
        token = connection.system.access_token
        state.http_tokens[token] = replace(state.http_tokens[token], repository_uuid=theirs.uuid)
        submitted = connection.submit(different(), commit=head, pull_request=number)
        connection.settle()
        assert connection.status(submitted)["reason"] == "not_found_in_bitbucket"
        assert connection.health()["reason"] == "not_found_in_bitbucket"
        assert bitbucket.comments(other, 1) == []
        assert stored_names(connection)[:2] == ("DATA", "jaffle-shop")
        assert nothing_is_retried(connection)

    @pytest.mark.parametrize("named", ["commit", "pull_request"])
    def test_is_not_mistaken_for_one_that_got_its_old_name(
        self, connection: Connection, named: str
    ) -> None:
        bitbucket = connection.system.bitbucket
        connection.open_pull_request()
        connection.settle()
        ours = bitbucket.repository(connection.repository)
        del bitbucket.state.repositories[ours.uuid]
        theirs = bitbucket.create_data_center_repository("DATA", "jaffle-shop")
        other = bitbucket.open_pull_request(theirs, title="Another")
        token = connection.system.access_token
        # A token of the project reaches whichever repository has the name.
        state = bitbucket.state
        state.http_tokens[token] = replace(state.http_tokens[token], permission="PROJECT_ADMIN")
        query = {"commit": other.head} if named == "commit" else {"pull_request": other.id}
        submitted = connection.submit(different(), **query)
        connection.settle()
        assert connection.status(submitted)["reason"] == "not_found_in_bitbucket"
        assert "nother repository" in connection.health()["detail"]
        assert bitbucket.comments(theirs, other.id) == []
        assert bitbucket.build_statuses(theirs) == []


def base_url_becomes(connection: Connection, base_url: str) -> None:
    """Let the integration know its server by another address."""
    connection.system.account.client("dynamodb").update_item(
        TableName="table",
        Key={"pk": {"S": "INTEGRATIONS"}, "sk": {"S": connection.id}},
        UpdateExpression="SET repository.base_url = :url",
        ExpressionAttributeValues={":url": {"S": base_url}},
    )


class TestTheWayToTheServer:
    def test_without_tls_any_more_is_the_integrations_health_and_tried_again(
        self, connection: Connection
    ) -> None:
        bitbucket = connection.system.bitbucket
        number, head = connection.open_pull_request()
        connection.settle()
        base_url_becomes(connection, bitbucket.data_center_url.replace("http:", "https:"))
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        health = connection.health()
        assert health["reason"] == "tls_failed"
        assert "does not speak TLS" in health["detail"]
        assert connection.status(submitted)["status"] == "queued"
        assert len(connection.system.account.delays()) == 1
        base_url_becomes(connection, bitbucket.data_center_url)
        connection.system.account.skip_delays()
        connection.settle()
        assert len(connection.comments(number)) == 1
        assert connection.health()["ok"] is True

    def test_to_where_the_operator_allows_none_is_not_taken(self, connection: Connection) -> None:
        _, head = connection.open_pull_request()
        connection.settle()
        # The name is not listed, and leads to this machine.
        base_url_becomes(connection, "https://localhost:9/bitbucket")
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        assert connection.health()["reason"] == "address_refused"
        assert connection.status(submitted)["reason"] == "address_refused"
        assert nothing_is_retried(connection)


@pytest.mark.parametrize(
    ("version", "resource"),
    [
        ("7.0.0", "*/build-status/latest/*"),
        ("7.3.9", "*/build-status/latest/*"),
        ("7.4.0", "*/repos/jaffle-shop/commits/*/builds"),
        ("10.2.7", "*/repos/jaffle-shop/commits/*/builds"),
    ],
)
def test_the_build_status_is_set_as_the_servers_version_knows_it(
    system: System, version: str, resource: str
) -> None:
    system.bitbucket.set_data_center_version(version)
    connection = system.connect()
    _, head = reported(connection)
    assert connection.build_status(head)[0] == "SUCCESSFUL"
    statuses: list[Any] = system.bitbucket.requests("POST", resource)
    assert {one.status for one in statuses} == {204}


@pytest.mark.parametrize("permission", ["PROJECT_ADMIN", "REPO_ADMIN"])
def test_a_token_of_the_project_does_as_well(system: System, permission: str) -> None:
    system.access_token = system.bitbucket.create_data_center_token(
        system.bench.repository, permission
    )
    reported(system.connect())


def test_a_deleted_pull_request_ends_its_jobs_quietly(connection: Connection) -> None:
    number, head = connection.open_pull_request()
    connection.settle()
    connection.system.bitbucket.delete_pull_request(connection.repository, number)
    connection.settle()
    submitted = connection.submit(different(), pull_request=number, commit=head)
    connection.settle()
    assert connection.status(submitted)["reason"] == "not_found_in_bitbucket"
    assert connection.health()["ok"] is True
    assert nothing_is_retried(connection)
