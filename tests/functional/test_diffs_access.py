import pytest

from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different
from tests.functional.problems import problem

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class TestStatus:
    def test_of_an_unknown_submission_is_404(self, connection: Connection) -> None:
        for wanted in ("nothing", "x" * 2_000, "%20", COMMIT):
            path = f"/integrations/{connection.id}/diffs/{wanted}"
            answer = connection.system.call("GET", path, connection.ci_token)
            problem(answer, 404, "unknown_submission")

    def test_is_not_cached(self, connection: Connection) -> None:
        submitted = connection.submit(different(), commit=COMMIT).json()
        path = f"/integrations/{connection.id}/diffs/{submitted['submission_id']}"
        answer = connection.system.call("GET", path, connection.ci_token)
        assert answer.headers["Cache-Control"] == "no-store"

    def test_of_another_integration_is_not_shown(self, connection: Connection) -> None:
        system = connection.system
        submitted = connection.submit(different(), commit=COMMIT).json()["submission_id"]
        system.bitbucket.create_repository("acme/other")
        token = system.bitbucket.create_access_token("acme/other")
        other = system.configure(repository="acme/other", access_token=token).json()
        other_id = other["integration"]["id"]
        path = f"/integrations/{other_id}/diffs/{submitted}"
        problem(system.call("GET", path, other["ci_token"]), 404, "unknown_submission")
        path = f"/integrations/{connection.id}/diffs/{submitted}"
        problem(system.call("GET", path, other["ci_token"]), 401, "not_authenticated")


class TestAuthentication:
    @pytest.mark.parametrize("token", [None, "", "wrong", ADMIN_TOKEN])
    def test_without_the_integrations_ci_token_everything_is_401_and_alike(
        self, connection: Connection, token: str | None
    ) -> None:
        shown = set()
        for integration_id in (connection.id, "a" * 16, "x" * 2_000):
            answer = connection.system.call(
                "POST", f"/integrations/{integration_id}/diffs", token, data=b"whatever"
            )
            problem(answer, 401, "not_authenticated")
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="diffs"'
            shown.add(answer.content)
            path = f"/integrations/{integration_id}/diffs/{COMMIT}"
            shown.add(connection.system.call("GET", path, token).content)
        assert len(shown) == 1

    def test_the_token_of_a_deleted_integration_is_401(self, connection: Connection) -> None:
        connection.system.call("DELETE", f"/integrations/{connection.id}")
        problem(connection.submit(different(), commit=COMMIT), 401, "not_authenticated")

    def test_asks_the_table_for_nothing_that_no_key_can_be(self, connection: Connection) -> None:
        calls = connection.system.account.calls
        calls.clear()
        path = f"/integrations/{'x' * 2_000}/diffs"
        connection.system.call("POST", path, connection.ci_token)
        path = f"/integrations/{connection.id}/diffs/{'x' * 2_000}"
        connection.system.call("GET", path, connection.ci_token)
        sort_keys = [one["Key"]["sk"]["S"] for one in calls.of("GetItem")]
        assert all(len(key) <= 1_024 for key in sort_keys)

    def test_without_a_signing_key_nothing_is_let_in(self, connection: Connection) -> None:
        connection.system.account.client("secretsmanager").delete_secret(
            SecretId=connection.system.account.environment["SIGNING_KEY_ARN"],
            ForceDeleteWithoutRecovery=True,
        )
        problem(connection.submit(different(), commit=COMMIT), 503, "try_again_later")
        assert connection.system.account.items(sort="SUBMISSION#") == []
