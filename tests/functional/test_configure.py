import shlex

import pytest
import requests

from bitbucket_integration.pull_request_event import CLOUD_EVENTS
from tests.functional.conftest import REPOSITORY, Connection, System
from tests.functional.data_diff_lines import identical
from tests.functional.lambda_environment import ADMIN_TOKEN
from tests.functional.problems import fields, problem


def configured(system: System, **changes: object) -> dict[str, object]:
    answer = system.configure(**changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def stored_integrations(system: System) -> int:
    return len(system.account.items("INTEGRATIONS"))


class TestConfiguring:
    def test_is_answered_with_the_integration_the_ci_token_and_where_it_is(
        self, system: System
    ) -> None:
        answer = system.configure()
        assert answer.status_code == 201
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        body = answer.json()
        integration = body["integration"]
        assert integration["repository"] == REPOSITORY
        assert integration["provider"] == "bitbucket-cloud"
        assert integration["setup"] == "active"
        assert integration["health"]["ok"] is True
        assert integration["repository_url"] == f"{system.bitbucket.cloud_web_url}/{REPOSITORY}"
        assert answer.headers["Location"] == f"{system.url}/integrations/{integration['id']}"
        assert body["ci_token"].startswith("ddci_")
        shown = system.call("GET", f"/integrations/{integration['id']}")
        assert shown.json() == integration

    def test_creates_an_active_webhook_with_a_secret_for_the_pull_requests_events(
        self, connection: Connection
    ) -> None:
        [hook] = connection.system.bitbucket.hooks(REPOSITORY)
        assert hook.url == f"{connection.system.url}/webhooks/{connection.id}"
        assert hook.active
        assert set(hook.events) == set(CLOUD_EVENTS)
        assert hook.secret is not None
        assert len(hook.secret) == 64

    def test_keeps_the_access_token_in_secrets_manager_alone(self, connection: Connection) -> None:
        account = connection.system.account
        assert list(account.access_tokens().values()) == [connection.system.access_token]

    def test_two_repositories_have_secrets_of_their_own(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        bitbucket.create_repository("acme/other")
        token = bitbucket.create_access_token("acme/other")
        other = configured(connection.system, repository="acme/other", access_token=token)
        assert other["ci_token"] != connection.ci_token
        secrets = {bitbucket.hooks(name)[0].secret for name in (REPOSITORY, "acme/other")}
        assert len(secrets) == 2

    def test_gives_a_command_that_submits_results(self, system: System) -> None:
        body = configured(system)
        words = shlex.split(str(body["submit_command"]))
        assert words[0] == "curl"
        assert "Authorization: Bearer $DATA_DIFF_CI_TOKEN" in words
        url = words[-1].replace("$BITBUCKET_PR_ID", "1").replace("$BITBUCKET_COMMIT", "a" * 40)
        answer = requests.post(
            url,
            data=identical(),
            headers={"Authorization": f"Bearer {body['ci_token']}"},
            timeout=30,
        )
        assert answer.status_code == 202

    @pytest.mark.parametrize(
        "repository",
        [
            "Acme/Jaffle-Shop",
            "https://bitbucket.org/acme/jaffle-shop/src/main/",
            "https://bitbucket.org/acme/jaffle-shop/pull-requests/7/overview",
            "https://ada@bitbucket.org/acme/jaffle-shop.git",
            "bitbucket.org/acme/jaffle-shop",
            "git@bitbucket.org:acme/jaffle-shop.git",
            "ssh://git@bitbucket.org/acme/jaffle-shop.git",
            "  acme/jaffle-shop\n",
        ],
    )
    def test_understands_every_form_of_a_repositorys_name(
        self, system: System, repository: str
    ) -> None:
        body = configured(system, repository=repository)
        assert isinstance(body["integration"], dict)
        assert body["integration"]["repository"] == REPOSITORY

    def test_uses_the_public_address_of_the_stack_if_it_has_one(self, system: System) -> None:
        system.account.environment["PUBLIC_URL"] = "https://datadiff.example.com/base/"
        body = configured(system)
        [hook] = system.bitbucket.hooks(REPOSITORY)
        assert hook.url.startswith("https://datadiff.example.com/base/webhooks/")
        assert "https://datadiff.example.com/base/integrations/" in str(body["submit_command"])


class TestConfiguringAgain:
    def test_is_200_without_the_ci_token_and_makes_nothing_twice(
        self, connection: Connection
    ) -> None:
        system = connection.system
        [before] = system.bitbucket.hooks(REPOSITORY)
        answer = system.configure()
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.json()["integration"]["id"] == connection.id
        assert answer.json()["ci_token"] is None
        assert connection.ci_token not in answer.text
        assert system.bitbucket.hooks(REPOSITORY) == [before]
        assert len(system.account.access_tokens()) == 1
        assert stored_integrations(system) == 1

    def test_another_spelling_or_a_new_name_is_the_same_repository(
        self, connection: Connection
    ) -> None:
        system = connection.system
        system.bitbucket.rename_repository(REPOSITORY, "jaffle-house")
        answer = system.configure(repository="https://bitbucket.org/Acme/jaffle-house")
        assert answer.status_code == 200
        assert answer.json()["integration"]["id"] == connection.id
        assert answer.json()["integration"]["repository"] == "acme/jaffle-house"
        assert stored_integrations(system) == 1

    def test_replaces_the_access_token(self, connection: Connection) -> None:
        system = connection.system
        token = system.bitbucket.create_access_token(REPOSITORY)
        assert system.configure(access_token=token).status_code == 200
        assert list(system.account.access_tokens().values()) == [token]

    def test_makes_a_deleted_webhook_anew(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        bitbucket.state.named(REPOSITORY).hooks.clear()
        assert connection.system.configure().status_code == 200
        [hook] = bitbucket.hooks(REPOSITORY)
        assert hook.url.endswith(connection.id)

    def test_repairs_a_webhook_that_somebody_changed(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        [hook] = bitbucket.hooks(REPOSITORY)
        changed = {"url": hook.url, "events": ["repo:push"], "active": False, "secret": "other"}
        uid = hook.uuid.strip("{}")
        put = requests.put(
            f"{bitbucket.cloud_api_url}/repositories/{REPOSITORY}/hooks/{uid}",
            json=changed,
            headers={"Authorization": f"Bearer {connection.system.access_token}"},
            timeout=30,
        )
        assert put.status_code == 200
        assert connection.system.configure().status_code == 200
        assert bitbucket.hooks(REPOSITORY) == [hook]

    def test_adopts_the_webhook_at_an_earlier_address_of_the_api(
        self, connection: Connection
    ) -> None:
        system = connection.system
        [before] = system.bitbucket.hooks(REPOSITORY)
        system.account.environment["PUBLIC_URL"] = "https://datadiff.example.com"
        system.account.cold()
        assert system.configure().status_code == 200
        [after] = system.bitbucket.hooks(REPOSITORY)
        assert after.uuid == before.uuid
        assert after.url == f"https://datadiff.example.com/webhooks/{connection.id}"

    def test_leaves_the_webhooks_of_others_alone(self, system: System) -> None:
        post = requests.post(
            f"{system.bitbucket.cloud_api_url}/repositories/{REPOSITORY}/hooks",
            json={"url": "https://ci.example.com/hook", "events": ["repo:push"]},
            headers={"Authorization": f"Bearer {system.access_token}"},
            timeout=30,
        )
        assert post.status_code == 201
        configured(system)
        assert system.configure().status_code == 200
        urls = [hook.url for hook in system.bitbucket.hooks(REPOSITORY)]
        assert len(urls) == 2
        assert "https://ci.example.com/hook" in urls


class TestShowing:
    def test_lists_page_by_page_until_next_is_null(self, connection: Connection) -> None:
        system = connection.system
        for name in ("acme/a", "acme/b"):
            system.bitbucket.create_repository(name)
            token = system.bitbucket.create_access_token(name)
            configured(system, repository=name, access_token=token)
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
