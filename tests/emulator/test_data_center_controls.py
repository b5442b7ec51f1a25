from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.client import Client
from tests.emulator.data_center_client import REPOSITORY, DataCenterClient, connect

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest

PAGE = f"/bitbucket/{REPOSITORY}/pull-requests/1/overview"


@pytest.fixture
def control(emulator: BitbucketEmulator) -> Client:
    return Client(emulator.url, None)


def do(control: Client, operation: str, **arguments: Any) -> Any:
    answer = control.post(f"/_control/{operation}", json=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def test_the_whole_story_can_be_driven_over_http(
    emulator: BitbucketEmulator, control: Client
) -> None:
    name = do(control, "create_data_center_repository", project="DATA", slug="shop")
    token = do(
        control,
        "create_data_center_token",
        repository=name,
        permission="REPO_READ",
        expires="2999-01-01T00:00:00+00:00",
    )
    on = {"repository": name, "pull_request": 1}
    do(control, "open_pull_request", repository=name, title="Count refunds")
    client = connect(emulator, token, name)
    comment = client.comment("report")
    pushed = do(control, "push_commit", **on)
    do(control, "edit_pull_request", **on, title="More")
    do(control, "delete_comment", **on, comment=comment["id"])
    merged = do(control, "merge_pull_request", **on)
    do(control, "set_data_center_version", version="10.2.7")
    do(control, "set_data_center_rate_limit", size=1, refill=0.001)
    limited = [client.get("").status_code for _ in range(2)]
    do(control, "set_data_center_rate_limit", size=None)
    do(control, "archive_data_center_repository", repository=name)
    kept = client.post("pull-requests/1/comments", json={"text": "late"}).status_code
    do(control, "unarchive_data_center_repository", repository=name)
    moved = do(control, "move_data_center_repository", repository=name, project="MARTS")
    deleted = do(control, "delete_pull_request", repository=moved, pull_request=1)
    do(control, "revoke_access_token", token=token)

    assert name == "projects/DATA/repos/shop"
    assert moved == "projects/MARTS/repos/shop"
    assert len(pushed["commits"]) == 2
    assert (merged["state"], merged["title"], deleted["version"]) == ("MERGED", "More", 3)
    assert limited == [200, 429]
    assert kept == 409
    assert do(control, "repository", repository=moved)["project_key"] == "MARTS"
    assert do(control, "pull_requests", repository=moved) == []
    assert client.get("").status_code == 401


@pytest.mark.parametrize(
    ("operation", "arguments", "status"),
    [
        ("create_data_center_repository", {"project": "DATA", "slug": "jaffle-shop"}, 409),
        ("create_data_center_repository", {"project": "a/b", "slug": "x"}, 409),
        ("create_data_center_repository", {"project": "DATA", "slug": ""}, 409),
        ("create_data_center_token", {"repository": REPOSITORY, "permission": "ALL"}, 409),
        ("create_data_center_token", {"repository": REPOSITORY, "expires": "tomorrow"}, 400),
        ("create_data_center_token", {"repository": REPOSITORY, "expires": "2026-01-01"}, 400),
        ("create_data_center_token", {"repository": "projects/X/repos/y"}, 404),
        ("move_data_center_repository", {"repository": "acme/jaffle-shop", "project": "X"}, 409),
        ("set_data_center_version", {"version": "nine"}, 409),
        ("set_data_center_rate_limit", {"size": 0}, 409),
        ("add_fault", {"kind": "redirect"}, 409),
        ("pull_requests", {"repository": "projects/DATA"}, 404),
    ],
)
def test_what_cannot_be_done_is_said(
    control: Client,
    server: DataCenterClient,
    operation: str,
    arguments: dict[str, Any],
    status: int,
) -> None:
    answer = control.post(f"/_control/{operation}", json=arguments)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_reset_makes_the_server_what_it_was(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    emulator.set_data_center_version("10.2.7")
    emulator.set_data_center_rate_limit(1)
    emulator.reset()
    assert server.get("/application-properties").json()["version"] == "9.4.24"
    assert server.get("").status_code == 401
    emulator.create_data_center_repository("DATA", "jaffle-shop")
    client = connect(emulator)
    assert [client.get("").status_code for _ in range(3)] == [200, 200, 200]


def test_the_page_tells_what_became_of_the_pull_request(
    emulator: BitbucketEmulator, control: Client, server: DataCenterClient, change: PullRequest
) -> None:
    edited = server.comment("first")
    path = f"pull-requests/1/comments/{edited['id']}"
    server.put(path, json={"text": "**done** <b>not bold</b>", "version": 0})
    gone = server.comment("gone soon")
    emulator.delete_comment(REPOSITORY, 1, gone["id"])
    build = {"key": "k", "state": "CANCELLED", "name": "Data <i>diff</i>", "url": "https://x.org"}
    server.post(f"commits/{change.head}/builds", json=build)

    shown = control.get(PAGE).text

    assert "<strong>done</strong> &lt;b&gt;not bold&lt;/b&gt;" in shown
    assert "Data &lt;i&gt;diff&lt;/i&gt;" in shown
    assert "gone soon" not in shown
    assert "This comment was deleted" not in shown
    assert "access token" in shown


def test_the_pages_lead_to_one_another(
    emulator: BitbucketEmulator, control: Client, server: DataCenterClient, change: PullRequest
) -> None:
    root = f"/bitbucket/{REPOSITORY}"
    links = {
        "/": f'href="{root}/pull-requests"',
        "/bitbucket/": f'href="{root}/pull-requests"',
        "/bitbucket/projects/DATA": f'href="{root}/pull-requests"',
        f"{root}/browse": f'href="{PAGE}"',
        f"{root}/pull-requests": f'href="{PAGE}"',
        f"{root}/pull-requests/1": f'href="{root}/commits/{change.head}"',
        PAGE: 'href="/bitbucket/projects/DATA"',
        f"{root}/commits/{change.head}": f'href="{root}/pull-requests"',
    }
    for page, link in links.items():
        answer = control.get(page)
        assert answer.status_code == 200, page
        assert link in answer.text, page
    own = server.get("pull-requests/1").json()["links"]["self"][0]["href"]
    assert control.get(own).status_code == 200
    assert control.get(f"{root}/pull-requests/2").status_code == 404
    assert control.get("/bitbucket/projects/NONE/repos/x/browse").status_code == 404


def test_an_old_address_of_a_page_leads_to_the_new_one(
    emulator: BitbucketEmulator, control: Client, change: PullRequest
) -> None:
    emulator.move_data_center_repository(REPOSITORY, "~ada", "shop")
    answer = control.get(PAGE, allow_redirects=False)
    there = "/bitbucket/users/ada/repos/shop/pull-requests/1/overview"
    assert (answer.status_code, answer.headers["Location"]) == (302, there)
    assert control.get(there).status_code == 200


def test_the_buttons_work_without_a_script(
    emulator: BitbucketEmulator, control: Client, change: PullRequest
) -> None:
    fields = {"repository": REPOSITORY, "pull_request": "1", "next": PAGE}
    assert 'value="projects/DATA/repos/jaffle-shop"' in control.get(PAGE).text

    pushed = control.post("/_control/push_commit", data=fields)
    control.post("/_control/decline_pull_request", data=fields)

    assert pushed.url.endswith(PAGE)
    assert len(emulator.pull_request(REPOSITORY, 1).commits) == 2
    assert ">Declined<" in control.get(PAGE).text
    form = {
        "repository": REPOSITORY,
        "title": "New",
        "next": f"/bitbucket/{REPOSITORY}/pull-requests/{{id}}/overview",
    }
    opened = control.post("/_control/open_pull_request", data=form)
    assert opened.url.endswith("/pull-requests/2/overview")
