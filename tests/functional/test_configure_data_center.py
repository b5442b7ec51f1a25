import shlex

import pytest
import requests

from bitbucket_integration.pull_request_event import DATA_CENTER_EVENTS
from tests.functional.bench import DATA_CENTER, only_on
from tests.functional.conftest import System
from tests.functional.data_diff_lines import identical
from tests.functional.problems import fields, problem

pytestmark = only_on(DATA_CENTER, "what both have in common is told of Cloud")

REPOSITORY = DATA_CENTER.repository


def address(system: System, path: str) -> str:
    return f"{system.bitbucket.data_center_url}/{path}"


class TestConfiguring:
    def test_is_answered_with_the_integration_and_its_ci_token(self, system: System) -> None:
        body = system.configured()
        integration = body["integration"]
        assert integration["provider"] == "bitbucket-data-center"
        assert integration["repository"] == "DATA/jaffle-shop"
        assert integration["repository_url"] == DATA_CENTER.address(system.bitbucket)
        assert integration["setup"] == "active"
        assert body["ci_token"].startswith("ddci_")
        assert list(system.account.access_tokens().values()) == [system.access_token]

    def test_gives_a_command_that_submits_results_from_any_ci(self, system: System) -> None:
        body = system.configured()
        head = system.bitbucket.open_pull_request(REPOSITORY, title="Fix amounts").head
        words = shlex.split(body["submit_command"])
        assert "Authorization: Bearer $DATA_DIFF_CI_TOKEN" in words
        url = words[-1].replace("$(git rev-parse HEAD)", head)
        assert "$" not in url
        credentials = {"Authorization": f"Bearer {body['ci_token']}"}
        answer = requests.post(url, data=identical(), headers=credentials, timeout=30)
        assert answer.status_code == 202, answer.text

    def test_creates_a_signed_webhook_for_the_events_that_it_has(self, system: System) -> None:
        integration = system.configured()["integration"]
        [hook] = system.bitbucket.hooks(REPOSITORY)
        assert hook.url == f"{system.url}/webhooks/{integration['id']}"
        assert hook.active
        assert set(hook.events) == set(DATA_CENTER_EVENTS)
        assert hook.secret is not None
        assert len(hook.secret) == 64
        assert not hook.skip_cert_verification

    @pytest.mark.parametrize(
        "path",
        [
            "projects/DATA/repos/jaffle-shop/pull-requests/7/overview",
            "projects/data/repos/Jaffle-Shop/browse",
            "scm/data/jaffle-shop.git",
            "rest/api/latest/projects/DATA/repos/jaffle-shop",
        ],
    )
    def test_again_by_any_address_is_the_same_integration(self, system: System, path: str) -> None:
        first = system.configured()
        [before] = system.bitbucket.hooks(REPOSITORY)
        again = system.configure(repository=address(system, path))
        assert again.status_code == 200, again.text
        assert again.json()["integration"]["id"] == first["integration"]["id"]
        assert again.json()["ci_token"] is None
        [after] = system.bitbucket.hooks(REPOSITORY)
        assert (after.uuid, after.secret) == (before.uuid, before.secret)

    def test_repairs_a_webhook_that_somebody_changed(self, system: System) -> None:
        system.configured()
        [before] = system.bitbucket.hooks(REPOSITORY)
        hooks = system.bitbucket.state.named(REPOSITORY).hooks
        hooks.clear()
        assert system.configure().status_code == 200
        [after] = system.bitbucket.hooks(REPOSITORY)
        assert (after.url, after.events, after.secret) == (before.url, before.events, before.secret)

    def test_follows_a_repository_that_was_moved(self, system: System) -> None:
        first = system.configured()
        moved = system.bitbucket.move_data_center_repository(REPOSITORY, "MARTS", "shop")
        again = system.configure()
        assert again.status_code == 200, again.text
        assert again.json()["integration"]["id"] == first["integration"]["id"]
        assert again.json()["integration"]["repository"] == "MARTS/shop"
        [hook] = system.bitbucket.hooks(moved)
        assert hook.url.endswith(first["integration"]["id"])

    def test_does_not_follow_to_another_server(self, system: System) -> None:
        system.bitbucket.add_fault(
            "redirect", path="*/repos/jaffle-shop", status=307, location="http://127.0.0.1:9/shop"
        )
        answer = system.configure()
        body = problem(answer, 422, "refused_by_bitbucket")
        assert "another server" in body["detail"]
        assert system.account.items() == []

    @pytest.mark.parametrize("version", ["7.0.0", "7.3.9", "7.4.0", "10.2.7"])
    def test_works_with_every_version_since_7_0(self, system: System, version: str) -> None:
        system.bitbucket.set_data_center_version(version)
        body = system.configured()
        [row] = system.account.items("INTEGRATIONS", body["integration"]["id"])
        assert row["repository"]["M"]["version"]["S"] == version

    def test_learns_of_an_update_of_the_server(self, system: System) -> None:
        system.bitbucket.set_data_center_version("7.0.0")
        body = system.configured()
        system.bitbucket.set_data_center_version("9.4.24")
        assert system.configure().status_code == 200
        [row] = system.account.items("INTEGRATIONS", body["integration"]["id"])
        assert row["repository"]["M"]["version"]["S"] == "9.4.24"


