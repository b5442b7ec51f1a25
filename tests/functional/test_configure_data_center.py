import pytest

from bitbucket_integration.pull_request_event import DATA_CENTER_EVENTS
from tests.functional.conftest import System
from tests.functional.problems import fields, problem

REPOSITORY = "projects/DATA/repos/jaffle-shop"


@pytest.fixture
def data_center(system: System) -> System:
    """The system, and a repository and a token on Data Center."""
    system.bitbucket.create_data_center_repository("DATA", "jaffle-shop")
    system.access_token = system.bitbucket.create_data_center_token(REPOSITORY)
    return system


def address(system: System, path: str = REPOSITORY) -> str:
    return f"{system.bitbucket.data_center_url}/{path}"


class TestConfiguring:
    def test_is_answered_with_the_integration_and_its_ci_token(self, data_center: System) -> None:
        body = data_center.configured(repository=address(data_center))
        integration = body["integration"]
        assert integration["provider"] == "bitbucket-data-center"
        assert integration["repository"] == "DATA/jaffle-shop"
        assert integration["repository_url"] == address(data_center)
        assert integration["setup"] == "active"
        assert body["ci_token"].startswith("ddci_")
        assert list(data_center.account.access_tokens().values()) == [data_center.access_token]

    def test_creates_a_signed_webhook_for_the_events_that_it_has(self, data_center: System) -> None:
        integration = data_center.configured(repository=address(data_center))["integration"]
        [hook] = data_center.bitbucket.hooks(REPOSITORY)
        assert hook.url == f"{data_center.url}/webhooks/{integration['id']}"
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
    def test_again_by_any_address_is_the_same_integration(
        self, data_center: System, path: str
    ) -> None:
        first = data_center.configured(repository=address(data_center))
        [before] = data_center.bitbucket.hooks(REPOSITORY)
        again = data_center.configure(repository=address(data_center, path))
        assert again.status_code == 200, again.text
        assert again.json()["integration"]["id"] == first["integration"]["id"]
        assert again.json()["ci_token"] is None
        [after] = data_center.bitbucket.hooks(REPOSITORY)
        assert (after.uuid, after.secret) == (before.uuid, before.secret)

    def test_repairs_a_webhook_that_somebody_changed(self, data_center: System) -> None:
        data_center.configured(repository=address(data_center))
        [before] = data_center.bitbucket.hooks(REPOSITORY)
        hooks = data_center.bitbucket.state.named(REPOSITORY).hooks
        hooks.clear()
        assert data_center.configure(repository=address(data_center)).status_code == 200
        [after] = data_center.bitbucket.hooks(REPOSITORY)
        assert (after.url, after.events, after.secret) == (before.url, before.events, before.secret)

    def test_follows_a_repository_that_was_moved(self, data_center: System) -> None:
        first = data_center.configured(repository=address(data_center))
        moved = data_center.bitbucket.move_data_center_repository(REPOSITORY, "MARTS", "shop")
        again = data_center.configure(repository=address(data_center))
        assert again.status_code == 200, again.text
        assert again.json()["integration"]["id"] == first["integration"]["id"]
        assert again.json()["integration"]["repository"] == "MARTS/shop"
        [hook] = data_center.bitbucket.hooks(moved)
        assert hook.url.endswith(first["integration"]["id"])

    def test_does_not_follow_to_another_server(self, data_center: System) -> None:
        data_center.bitbucket.add_fault(
            "redirect", path="*/repos/jaffle-shop", status=307, location="http://127.0.0.1:9/shop"
        )
        answer = data_center.configure(repository=address(data_center))
        body = problem(answer, 422, "refused_by_bitbucket")
        assert "another server" in body["detail"]
        assert data_center.account.items() == []

    @pytest.mark.parametrize("version", ["7.0.0", "7.3.9", "7.4.0", "10.2.7"])
    def test_works_with_every_version_since_7_0(self, data_center: System, version: str) -> None:
        data_center.bitbucket.set_data_center_version(version)
        body = data_center.configured(repository=address(data_center))
        [row] = data_center.account.items("INTEGRATIONS", body["integration"]["id"])
        assert row["repository"]["M"]["version"]["S"] == version

    def test_learns_of_an_update_of_the_server(self, data_center: System) -> None:
        data_center.bitbucket.set_data_center_version("7.0.0")
        body = data_center.configured(repository=address(data_center))
        data_center.bitbucket.set_data_center_version("9.4.24")
        assert data_center.configure(repository=address(data_center)).status_code == 200
        [row] = data_center.account.items("INTEGRATIONS", body["integration"]["id"])
        assert row["repository"]["M"]["version"]["S"] == "9.4.24"


class TestRefusing:
    def test_an_older_version_is_named(self, data_center: System) -> None:
        data_center.bitbucket.set_data_center_version("6.10.17")
        answer = data_center.configure(repository=address(data_center))
        body = problem(answer, 422, "unsupported_version")
        assert fields(body) == ["repository"]
        assert "6.10.17" in body["detail"]
        assert "7.0" in body["detail"]
        assert data_center.account.items() == []

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("projects/DATA/repos/nowhere", "not_found_in_bitbucket"),
            ("elsewhere/projects/DATA/repos/jaffle-shop", "not_found_in_bitbucket"),
        ],
    )
    def test_what_does_not_exist(self, data_center: System, path: str, reason: str) -> None:
        answer = data_center.configure(repository=address(data_center, path))
        assert fields(problem(answer, 422, reason)) == ["repository"]
        assert data_center.account.items() == []

    def test_a_token_that_is_not_known(self, data_center: System) -> None:
        answer = data_center.configure(repository=address(data_center), access_token="BBDC-other")
        assert fields(problem(answer, 422, "access_token_rejected")) == ["access_token"]
        assert data_center.account.items() == []

    def test_a_host_that_the_operator_has_not_listed(self, data_center: System) -> None:
        data_center.account.environment["ALLOWED_BITBUCKET_HOSTS"] = ""
        data_center.account.cold()
        answer = data_center.configure(repository="https://127.0.0.1:9/projects/DATA/repos/x")
        body = problem(answer, 422, "address_refused")
        assert "AllowedBitbucketHosts" in body["detail"]
        answer = data_center.configure(repository=address(data_center))
        assert "without encryption" in problem(answer, 422, "invalid_request")["detail"]


class TestDeleting:
    def test_removes_the_webhook(self, data_center: System) -> None:
        body = data_center.configured(repository=address(data_center))
        answer = data_center.call("DELETE", f"/integrations/{body['integration']['id']}")
        assert answer.json() == {"deleted": True, "webhook_removed": True, "detail": ""}
        assert data_center.bitbucket.hooks(REPOSITORY) == []
        assert data_center.account.items() == []

    def test_finds_a_repository_that_was_moved(self, data_center: System) -> None:
        body = data_center.configured(repository=address(data_center))
        moved = data_center.bitbucket.move_data_center_repository(REPOSITORY, "MARTS", "shop")
        answer = data_center.call("DELETE", f"/integrations/{body['integration']['id']}")
        assert answer.json()["webhook_removed"] is True
        assert data_center.bitbucket.hooks(moved) == []
