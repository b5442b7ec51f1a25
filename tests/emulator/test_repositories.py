from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.emulator.client import REPOSITORY, Client

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest


def test_a_repository_is_found_by_names_and_by_uuids(client: Client) -> None:
    repository = client.get("").json()
    names = (repository["workspace"]["slug"], repository["workspace"]["uuid"])
    slugs = (repository["slug"], repository["uuid"])

    for workspace in names:
        for slug in slugs:
            path = f"/repositories/{quote(workspace, safe='')}/{quote(slug, safe='')}"
            assert client.get(path).json() == repository
    assert repository["full_name"] == REPOSITORY
    assert repository["uuid"][0] + repository["uuid"][-1] == "{}"


def test_a_renamed_repository_keeps_its_uuid(emulator: BitbucketEmulator, client: Client) -> None:
    uuid = client.get("").json()["uuid"]
    emulator.rename_repository(REPOSITORY, "jaffles")

    assert client.get("").status_code == 404
    assert client.get("/repositories/acme/jaffles").json()["uuid"] == uuid
    by_uuid = client.get(f"/repositories/acme/{quote(uuid, safe='')}")
    assert by_uuid.json()["full_name"] == "acme/jaffles"


def test_paging_works_for_a_repository_called_by_uuid(
    emulator: BitbucketEmulator, client: Client
) -> None:
    for number in range(11):
        emulator.open_pull_request(REPOSITORY, title=f"Change {number}")
    repository = client.get("").json()
    path = "/repositories/{}/{}/pullrequests".format(
        quote(repository["workspace"]["uuid"], safe=""), quote(repository["uuid"], safe="")
    )
    pages = list(client.pages(path))
    assert [p["id"] for page in pages for p in page["values"]] == list(range(11, 0, -1))


def test_a_commit_is_found_by_seven_characters_and_answered_whole(
    client: Client, pull_request: PullRequest
) -> None:
    for length in (7, 12, 40):
        answer = client.get(f"commit/{pull_request.head[:length]}")
        assert answer.json()["hash"] == pull_request.head
    for unknown in (pull_request.head[:6], "0" * 40, "zzzzzzz"):
        answer = client.get(f"commit/{unknown}")
        assert answer.status_code == 404
        assert answer.json()["type"] == "error"


def test_commits_of_all_branches_are_listed_the_newest_first(
    client: Client, pull_request: PullRequest
) -> None:
    assert pull_request.source_branch != "main"
    body = client.get("commits?pagelen=2").json()
    assert [one["hash"] for one in body["values"]] == [
        pull_request.head,
        pull_request.destination_commit,
    ]
    assert "next" in body
    assert "size" not in body


def test_hashes_are_the_same_in_every_run(emulator: BitbucketEmulator) -> None:
    first = emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.reset()
    emulator.create_repository(REPOSITORY)
    second = emulator.open_pull_request(REPOSITORY, title="Count refunds")
    assert (first.head, first.destination_commit) == (second.head, second.destination_commit)
    assert len(first.head) == 40


def test_a_pull_request_carries_short_hashes(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest
) -> None:
    body = client.get("pullrequests/1").json()
    assert body["source"]["commit"]["hash"] == pull_request.head[:12]
    assert body["destination"]["commit"]["hash"] == pull_request.destination_commit[:12]
    assert body["merge_commit"] is None

    merged = emulator.merge_pull_request(REPOSITORY, 1)
    body = client.get("pullrequests/1").json()
    assert merged.merge_commit
    assert body["merge_commit"]["hash"] == merged.merge_commit[:12]
    assert (body["state"], body["closed_by"]["display_name"]) == ("MERGED", "Jonas Lind")


def test_open_pull_requests_are_listed_unless_a_state_is_asked_for(
    emulator: BitbucketEmulator, client: Client
) -> None:
    for title in ("one", "two", "three"):
        emulator.open_pull_request(REPOSITORY, title=title)
    emulator.merge_pull_request(REPOSITORY, 1)
    emulator.decline_pull_request(REPOSITORY, 2)

    def ids(*states: str) -> set[int]:
        answer = client.get("pullrequests", params={"state": list(states)})
        return {p["id"] for p in answer.json()["values"]}

    assert ids() == {3}
    assert ids("MERGED", "DECLINED") == {1, 2}
    assert ids("OPEN", "MERGED", "DECLINED", "SUPERSEDED") == {1, 2, 3}
    assert client.get("pullrequests", params={"state": "open"}).status_code == 400


def test_a_page_of_pull_requests_has_at_most_fifty(
    emulator: BitbucketEmulator, client: Client
) -> None:
    for number in range(51):
        emulator.open_pull_request(REPOSITORY, title=f"Change {number}")

    assert len(client.get("pullrequests").json()["values"]) == 10
    assert len(client.get("pullrequests", params={"pagelen": "50"}).json()["values"]) == 50
    refused = client.get("pullrequests", params={"pagelen": "51"})
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, "Invalid pagelen")


def test_comments_are_counted_without_the_deleted_ones(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest
) -> None:
    client.comment("one")
    emulator.delete_comment(REPOSITORY, pull_request.id, client.comment("two")["id"])
    assert client.get("pullrequests/1").json()["comment_count"] == 1


@pytest.mark.parametrize("path", ["/nothing", "pullrequests/one", "pullrequests/1/nothing", "/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_address_outside_the_api_says_so(client: Client, method: str, path: str) -> None:
    answer = client.call(method, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Resource not found"


def test_every_html_link_leads_to_a_page(client: Client, pull_request: PullRequest) -> None:
    client.comment("linked")
    status = {"key": "diff", "state": "FAILED", "url": "https://example.com"}
    client.post(f"commit/{pull_request.head}/statuses/build", json=status)
    bodies = [
        client.get(path).json()
        for path in (
            "",
            f"commit/{pull_request.head}",
            f"commit/{pull_request.head}/statuses",
            "pullrequests/1",
            "pullrequests/1/comments",
        )
    ]
    links = set(_links(bodies, ("html", "avatar")))

    assert len(links) > 8
    for link in links:
        assert client.get(link).status_code == 200, link


def _links(value: object, kinds: tuple[str, ...]) -> list[str]:
    if isinstance(value, list):
        return [link for item in value for link in _links(item, kinds)]
    if not isinstance(value, dict):
        return []
    found = [link for item in value.values() for link in _links(item, kinds)]
    links = value.get("links")
    if isinstance(links, dict):
        found += [links[kind]["href"] for kind in kinds if kind in links]
    return found