class TestRefusing:
    def test_an_older_version_is_named(self, system: System) -> None:
        system.bitbucket.set_data_center_version("6.10.17")
        answer = system.configure()
        body = problem(answer, 422, "unsupported_version")
        assert fields(body) == ["repository"]
        assert "6.10.17" in body["detail"]
        assert "7.0" in body["detail"]
        assert system.account.items() == []

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("projects/DATA/repos/nowhere", "not_found_in_bitbucket"),
            ("elsewhere/projects/DATA/repos/jaffle-shop", "not_found_in_bitbucket"),
        ],
    )
    def test_what_does_not_exist(self, system: System, path: str, reason: str) -> None:
        answer = system.configure(repository=address(system, path))
        assert fields(problem(answer, 422, reason)) == ["repository"]
        assert system.account.items() == []

    def test_a_token_that_is_not_known(self, system: System) -> None:
        answer = system.configure(access_token="BBDC-other")
        assert fields(problem(answer, 422, "access_token_rejected")) == ["access_token"]
        assert system.account.items() == []

    def test_a_host_that_the_operator_has_not_listed(self, system: System) -> None:
        # The emulator is both Bitbuckets, and the origin of Cloud's API is always allowed.
        system.account.environment |= {
            "ALLOWED_BITBUCKET_HOSTS": "",
            "BITBUCKET_CLOUD_API_URL": "https://api.example.com/2.0",
        }
        system.account.cold()
        answer = system.configure(repository="https://127.0.0.1:9/projects/DATA/repos/x")
        body = problem(answer, 422, "address_refused")
        assert "AllowedBitbucketHosts" in body["detail"]
        answer = system.configure()
        assert "without encryption" in problem(answer, 422, "invalid_request")["detail"]


class TestDeleting:
    def test_removes_the_webhook(self, system: System) -> None:
        body = system.configured()
        answer = system.call("DELETE", f"/integrations/{body['integration']['id']}")
        assert answer.json() == {"deleted": True, "webhook_removed": True, "detail": ""}
        assert system.bitbucket.hooks(REPOSITORY) == []
        assert system.account.items() == []

    def test_finds_a_repository_that_was_moved(self, system: System) -> None:
        body = system.configured()
        moved = system.bitbucket.move_data_center_repository(REPOSITORY, "MARTS", "shop")
        answer = system.call("DELETE", f"/integrations/{body['integration']['id']}")
        assert answer.json()["webhook_removed"] is True
        assert system.bitbucket.hooks(moved) == []
