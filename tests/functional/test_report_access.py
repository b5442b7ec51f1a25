"""What becomes of reports when Bitbucket does not let us work any more, and when it does again."""

import pytest

from tests.functional.bench import on_both
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, identical
from tests.functional.patient import failures, found

pytestmark = on_both


def forbid(connection: Connection) -> str:
    """Take from the access token what reading pull requests needs; what that is called."""
    system = connection.system
    return connection.bench.forbid(system.bitbucket, system.access_token)


def renewed(connection: Connection) -> str:
    """Configure the repository with a new access token."""
    token = connection.bench.create_token(connection.system.bitbucket)
    answer = connection.system.configure(access_token=token)
    assert answer.status_code == 200, answer.text
    return token


def nothing_is_retried(connection: Connection) -> bool:
    account = connection.system.account
    account.skip_delays()
    return account.delays() == [] and account.jobs() == []


class TestARevokedAccessToken:
    def test_is_the_integrations_health_and_ends_the_job(self, connection: Connection) -> None:
        connection.system.bitbucket.revoke_access_token(connection.system.access_token)
        _, head = connection.open_pull_request()
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        health = connection.health()
        assert health["ok"] is False
        assert health["reason"] == "access_token_rejected"
        assert "does not accept the access token" in health["detail"]
        assert health["since"]
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("failed", "access_token_rejected")
        assert "access token" in status["detail"]
        logs = connection.system.account.logs()
        logged = [one for one in logs if one.get("message") == "no access"]
        assert {(one["service"], one["reason"]) for one in logged} == {
            ("report", "access_token_rejected")
        }
        assert nothing_is_retried(connection)

    def test_takes_nothing_back_that_was_posted(self, connection: Connection) -> None:
        _, head = connection.open_pull_request()
        before = connection.submit(different(), commit=head)
        connection.settle()
        connection.system.bitbucket.revoke_access_token(connection.system.access_token)
        after = connection.submit(identical(), commit=head)
        connection.settle()
        assert connection.status(before)["status"] == "posted"
        assert connection.status(after)["status"] == "failed"

    def test_replaced_by_another_makes_all_well_with_the_next_event(
        self, connection: Connection
    ) -> None:
        system = connection.system
        number, head = connection.open_pull_request()
        connection.settle()
        system.bitbucket.revoke_access_token(system.access_token)
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        assert connection.health()["ok"] is False
        renewed(connection)
        assert connection.health()["ok"] is True
        system.bitbucket.edit_pull_request(connection.repository, number, title="Edited")
        connection.settle()
        assert len(connection.comments(number)) == 1
        assert connection.status(submitted)["status"] == "posted"
        assert connection.health()["ok"] is True

    def test_is_not_asked_for_again_and_again(self, connection: Connection) -> None:
        system = connection.system
        system.bitbucket.revoke_access_token(system.access_token)
        connection.open_pull_request()
        connection.settle()
        assert len(system.bitbucket.requests("GET", f"{connection.bench.pull_requests}/1")) == 1

    def test_that_works_again_is_healthy_by_the_next_job(self, connection: Connection) -> None:
        tokens = connection.bench.tokens(connection.system.bitbucket)
        value = connection.system.access_token
        kept = tokens.pop(value)
        number, _ = connection.open_pull_request()
        connection.settle()
        assert connection.health()["ok"] is False
        tokens[value] = kept
        connection.push(number)
        connection.settle()
        assert connection.health()["ok"] is True


class TestAnExpiredAccessToken:
    def test_is_named_and_a_new_one_makes_all_well(self, connection: Connection) -> None:
        system = connection.system
        number, head = connection.open_pull_request()
        connection.settle()
        system.bitbucket.expire_access_token(system.access_token)
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        assert connection.health()["reason"] == "access_token_rejected"
        assert "expired" in connection.health()["detail"]
        assert connection.status(submitted)["reason"] == "access_token_rejected"
        assert system.account.metrics("AccessTokenRejected") == 1
        assert nothing_is_retried(connection)

        checked = system.call("POST", f"/integrations/{connection.id}/check").json()
        assert failures(checked) == ["token"]
        assert "expired" in found(checked)["token"]["seen"]
        assert "with the new token" in found(checked)["token"]["cure"]

        renewed(connection)
        again = system.call("POST", f"/integrations/{connection.id}/check").json()
        assert failures(again) == []
        connection.push(number)
        connection.submit(different(), pull_request=number)
        connection.settle()
        assert len(connection.comments(number)) == 1
        assert connection.health()["ok"] is True


