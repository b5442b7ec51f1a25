import pytest

from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.conftest import REPOSITORY, Connection, System
from tests.functional.data_diff_lines import identical
from tests.functional.problems import fields, problem


class TestShowing:
    def test_lists_page_by_page_until_next_is_null(self, connection: Connection) -> None:
        system = connection.system
        for name in ("acme/a", "acme/b"):
            system.bitbucket.create_repository(name)
            token = system.bitbucket.create_access_token(name)
            system.configured(repository=name, access_token=token)
        found: list[str] = []
        cursor = None
        while True:
            parameters = {"limit": "2"} | ({"after": cursor} if cursor else {})
            page = system.call("GET", "/integrations", params=parameters).json()
            assert len(page["integrations"]) <= 2
            found += [one["repository"] for one in page["integrations"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert sorted(found) == ["acme/a", "acme/b", REPOSITORY]

    def test_an_empty_list_is_a_list(self, system: System) -> None:
        answer = system.call("GET", "/integrations")
        assert answer.json() == {"integrations": [], "next": None}
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize(
        ("query", "field"), [({"limit": "0"}, "limit"), ({"limit": "101"}, "limit")]
    )
    def test_a_wrong_page_is_422(self, system: System, query: dict[str, str], field: str) -> None:
        body = problem(system.call("GET", "/integrations", params=query), 422, "invalid_request")
        assert fields(body) == [field]

    def test_an_unknown_integration_is_404(self, system: System) -> None:
        answer = system.call("GET", "/integrations/aaaaaaaaaaaaaaaa")
        problem(answer, 404, "unknown_integration")


class TestDeleting:
    def test_removes_webhook_secret_and_rows(self, connection: Connection) -> None:
        system = connection.system
        number, head = connection.open_pull_request()
        connection.settle()
        connection.submit(identical(), commit=head)
        connection.settle()
        assert connection.comments(number)
        answer = system.call("DELETE", f"/integrations/{connection.id}")
        assert answer.status_code == 200
        assert answer.json() == {"deleted": True, "webhook_removed": True, "detail": ""}
        assert system.bitbucket.hooks(REPOSITORY) == []
        assert system.account.access_tokens() == {}
        assert system.account.items() == []

    def test_while_bitbucket_is_down_removes_nothing_and_works_again_later(
        self, connection: Connection
    ) -> None:
        system = connection.system
        system.bitbucket.add_fault("server_error", path="*/hooks")
        problem(
            system.call("DELETE", f"/integrations/{connection.id}"), 503, "bitbucket_unavailable"
        )
        assert len(system.bitbucket.hooks(REPOSITORY)) == 1
        assert len(system.account.access_tokens()) == 1
        answer = system.call("DELETE", f"/integrations/{connection.id}")
        assert answer.json() == {"deleted": True, "webhook_removed": True, "detail": ""}
        assert system.bitbucket.hooks(REPOSITORY) == []

    def test_is_possible_with_an_access_token_that_was_revoked(
        self, connection: Connection
    ) -> None:
        system = connection.system
        system.bitbucket.revoke_access_token(system.access_token)
        answer = system.call("DELETE", f"/integrations/{connection.id}")
        assert answer.status_code == 200
        assert answer.json()["webhook_removed"] is False
        assert f"{system.url}/webhooks/{connection.id}" in answer.json()["detail"]
        assert system.account.items() == []
        assert system.account.access_tokens() == {}

    def test_a_second_time_is_404(self, connection: Connection) -> None:
        path = f"/integrations/{connection.id}"
        assert connection.system.call("DELETE", path).status_code == 200
        problem(connection.system.call("DELETE", path), 404, "unknown_integration")

    def test_the_repository_can_be_connected_again_with_other_secrets(
        self, connection: Connection
    ) -> None:
        system = connection.system
        [before] = system.bitbucket.hooks(REPOSITORY)
        system.call("DELETE", f"/integrations/{connection.id}")
        again = system.connect()
        [after] = system.bitbucket.hooks(REPOSITORY)
        assert again.id != connection.id
        assert again.ci_token != connection.ci_token
        assert after.secret != before.secret


class TestAuthentication:
    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "Bearer",
            "Bearer ",
            "Bearer wrong",
            f"Bearer {ADMIN_TOKEN}x",
            f"Bearer {ADMIN_TOKEN[:-1]}",
            f"Basic {ADMIN_TOKEN}",
            ADMIN_TOKEN,
            "Bearer ünbekannt".encode("latin-1"),
        ],
    )
    def test_without_the_admin_token_every_request_is_401_whatever_else_is_wrong(
        self, system: System, header: str | bytes | None
    ) -> None:
        headers = {} if header is None else {"Authorization": header}
        answer = system.call("POST", "/integrations", None, headers=headers, data=b"not even json")
        problem(answer, 401, "not_authenticated")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="admin"'
        assert system.bitbucket.requests() == []

    def test_the_ci_token_is_not_the_admin_token(self, connection: Connection) -> None:
        answer = connection.system.call("GET", "/integrations", connection.ci_token)
        problem(answer, 401, "not_authenticated")

    def test_the_schemes_case_does_not_matter(self, system: System) -> None:
        headers = {"Authorization": f"bearer {ADMIN_TOKEN}"}
        assert system.call("GET", "/integrations", None, headers=headers).status_code == 200

    def test_what_is_no_route_is_told_to_those_who_may_know(self, system: System) -> None:
        event = {
            "path": "/elsewhere",
            "httpMethod": "GET",
            "headers": {},
            "requestContext": {"path": "/v1/elsewhere"},
        }
        assert system.account.serve("ConfigureFunction", event)["statusCode"] == 401
        allowed = event | {"headers": {"Authorization": f"Bearer {ADMIN_TOKEN}"}}
        assert system.account.serve("ConfigureFunction", allowed)["statusCode"] == 404
