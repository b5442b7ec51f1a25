import shlex

import pytest
import requests

from bitbucket_integration.pull_request_event import CLOUD_EVENTS
from tests.functional.conftest import REPOSITORY, Connection, System
from tests.functional.data_diff_lines import identical


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
        other = connection.system.configured(repository="acme/other", access_token=token)
        assert other["ci_token"] != connection.ci_token
        secrets = {bitbucket.hooks(name)[0].secret for name in (REPOSITORY, "acme/other")}
        assert len(secrets) == 2

    def test_gives_a_command_that_submits_results(self, system: System) -> None:
        body = system.configured()
        words = shlex.split(body["submit_command"])
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
        body = system.configured(repository=repository)
        assert body["integration"]["repository"] == REPOSITORY

    def test_uses_the_public_address_of_the_stack_if_it_has_one(self, system: System) -> None:
        system.account.environment["PUBLIC_URL"] = "https://datadiff.example.com/base/"
        body = system.configured()
        [hook] = system.bitbucket.hooks(REPOSITORY)
        assert hook.url.startswith("https://datadiff.example.com/base/webhooks/")
        assert "https://datadiff.example.com/base/integrations/" in body["submit_command"]


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
        system.configured()
        assert system.configure().status_code == 200
        urls = [hook.url for hook in system.bitbucket.hooks(REPOSITORY)]
        assert len(urls) == 2
        assert "https://ci.example.com/hook" in urls