class TestAMissingPermission:
    def test_to_read_pull_requests(self, connection: Connection) -> None:
        permission = forbid(connection)
        _, head = connection.open_pull_request()
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        health = connection.health()
        assert health["reason"] == "permission_missing"
        assert permission in health["detail"]
        assert connection.status(submitted)["reason"] == "permission_missing"
        assert nothing_is_retried(connection)

    @pytest.mark.parametrize("what", ["new_comment", "build_status"])
    def test_to_write(self, connection: Connection, what: str) -> None:
        # No permission of Bitbucket's lets a token read pull requests and not comment on them.
        path = getattr(connection.bench, what)
        number, head = connection.open_pull_request()
        connection.settle()
        bitbucket = connection.system.bitbucket
        fault = bitbucket.add_fault(
            "server_error", method="POST", path=path, times=None, status=403
        )
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        assert connection.health()["reason"] == "permission_missing"
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("failed", "permission_missing")
        assert nothing_is_retried(connection)
        bitbucket.remove_fault(fault.id)
        bitbucket.edit_pull_request(connection.repository, number, title="Edited")
        connection.settle()
        assert len(connection.comments(number)) == 1
        assert connection.status(submitted)["status"] == "posted"
        assert connection.health()["ok"] is True

    def test_is_mended_by_a_new_token_in_a_warm_environment_too(
        self, connection: Connection
    ) -> None:
        number, head = connection.open_pull_request()
        connection.settle()
        forbid(connection)
        connection.submit(different(), commit=head)
        connection.settle()
        assert connection.health()["ok"] is False
        renewed(connection)
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        assert connection.health()["ok"] is True
        assert connection.status(submitted)["status"] == "posted"
        assert len(connection.comments(number)) == 1


class TestACommentByAnEarlierAccessToken:
    def test_cannot_be_edited_so_a_new_one_is_made_and_kept(self, connection: Connection) -> None:
        number, head = connection.open_pull_request()
        connection.submit(different(), commit=head)
        connection.settle()
        [first] = connection.comments(number)
        connection.system.bitbucket.revoke_access_token(connection.system.access_token)
        renewed(connection)
        connection.submit(identical(), commit=head)
        connection.settle()
        before, after = connection.comments(number)
        assert before == first
        assert "1 of 2 models differs" in after
        connection.submit(identical("model.shop.orders"), commit=head)
        connection.settle()
        before, after = connection.comments(number)
        assert before == first
        assert "no differences" in after


class TestARepositoryOutOfReach:
    @pytest.mark.parametrize("named", ["commit", "pull_request"])
    def test_is_the_integrations_health_and_stays_so(
        self, connection: Connection, named: str
    ) -> None:
        number, head = connection.open_pull_request()
        connection.settle()
        repositories = connection.system.bitbucket.state.repositories
        kept = dict(repositories)
        repositories.clear()
        query = {"commit": head} if named == "commit" else {"pull_request": number}
        for results in (different(), identical()):
            submitted = connection.submit(results, **query)
            connection.system.account.drain()
            assert connection.health()["reason"] == "not_found_in_bitbucket"
            status = connection.status(submitted)
            assert (status["status"], status["reason"]) == ("failed", "not_found_in_bitbucket")
        assert nothing_is_retried(connection)
        repositories.update(kept)
        connection.submit(different(), commit=head)
        connection.settle()
        assert connection.health()["ok"] is True
        assert len(connection.comments(number)) == 1

    def test_is_told_from_a_pull_request_that_is_not_there(self, connection: Connection) -> None:
        submitted = connection.submit(different(), pull_request=99)
        connection.settle()
        assert connection.health()["ok"] is True
        status = connection.status(submitted)
        assert (status["status"], status["reason"]) == ("failed", "not_found_in_bitbucket")
        assert nothing_is_retried(connection)


class TestAMissingAccessToken:
    def test_is_the_integrations_health(self, connection: Connection) -> None:
        [name] = connection.system.account.access_tokens()
        connection.system.account.client("secretsmanager").delete_secret(
            SecretId=name, ForceDeleteWithoutRecovery=True
        )
        _, head = connection.open_pull_request()
        submitted = connection.submit(different(), commit=head)
        connection.settle()
        assert connection.health()["reason"] == "missing_secret"
        assert connection.status(submitted)["reason"] == "missing_secret"
        assert nothing_is_retried(connection)
        assert connection.system.configure().status_code == 200
        assert connection.health()["ok"] is True
