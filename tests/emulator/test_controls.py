from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import requests

from local.bitbucket.control_api import OPERATIONS
from local.bitbucket.controls import Controls
from tests.emulator.client import REPOSITORY, Client

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest
    from tests.emulator.data_center_client import DataCenterClient


@pytest.fixture
def control(emulator: BitbucketEmulator) -> Client:
    return Client(emulator.url, None)


def do(control: Client, operation: str, **arguments: Any) -> Any:
    answer = control.post(f"/_control/{operation}", json=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def test_every_control_is_there_over_http() -> None:
    methods = {name for name, _ in inspect.getmembers(Controls, inspect.isfunction)}
    assert {name for name in methods if not name.startswith("_")} == set(OPERATIONS)


def test_the_whole_story_can_be_driven_over_http(
    emulator: BitbucketEmulator, control: Client
) -> None:
    do(control, "create_repository", repository="acme/shop")
    token = do(control, "create_access_token", repository="acme/shop", scopes=["pullrequest"])
    opened = do(control, "open_pull_request", repository="acme/shop", title="Count refunds")
    client = Client(emulator.cloud_api_url, token, "acme/shop")
    comment = client.comment("report")
    pushed = do(control, "push_commit", repository="acme/shop", pull_request=1)
    edited = do(control, "edit_pull_request", repository="acme/shop", pull_request=1, title="More")
    do(control, "add_comment", repository="acme/shop", pull_request=1, raw="looks good")
    do(control, "delete_comment", repository="acme/shop", pull_request=1, comment=comment["id"])
    merged = do(control, "merge_pull_request", repository="acme/shop", pull_request=1)
    comments = do(control, "comments", repository="acme/shop", pull_request=1)
    do(control, "wait_until_delivered", timeout=5)
    do(control, "expire_access_token", token=token)
    ended = client.get("").status_code
    do(control, "revoke_access_token", token=token)

    assert ended == 401
    assert opened["source_branch"] == "feature/count-refunds"
    assert pushed["commits"] == [pushed["commits"][0], *opened["commits"]]
    assert (edited["title"], merged["state"]) == ("More", "MERGED")
    assert [(c["raw"], c["deleted"]) for c in comments] == [("", True), ("looks good", False)]
    assert client.get("").status_code == 401
    assert set(control.get("/_control/").json()["result"]) == set(OPERATIONS)


@pytest.mark.parametrize(
    ("operation", "arguments", "status"),
    [
        ("nonsense", {}, 404),
        ("pull_requests", {"repository": "acme/nothing"}, 404),
        ("merge_pull_request", {"repository": REPOSITORY, "pull_request": 9}, 404),
        ("create_repository", {"repository": REPOSITORY}, 409),
        ("create_repository", {"repository": "no-slash"}, 409),
        ("create_access_token", {"repository": REPOSITORY, "scopes": ["everything"]}, 409),
        ("add_fault", {"kind": "earthquake"}, 409),
        ("pull_requests", {}, 400),
        ("pull_requests", {"repository": REPOSITORY, "colour": "red"}, 400),
        ("pull_requests", {"repository": 1}, 400),
        ("create_access_token", {"repository": REPOSITORY, "scopes": "webhook"}, 400),
        ("create_access_token", {"repository": REPOSITORY, "expires": "tomorrow"}, 400),
        ("expire_access_token", {"token": "nonsense"}, 404),
        ("merge_pull_request", {"repository": REPOSITORY, "pull_request": "one"}, 400),
    ],
)
def test_what_cannot_be_done_is_said(
    control: Client, operation: str, arguments: dict[str, Any], status: int
) -> None:
    answer = control.post(f"/_control/{operation}", json=arguments)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_closed_pull_request_stays_closed(
    control: Client, emulator: BitbucketEmulator, pull_request: PullRequest
) -> None:
    emulator.merge_pull_request(REPOSITORY, 1)
    for operation in ("merge_pull_request", "decline_pull_request", "push_commit"):
        answer = control.post(
            f"/_control/{operation}", json={"repository": REPOSITORY, "pull_request": 1}
        )
        assert answer.status_code == 409


def test_reset_forgets_everything(control: Client, client: Client) -> None:
    assert client.get("").status_code == 200
    do(control, "reset")
    assert client.get("").status_code == 401
    assert do(control, "requests", path="*/nothing") == []
    assert "There are no repositories" in control.get("/").text


def test_the_buttons_work_without_a_script(
    emulator: BitbucketEmulator, control: Client, pull_request: PullRequest
) -> None:
    page = "/acme/jaffle-shop/pull-requests/1"
    fields = {"repository": REPOSITORY, "pull_request": "1", "next": page}

    pushed = control.post("/_control/push_commit", data=fields)
    control.post("/_control/edit_pull_request", data=fields | {"title": "Count <b>all</b>"})
    control.post("/_control/decline_pull_request", data=fields)

    assert pushed.url.endswith(page)
    assert pushed.history[0].status_code == 303
    shown = control.get(page).text
    assert "Count &lt;b&gt;all&lt;/b&gt;" in shown
    assert ">Declined<" in shown
    assert len(emulator.pull_request(REPOSITORY, 1).commits) == 2


def test_opening_a_pull_request_leads_to_it(control: Client) -> None:
    form = {
        "repository": REPOSITORY,
        "title": "New",
        "next": "/acme/jaffle-shop/pull-requests/{id}",
    }
    assert control.post("/_control/open_pull_request", data=form).url.endswith("/pull-requests/1")


@pytest.mark.parametrize("address", ["https://example.com", "//example.com", "/\\example.com"])
def test_a_form_never_leads_to_another_host(control: Client, address: str) -> None:
    answer = control.post("/_control/clear_faults", data={"next": address}, allow_redirects=False)
    assert answer.headers["Location"] == "/"


def test_another_site_cannot_press_the_buttons(control: Client) -> None:
    headers = {"Origin": "https://example.com"}
    assert control.post("/_control/reset", headers=headers).status_code == 403
    assert control.get("/acme/jaffle-shop/").status_code == 200


def test_the_page_tells_what_became_of_the_pull_request(
    emulator: BitbucketEmulator, control: Client, client: Client, pull_request: PullRequest
) -> None:
    edited = client.comment("first")
    client.put(f"pullrequests/1/comments/{edited['id']}", json={"content": {"raw": "**done**"}})
    client.delete(f"pullrequests/1/comments/{client.comment('gone soon')['id']}")
    status = {"key": "k", "state": "FAILED", "name": "Data diff", "url": "https://example.com/r"}
    client.post(f"commit/{pull_request.head}/statuses/build", json=status)
    emulator.push_commit(REPOSITORY, 1, message="Second thoughts")

    shown = control.get("/acme/jaffle-shop/pull-requests/1").text

    assert "<strong>done</strong>" in shown
    assert "edited" in shown
    assert "This comment was deleted" in shown
    assert "gone soon" not in shown
    assert "No builds for this commit" in shown
    assert 'aria-label="failed"' in shown
    assert "Second thoughts" in shown
    assert control.get("/acme/jaffle-shop/pull-requests/2").status_code == 404


def test_it_runs_in_the_foreground_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "local.bitbucket", "--repository", "acme/shop"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as running:
        assert running.stdout
        told = dict(line.split(maxsplit=1) for line in (running.stdout.readline() for _ in "123"))
        api, page = told["API"].strip(), told["pages"].strip()
        answers = requests.get(page, timeout=10).status_code, requests.get(api, timeout=10)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=10) == 0
    assert answers[0] == 200
    assert answers[1].status_code == 404


def test_a_draft_is_opened_and_made_ready_on_either_bitbucket(
    client: Client, server: DataCenterClient, control: Client
) -> None:
    for caller, path, repository in (
        (client, "pullrequests/1", REPOSITORY),
        (server, "pull-requests/1", server.repository),
    ):
        do(control, "open_pull_request", repository=repository, title="Refunds", draft=True)
        assert caller.get(path).json()["draft"] is True
        do(control, "edit_pull_request", repository=repository, pull_request=1, title="More")
        assert caller.get(path).json()["draft"] is True
        do(control, "edit_pull_request", repository=repository, pull_request=1, draft=False)
        assert caller.get(path).json()["draft"] is False
    answer = control.post(
        "/_control/open_pull_request", json={"repository": REPOSITORY, "title": "x", "draft": 1}
    )
    assert answer.status_code == 400
