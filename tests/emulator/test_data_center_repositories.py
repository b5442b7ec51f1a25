from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.bitbucket.model import NotPossibleError
from tests.emulator.data_center_client import REPOSITORY, DataCenterClient, connect, exception

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest


def test_a_repository_has_a_number_and_links_with_the_context_path(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    body = server.get("").json()

    root = emulator.data_center_url
    assert root.endswith("/bitbucket")
    assert (body["slug"], body["project"]["key"]) == ("jaffle-shop", "DATA")
    assert body["id"] == emulator.repository(REPOSITORY).id
    assert body["links"]["self"][0]["href"] == f"{root}/{REPOSITORY}/browse"
    clone = {link["name"]: link["href"] for link in body["links"]["clone"]}
    assert clone == {
        "http": f"{root}/scm/data/jaffle-shop.git",
        "ssh": "ssh://git@127.0.0.1:7999/data/jaffle-shop.git",
    }


def test_a_personal_repository_is_its_users(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    name = emulator.create_data_center_repository("~ada", "notebooks")
    client = connect(emulator, repository=name)

    body = client.get("").json()

    assert client.get("/projects/~ada/repos/notebooks").json() == body
    assert body["project"]["type"] == "PERSONAL"
    assert body["project"]["owner"]["name"] == "ada"
    page = f"{emulator.data_center_url}/users/ada/repos/notebooks/browse"
    assert body["links"]["self"] == [{"href": page}]
    assert client.get(page).status_code == 200
    assert emulator.open_pull_request("users/ada/repos/notebooks", title="Mine").id == 1


def test_commits_of_the_default_branch_are_listed_the_newest_first(
    server: DataCenterClient, change: PullRequest
) -> None:
    assert change.source_branch != "main"
    listed = server.get("commits").json()["values"]
    assert listed[0]["id"] == change.destination_commit
    assert [one["parents"][0]["id"] for one in listed[:-1]] == [one["id"] for one in listed[1:]]


def test_names_do_not_mind_upper_case(server: DataCenterClient) -> None:
    assert server.get("/projects/data/repos/Jaffle-Shop").json() == server.get("").json()


def test_cloud_and_data_center_do_not_see_each_others_repositories(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    emulator.create_repository("data/jaffle-shop")
    emulator.open_pull_request("data/jaffle-shop", title="On Cloud")
    assert emulator.pull_requests(REPOSITORY) == []
    assert len(emulator.pull_requests("data/jaffle-shop")) == 1


def test_a_moved_repository_is_redirected_to_on_the_same_origin(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    number = server.get("").json()["id"]
    moved = emulator.move_data_center_repository(REPOSITORY, "MARTS", "shop")

    answer = server.get("pull-requests/1/activities?limit=3", allow_redirects=False)
    written = server.post("pull-requests/1/comments", json={"text": "x"}, allow_redirects=False)

    assert moved == "projects/MARTS/repos/shop"
    there = f"{server.api}/{moved}/pull-requests/1"
    assert (answer.status_code, answer.headers["Location"]) == (307, f"{there}/activities?limit=3")
    assert (written.status_code, written.headers["Location"]) == (307, f"{there}/comments")
    assert connect(emulator, server.token, moved).get("").json()["id"] == number
    emulator.rename_repository(moved, "store")
    again = server.get("", allow_redirects=False)
    assert again.headers["Location"] == f"{server.api}/projects/MARTS/repos/store"


def test_who_takes_an_old_address_has_it(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    old = emulator.repository(REPOSITORY).id
    emulator.move_data_center_repository(REPOSITORY, "MARTS")
    emulator.create_data_center_repository("DATA", "jaffle-shop")
    assert connect(emulator).get("").json()["id"] != old
    with pytest.raises(NotPossibleError):
        emulator.move_data_center_repository("projects/MARTS/repos/jaffle-shop", "DATA")


def test_a_redirect_to_another_origin_can_be_ordered(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    emulator.add_fault("redirect", path="*/jaffle-shop", location="https://evil.example/x")
    answer = server.get("", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (307, "https://evil.example/x")
    assert server.get("").status_code == 200
    with pytest.raises(NotPossibleError):
        emulator.add_fault("redirect")


def test_faults_and_the_request_log_are_for_data_center_too(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    emulator.add_fault("server_error", status=502)
    assert [server.get("").status_code for _ in range(2)] == [502, 200]
    assert [(r.path, r.status) for r in emulator.requests(path="/bitbucket/*")] == [
        (f"/bitbucket/rest/api/latest/{REPOSITORY}", 502),
        (f"/bitbucket/rest/api/latest/{REPOSITORY}", 200),
    ]


def test_a_pull_request_has_whole_hashes_and_branches_by_their_full_names(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    body = server.get("pull-requests/1").json()

    assert body["fromRef"]["latestCommit"] == change.head
    assert len(change.head) == 40
    assert body["fromRef"]["id"] == "refs/heads/feature/count-refunds"
    assert body["toRef"]["id"] == "refs/heads/main"
    assert body["toRef"]["repository"] == server.get("").json()
    assert (body["state"], body["open"], body["closed"], body["version"]) == (
        "OPEN",
        True,
        False,
        0,
    )
    page = f"{emulator.data_center_url}/{REPOSITORY}/pull-requests/1"
    assert body["links"]["self"] == [{"href": page}]
    assert isinstance(body["createdDate"], int)
    assert server.get(f"commits/{change.head}").json()["id"] == change.head


def test_every_change_of_a_pull_request_raises_its_version(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    emulator.push_commit(REPOSITORY, 1)
    emulator.edit_pull_request(REPOSITORY, 1, title="Count all refunds")
    emulator.merge_pull_request(REPOSITORY, 1)

    body = server.get("pull-requests/1").json()

    assert (body["version"], body["state"], body["closed"]) == (3, "MERGED", True)
    assert len(body["properties"]["mergeCommit"]["id"]) == 40
    assert body["closedDate"] >= body["createdDate"]


def test_a_deleted_pull_request_is_gone_and_its_number_is_not_used_again(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    emulator.add_comment(REPOSITORY, 1, "gone soon")
    emulator.delete_pull_request(REPOSITORY, 1)
    again = emulator.open_pull_request(REPOSITORY, title="Again")

    for path in ("", "/activities", "/comments?path=x"):
        assert exception(server.get(f"pull-requests/1{path}")) == "NoSuchPullRequestException"
    assert again.id == 2
    emulator.open_pull_request("acme/jaffle-shop", title="On Cloud")
    with pytest.raises(NotPossibleError):
        emulator.delete_pull_request("acme/jaffle-shop", 1)


def test_pull_requests_are_listed_open_ones_first_asked_and_the_newest_first(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    for number in range(1, 5):
        emulator.open_pull_request(REPOSITORY, title=f"Change {number}")
    emulator.merge_pull_request(REPOSITORY, 1)
    emulator.decline_pull_request(REPOSITORY, 2)

    def numbers(**params: str) -> list[int]:
        return [p["id"] for p in server.get("pull-requests", params=params).json()["values"]]

    assert numbers() == [4, 3]
    assert numbers(order="OLDEST") == [3, 4]
    assert numbers(state="MERGED") == [1]
    assert numbers(state="ALL") == [2, 1, 4, 3]
    assert numbers(at="refs/heads/feature/change-3", direction="OUTGOING") == [3]
    assert numbers(at="refs/heads/feature/change-3") == []
    assert numbers(filterText="change 4") == [4]
    assert server.get("pull-requests", params={"state": "CLOSED"}).status_code == 400


def test_the_pull_requests_of_a_commit_can_be_asked_for(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest
) -> None:
    pushed = emulator.push_commit(REPOSITORY, 1)
    for commit in (change.head, pushed.head):
        listed = server.get(f"commits/{commit}/pull-requests").json()["values"]
        assert [p["id"] for p in listed] == [1]


def test_a_page_is_as_long_as_the_server_allows(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    for number in range(30):
        emulator.open_pull_request(REPOSITORY, title=f"Change {number}")

    pages = list(server.pages("pull-requests"))

    assert [(p["size"], p["limit"], p["isLastPage"]) for p in pages] == [
        (25, 25, False),
        (5, 25, True),
    ]
    assert pages[0]["nextPageStart"] == 25
    assert "nextPageStart" not in pages[1]
    assert server.get("pull-requests?limit=5000").json()["limit"] == 100
    for bad in ("limit=0", "limit=all", "start=-1"):
        assert server.get(f"pull-requests?{bad}").status_code == 400
