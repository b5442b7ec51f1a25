from importlib import import_module
from unittest import mock

import pytest

from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.conftest import REPOSITORY, Connection, System
from tests.functional.data_diff_lines import identical
from tests.functional.problems import fields, problem


def objects(system: System) -> list[str]:
    """The keys of what is in the bucket."""
    found = system.account.client("s3").list_objects_v2(Bucket="submissions")
    return [one["Key"] for one in found.get("Contents", [])]


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

    def test_what_is_asked_for_is_listed_and_nothing_else(self, connection: Connection) -> None:
        system = connection.system
        system.bitbucket.create_repository("acme/other")
        token = system.bitbucket.create_access_token("acme/other")
        other = system.configured(repository="acme/other", access_token=token)["integration"]["id"]
        system.bitbucket.revoke_access_token(token)
        assert system.call("POST", f"/integrations/{other}/check").json()["ok"] is False
        for query, expected in (
            ({"repository": "OTHER"}, [other]),
            ({"repository": "acme/"}, sorted([other, connection.id])),
            ({"health": "failing"}, [other]),
            ({"health": "ok"}, [connection.id]),
            ({"provider": "bitbucket-data-center"}, []),
            ({"provider": "bitbucket-cloud", "health": "failing", "paused": "true"}, []),
        ):
            listed = system.call("GET", "/integrations", params=query).json()
            assert [one["id"] for one in listed["integrations"]] == expected
            assert listed["next"] is None

    @pytest.mark.parametrize(
        "query", [{"health": "fine"}, {"provider": "github"}, {"paused": "perhaps"}]
    )
    def test_what_cannot_be_asked_for_is_422(self, system: System, query: dict[str, str]) -> None:
        body = problem(system.call("GET", "/integrations", params=query), 422, "invalid_request")
        assert fields(body) == list(query)

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


def fail_at_the_last_step(system: System) -> None:
    """Let the removal of an integration stop before the integration itself is gone."""
    system.account.calls.fail(
        "DeleteItem", where=lambda parameters: parameters["Key"]["pk"]["S"] == "INTEGRATIONS"
    )


class TestDeleting:
    def test_removes_webhook_secret_and_rows(self, connection: Connection) -> None:
        system = connection.system
        number, head = connection.open_pull_request()
        connection.settle()
        connection.submit(identical(), commit=head)
        connection.settle()
        assert connection.comments(number)
        assert len(objects(system)) == 2
        answer = system.call("DELETE", f"/integrations/{connection.id}")
        assert answer.status_code == 200
        assert answer.json() == {"deleted": True, "webhook_removed": True, "detail": ""}
        assert system.bitbucket.hooks(REPOSITORY) == []
        assert system.account.access_tokens() == {}
        # A deadline is forgotten when it has passed, and its job ends quietly.
        assert system.account.items("INTEGRATION") + system.account.items("REPOSITORY") == []
        assert objects(system) == []

    def test_leaves_what_belongs_to_others(self, connection: Connection) -> None:
        system = connection.system
        system.account.client("s3").put_object(
            Bucket="submissions", Key=f"submissions/{connection.id}x/y", Body=b""
        )
        connection.submit(identical(), commit="0" * 40)
        assert system.call("DELETE", f"/integrations/{connection.id}").json()["deleted"] is True
        assert objects(system) == [f"submissions/{connection.id}x/y"]

    def test_of_very_many_results_takes_several_calls(self, connection: Connection) -> None:
        system = connection.system
        purge = import_module("bitbucket_integration.stores.purge")
        for number in range(3):
            connection.submit(identical(), commit=str(number) * 40)
        with mock.patch.object(purge, "_MOST_PAGES", 0):
            answer = system.call("DELETE", f"/integrations/{connection.id}").json()
        assert (answer["deleted"], answer["webhook_removed"]) == (False, True)
        assert "same call again" in answer["detail"]
        assert system.call("GET", f"/integrations/{connection.id}").status_code == 200
        again = system.call("DELETE", f"/integrations/{connection.id}").json()
        assert again == {"deleted": True, "webhook_removed": True, "detail": ""}
        assert (objects(system), system.account.items()) == ([], [])

    @pytest.mark.parametrize(
        "operation",
        ["ListObjectsV2", "DeleteObjects", "DeleteSecret", "BatchWriteItem", "DeleteItem"],
    )
    def test_that_stops_half_way_is_finished_by_the_same_call(
        self, connection: Connection, operation: str
    ) -> None:
        system = connection.system
        connection.submit(identical(), commit="0" * 40)
        system.account.calls.fail(operation)
        path = f"/integrations/{connection.id}"
        problem(system.call("DELETE", path), 503, "try_again_later")
        again = system.call("DELETE", path).json()
        assert again == {"deleted": True, "webhook_removed": True, "detail": ""}
        assert (objects(system), system.account.items()) == ([], [])
        assert system.account.access_tokens() == {}

    def test_that_stops_half_way_names_a_webhook_that_is_left_every_time(
        self, connection: Connection
    ) -> None:
        system = connection.system
        system.bitbucket.revoke_access_token(system.access_token)
        fail_at_the_last_step(system)
        path = f"/integrations/{connection.id}"
        problem(system.call("DELETE", path), 503, "try_again_later")
        assert system.account.access_tokens() == {}
        again = system.call("DELETE", path).json()
        assert (again["deleted"], again["webhook_removed"]) == (True, False)
        assert f"{system.url}/webhooks/{connection.id}" in again["detail"]

    def test_that_stops_half_way_is_finished_by_whoever_knows_the_etag(
        self, connection: Connection
    ) -> None:
        system, path = connection.system, f"/integrations/{connection.id}"
        known = {"If-Match": system.call("GET", path).headers["ETag"]}
        fail_at_the_last_step(system)
        problem(system.call("DELETE", path, headers=known), 503, "try_again_later")
        assert system.call("DELETE", path, headers=known).json()["deleted"] is True

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
