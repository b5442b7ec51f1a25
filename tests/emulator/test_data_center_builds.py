from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.data_center_client import (
    BUILD,
    REPOSITORY,
    DataCenterClient,
    connect,
    exception,
)

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest

OLD_BUILD = {name: BUILD[name] for name in ("key", "state", "url", "name", "description")}


def deprecated(client: DataCenterClient, commit: str, version: str = "latest") -> str:
    root = client.api.removesuffix("/api/latest")
    return f"{root}/build-status/{version}/commits/{commit}"


def test_a_build_is_stored_without_an_answer_and_can_be_read(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    path = f"commits/{change.head}/builds"

    stored = server.post(path, json=BUILD)
    server.post(path, json=BUILD | {"state": "SUCCESSFUL"})

    assert (stored.status_code, stored.content) == (204, b"")
    read = server.get(path, params={"key": "data-diff"}).json()
    assert {name: read[name] for name in BUILD} == BUILD | {"state": "SUCCESSFUL"}
    assert (read["projectKey"], read["repositorySlug"]) == ("DATA", "jaffle-shop")
    assert [s.state for s in emulator.build_statuses(REPOSITORY, change.head)] == ["SUCCESSFUL"]


def test_setting_a_build_needs_to_read_and_deleting_one_an_administrator(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    path = f"commits/{change.head}/builds"
    reader = connect(emulator, permission="REPO_READ")

    assert reader.post(path, json=BUILD).status_code == 204
    assert exception(reader.delete(f"{path}?key=data-diff")) == "AuthorisationException"
    assert server.delete(f"{path}?key=data-diff").status_code == 204
    assert server.get(f"{path}?key=data-diff").status_code == 404
    assert server.get(path).status_code == 400


@pytest.mark.parametrize(
    ("change_", "context"),
    [
        ({"key": ""}, "key"),
        ({"key": "k" * 256}, "key"),
        ({"url": None}, "url"),
        ({"url": "https://example.com/" + "u" * 450}, "url"),
        ({"url": "ftp://example.com"}, "url"),
        ({"state": "STOPPED"}, "state"),
        ({"state": None}, "state"),
        ({"name": "n" * 256}, "name"),
        ({"parent": "p" * 1025}, "parent"),
        ({"ref": "feature/count-refunds"}, "ref"),
        ({"duration": "1"}, "duration"),
        ({"testResults": {"good": 1}}, "good"),
        ({"refname": "main"}, "refname"),
    ],
)
def test_a_bad_value_is_refused_by_its_name(
    server: DataCenterClient, change: PullRequest, change_: dict[str, Any], context: str
) -> None:
    answer = server.post(f"commits/{change.head}/builds", json=BUILD | change_)
    assert (answer.status_code, exception(answer)) == (400, "ArgumentValidationException")
    assert answer.json()["errors"][0]["context"] == context


def test_the_longest_values_are_taken(server: DataCenterClient, change: PullRequest) -> None:
    url = "https://example.com/".ljust(450, "u")
    longest = {"key": "k" * 255, "url": url, "name": "n" * 255, "parent": "p" * 1024}
    answer = server.post(f"commits/{change.head}/builds", json=BUILD | longest)
    assert answer.status_code == 204


def test_a_commit_is_named_by_its_whole_hash(server: DataCenterClient, change: PullRequest) -> None:
    assert server.post(f"commits/{change.head[:12]}/builds", json=BUILD).status_code == 400
    answer = server.post(f"commits/{'0' * 40}/builds", json=BUILD)
    assert (answer.status_code, exception(answer)) == (404, "NoSuchCommitException")
    short = deprecated(server, change.head[:12])
    assert server.post(short, json=OLD_BUILD).status_code == 400


@pytest.mark.parametrize(
    ("version", "setting", "reading"),
    [("6.10.0", 404, 404), ("7.3.0", 404, 404), ("7.4.0", 204, 404), ("7.14.0", 204, 200)],
)
def test_old_servers_have_no_builds_of_repositories(
    emulator: BitbucketEmulator,
    server: DataCenterClient,
    change: PullRequest,
    version: str,
    setting: int,
    reading: int,
) -> None:
    emulator.set_data_center_version(version)
    path = f"commits/{change.head}/builds"
    assert server.post(path, json=BUILD).status_code == setting
    assert server.get(f"{path}?key=data-diff").status_code == reading


@pytest.mark.parametrize("version", ["6.10.0", "7.21.0", "9.4.24", "10.2.7"])
@pytest.mark.parametrize("resource", ["1.0", "latest"])
def test_every_server_has_the_deprecated_resource(
    emulator: BitbucketEmulator,
    server: DataCenterClient,
    change: PullRequest,
    version: str,
    resource: str,
) -> None:
    emulator.set_data_center_version(version)
    path = deprecated(server, change.head, resource)

    assert server.post(path, json=OLD_BUILD).status_code == 204

    (status,) = server.get(path).json()["values"]
    assert {name: status[name] for name in OLD_BUILD} == OLD_BUILD
    assert [s.key for s in emulator.build_statuses(REPOSITORY, change.head)] == ["data-diff"]


def test_the_deprecated_resource_knows_no_repository(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    path = deprecated(server, "0" * 40)
    assert server.post(path, json=OLD_BUILD).status_code == 204
    assert server.get(path).json()["size"] == 1
    anonymous = DataCenterClient(server.api, None).post(path, json=OLD_BUILD)
    assert exception(anonymous) == "AuthenticationRequiredException"


@pytest.mark.parametrize(
    "change_",
    [{"state": "CANCELLED"}, {"description": "d" * 256}, {"parent": "data-diff"}, {"key": ""}],
)
def test_the_deprecated_resource_has_limits_of_its_own(
    server: DataCenterClient, change: PullRequest, change_: dict[str, Any]
) -> None:
    answer = server.post(deprecated(server, change.head), json=OLD_BUILD | change_)
    assert answer.status_code == 400


def test_builds_are_not_among_the_deprecated_resources_paths(
    server: DataCenterClient, change: PullRequest
) -> None:
    root = server.api.removesuffix("/api/latest")
    assert server.get(f"{root}/build-status/latest/{REPOSITORY}").status_code == 404
    assert server.post(f"/commits/{change.head}", json=OLD_BUILD).status_code == 404
