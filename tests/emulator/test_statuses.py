from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.client import REPOSITORY, Client

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest

STATUS = {
    "key": "data-diff",
    "state": "INPROGRESS",
    "name": "Data diff",
    "description": "waiting for data diff results",
    "url": "https://example.com/reports/1",
}


def test_a_status_set_by_a_short_hash_belongs_to_the_whole_one(
    client: Client, pull_request: PullRequest
) -> None:
    answer = client.post(f"commit/{pull_request.head[:12]}/statuses/build", json=STATUS)

    assert answer.status_code == 201
    status = answer.json()
    assert status["commit"]["hash"] == pull_request.head
    assert {name: status[name] for name in STATUS} == STATUS
    assert status["type"] == "build"
    found = client.get(f"commit/{pull_request.head}/statuses/build/data-diff")
    assert found.json() == status


def test_the_same_key_overwrites(client: Client, pull_request: PullRequest) -> None:
    path = f"commit/{pull_request.head}/statuses"
    first = client.post(f"{path}/build", json=STATUS).json()

    second = client.post(f"{path}/build", json=STATUS | {"state": "SUCCESSFUL"})
    client.post(f"{path}/build", json=STATUS | {"key": "another"})

    assert second.status_code == 201
    assert second.json()["created_on"] == first["created_on"]
    listed = client.get(path).json()["values"]
    assert [(s["key"], s["state"]) for s in listed] == [
        ("data-diff", "SUCCESSFUL"),
        ("another", "INPROGRESS"),
    ]


def test_an_update_changes_what_it_names(client: Client, pull_request: PullRequest) -> None:
    path = f"commit/{pull_request.head}/statuses/build"
    client.post(path, json=STATUS)

    answer = client.put(f"{path}/data-diff", json={"state": "FAILED"})

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["name"]) == ("FAILED", "Data diff")
    assert client.put(f"{path}/data-diff", json={"key": "other"}).status_code == 400
    assert client.put(f"{path}/missing", json={"state": "FAILED"}).status_code == 404


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"key": "k" * 48}, "key: Ensure this value has at most 40 characters (it has 48)."),
        ({"name": "n" * 256}, "name: Ensure this value has at most 255 characters (it has 256)."),
        ({"key": ""}, "key: This field is required."),
        ({"url": None}, "url: This field is required."),
        ({"state": None}, "state: This field is required."),
        (
            {"state": "CANCELLED"},
            "state: Select a valid choice. CANCELLED is not one of the available choices.",
        ),
        ({"url": "http://jenkins:8080/job"}, "url: Enter a valid URL."),
        ({"url": "ftp://example.com"}, "url: Enter a valid URL."),
        ({"url": "https://exa mple.com"}, "url: Enter a valid URL."),
        ({"url": "http://[::1"}, "url: Enter a valid URL."),
    ],
)
def test_a_bad_value_is_refused_in_djangos_words(
    client: Client, pull_request: PullRequest, change: dict[str, Any], problem: str
) -> None:
    answer = client.post(f"commit/{pull_request.head}/statuses/build", json=STATUS | change)

    assert answer.status_code == 400
    field, _, text = problem.partition(": ")
    assert answer.json()["error"] == {"message": problem, "fields": {field: [text]}}


def test_unknown_keys_are_refused(client: Client, pull_request: PullRequest) -> None:
    body = STATUS | {"parent": "data-diff"}
    answer = client.post(f"commit/{pull_request.head}/statuses/build", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"] == {"parent": "extra keys not allowed"}


@pytest.mark.parametrize(
    ("refname", "shown"),
    [(None, True), ("feature/count-refunds", True), ("refs/heads/feature/count-refunds", False)],
)
def test_a_pull_request_shows_the_statuses_of_its_branch(
    client: Client, pull_request: PullRequest, refname: str | None, *, shown: bool
) -> None:
    client.post(f"commit/{pull_request.head}/statuses/build", json=STATUS | {"refname": refname})
    statuses = client.get("pullrequests/1/statuses").json()["values"]
    assert [s["key"] for s in statuses] == (["data-diff"] if shown else [])


def test_a_push_leaves_the_old_statuses_with_the_old_commit(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest
) -> None:
    client.post(f"commit/{pull_request.head}/statuses/build", json=STATUS)
    pushed = emulator.push_commit(REPOSITORY, 1)

    assert client.get("pullrequests/1/statuses").json()["values"] == []
    assert client.get(f"commit/{pushed.head}/statuses").json()["values"] == []
    assert len(emulator.build_statuses(REPOSITORY, pull_request.head)) == 1


@pytest.mark.usefixtures("pull_request")
def test_a_status_of_an_unknown_commit_is_404(client: Client) -> None:
    for commit in ("deadbeef", "0" * 40, "feature"):
        assert client.post(f"commit/{commit}/statuses/build", json=STATUS).status_code == 404


def test_a_key_may_hold_a_slash(client: Client, pull_request: PullRequest) -> None:
    path = f"commit/{pull_request.head}/statuses/build"
    status = client.post(path, json=STATUS | {"key": "diff/a b"}).json()
    assert client.get(status["links"]["self"]["href"]).json() == status
