from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from local.bitbucket import BitbucketEmulator
from local.bitbucket.model import NotPossibleError
from tests.emulator.data_center_client import (
    HOOK,
    REPOSITORY,
    DataCenterClient,
    connect,
    exception,
)

if TYPE_CHECKING:
    from local.bitbucket.model import PullRequest


def test_the_version_is_told_to_everyone(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    anonymous = DataCenterClient(server.api, None)
    assert anonymous.get("/application-properties").json()["version"] == "9.4.24"
    emulator.set_data_center_version("10.2.7")
    for api in ("latest", "1.0"):
        url = f"{emulator.data_center_url}/rest/api/{api}/application-properties"
        assert anonymous.get(url).json()["version"] == "10.2.7"


@pytest.mark.parametrize("version", ["9.4", "latest", "9.4.24-rc1"])
def test_a_version_has_three_numbers(emulator: BitbucketEmulator, version: str) -> None:
    with pytest.raises(NotPossibleError):
        emulator.set_data_center_version(version)


@pytest.mark.parametrize(
    ("permission", "comment", "hooks"),
    [
        ("REPO_READ", 201, 401),
        ("REPO_WRITE", 201, 401),
        ("REPO_ADMIN", 201, 200),
        ("PROJECT_READ", 201, 401),
        ("PROJECT_WRITE", 201, 401),
        ("PROJECT_ADMIN", 201, 200),
    ],
)
def test_reading_is_enough_to_comment_and_webhooks_need_an_administrator(
    emulator: BitbucketEmulator, change: PullRequest, permission: str, comment: int, hooks: int
) -> None:
    client = connect(emulator, permission=permission)

    commented = client.post("pull-requests/1/comments", json={"text": "hello"})
    listed = client.get("webhooks")

    assert (commented.status_code, listed.status_code) == (comment, hooks)
    if hooks == 401:
        assert exception(listed) == "AuthorisationException"
        assert exception(client.post("webhooks", json=HOOK)) == "AuthorisationException"


def test_having_no_permission_is_401_and_so_are_bad_credentials(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    emulator.create_data_center_repository("DATA", "other")
    expired = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    cases = {
        "AuthorisationException": server.get("/projects/DATA/repos/other"),
        "AuthenticationRequiredException": DataCenterClient(server.api, None).get(f"/{REPOSITORY}"),
        "IncorrectPasswordAuthenticationException": connect(emulator, "nonsense").get(""),
        "IncorrectPasswordAuthenticationException ": connect(emulator, expires=expired).get(""),
    }
    for name, answer in cases.items():
        assert (answer.status_code, exception(answer)) == (401, name.strip())


def test_a_token_can_be_made_to_end(emulator: BitbucketEmulator, server: DataCenterClient) -> None:
    assert server.token
    assert server.get("").status_code == 200
    emulator.expire_access_token(server.token)
    assert exception(server.get("")) == "IncorrectPasswordAuthenticationException"


def test_a_revoked_token_is_unknown(emulator: BitbucketEmulator, server: DataCenterClient) -> None:
    assert server.get("").status_code == 200
    assert server.token
    emulator.revoke_access_token(server.token)
    assert exception(server.get("")) == "IncorrectPasswordAuthenticationException"


def test_the_user_is_told_on_every_authenticated_answer(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    emulator.create_data_center_repository("DATA", "other")
    for path in ("", "webhooks", "pull-requests/9", "/projects/DATA/repos/other"):
        assert server.get(path).headers["X-AUSERNAME"] == "access-token-1"
    assert "X-AUSERNAME" not in connect(emulator, "nonsense").get("").headers


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/projects/NONE/repos/jaffle-shop", "NoSuchProjectException"),
        ("/projects/DATA/repos/none", "NoSuchRepositoryException"),
        ("pull-requests/9", "NoSuchPullRequestException"),
        ("pull-requests/9/activities", "NoSuchPullRequestException"),
        ("pull-requests/9/comments/1", "NoSuchPullRequestException"),
        ("commits/0123456789", "NoSuchCommitException"),
        ("webhooks/9", "NoSuchWebhookException"),
    ],
)
def test_what_is_not_there_is_404_by_its_own_name(
    server: DataCenterClient, path: str, name: str
) -> None:
    answer = server.get(path)
    assert (answer.status_code, exception(answer)) == (404, name)


def test_an_address_outside_the_api_is_refused_in_another_form(server: DataCenterClient) -> None:
    answer = server.get("nothing/here")
    assert answer.status_code == 404
    assert answer.json()["status-code"] == 404
    assert server.get("").status_code == 200


def test_every_token_of_a_repository_is_a_user_of_its_own(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    users = [client.comment("x")["author"] for client in (server, connect(emulator))]
    assert {user["displayName"] for user in users} == {"Data diff"}
    assert {user["type"] for user in users} == {"SERVICE"}
    for name in ("id", "name", "slug"):
        assert users[0][name] != users[1][name]


def test_a_project_token_reaches_the_projects_other_repositories(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    emulator.create_data_center_repository("DATA", "other")
    emulator.create_data_center_repository("SECRET", "vault")
    client = connect(emulator, permission="PROJECT_READ")
    assert client.get("/projects/DATA/repos/other").status_code == 200
    assert client.get("/projects/SECRET/repos/vault").status_code == 401


def test_before_7_18_only_people_have_tokens(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    emulator.set_data_center_version("7.17.4")
    with pytest.raises(NotPossibleError, match="people"):
        connect(emulator)

    client = connect(emulator, user="Ada Osei")

    assert client.get("").headers["X-AUSERNAME"] == "ada.osei"


def test_a_personal_token_is_a_password_too_and_a_repositorys_is_not(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    personal = emulator.create_data_center_token(REPOSITORY, user="Ada Osei")
    anonymous = DataCenterClient(server.api, None)

    def status(name: str, password: str | None) -> int:
        return anonymous.get("", auth=(name, password)).status_code

    anonymous = DataCenterClient(server.api, None, REPOSITORY)
    assert status("ada.osei", personal) == 200
    assert status("jonas.lind", personal) == 401
    assert status("access-token-1", server.token) == 401


def test_a_token_of_cloud_is_nothing_to_data_center_and_the_other_way_round(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    cloud = emulator.create_access_token("acme/jaffle-shop")
    assert connect(emulator, cloud).get("").status_code == 401
    there = f"{emulator.cloud_api_url}/repositories/acme/jaffle-shop"
    assert server.get(there).status_code == 401
    with pytest.raises(NotPossibleError):
        emulator.create_access_token(REPOSITORY)
    with pytest.raises(NotPossibleError):
        emulator.create_data_center_token("acme/jaffle-shop")


def test_a_rate_limit_is_a_bucket_that_fills_up_again(receiver: object) -> None:
    time = [100.0]
    with BitbucketEmulator(clock=lambda: time[0]) as emulator:
        emulator.create_data_center_repository("DATA", "jaffle-shop")
        client, other = connect(emulator), connect(emulator)
        emulator.set_data_center_rate_limit(2, 0.25)

        answers = [client.get("") for _ in range(3)]
        time[0] += 3
        early = client.get("")
        time[0] += 1
        later = client.get("")

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["Retry-After"] == "4"
        assert (early.status_code, early.headers["Retry-After"]) == (429, "1")
        assert later.status_code == 200
        assert other.get("").status_code == 200
        assert client.get("/application-properties").status_code == 200
        emulator.set_data_center_rate_limit(None)
        assert client.get("").status_code == 200
