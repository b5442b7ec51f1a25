from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import pytest
import requests

from local.bitbucket import BitbucketEmulator
from tests.emulator.client import REPOSITORY, Client, eventually

if TYPE_CHECKING:
    from local.bitbucket.model import PullRequest

COMMENTS = "pullrequests/1/comments"


def test_a_rate_limit_is_plain_text_and_may_say_when_to_come_back(
    emulator: BitbucketEmulator, client: Client
) -> None:
    emulator.add_fault("rate_limited")
    emulator.add_fault("rate_limited", retry_after=7)

    bare, told, after = (client.get("") for _ in range(3))

    assert (bare.status_code, bare.text) == (429, "Rate limit for this resource has been exceeded")
    assert bare.headers["Content-Type"].startswith("text/plain")
    assert "Retry-After" not in bare.headers
    assert (told.status_code, told.headers["Retry-After"]) == (429, "7")
    assert after.status_code == 200


def test_a_server_error_strikes_as_often_as_ordered(
    emulator: BitbucketEmulator, client: Client
) -> None:
    emulator.add_fault("server_error", status=502, times=2)
    assert [client.get("").status_code for _ in range(3)] == [502, 502, 200]
    assert emulator.faults() == []


def test_a_fault_may_let_requests_that_it_matches_pass_before(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest
) -> None:
    emulator.add_fault("server_error", path="*/comments", skip=2)
    emulator.add_fault("rate_limited", path="*/comments", skip=1)
    client.get("")
    assert [client.get(COMMENTS).status_code for _ in range(4)] == [200, 429, 503, 200]
    assert emulator.faults() == []


def test_a_fault_strikes_only_what_it_matches(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest
) -> None:
    emulator.add_fault("server_error", method="POST", path="*/pullrequests/*/comments", times=None)

    answer = client.post(COMMENTS, json={"content": {"raw": "x"}})

    assert answer.status_code == 503
    assert client.get(COMMENTS).status_code == 200
    assert client.get("").status_code == 200
    assert len(emulator.faults()) == 1
    emulator.clear_faults()
    client.comment("now it works")


def test_a_dropped_request_is_neither_answered_nor_applied(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest
) -> None:
    emulator.add_fault("drop", method="POST")
    with pytest.raises(requests.ConnectionError):
        client.comment("lost")
    assert emulator.comments(REPOSITORY, 1) == []


def test_an_answer_can_be_lost_after_the_write_happened(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest
) -> None:
    emulator.add_fault("apply_then_drop", method="POST")
    with pytest.raises(requests.ConnectionError):
        client.comment("written, but who knows")
    assert [c.raw for c in emulator.comments(REPOSITORY, 1)] == ["written, but who knows"]


def test_a_slow_answer_outlasts_an_impatient_caller(
    emulator: BitbucketEmulator, client: Client
) -> None:
    emulator.add_fault("slow", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        requests.get(
            f"{client.api}/repositories/{REPOSITORY}",
            headers={"Authorization": f"Bearer {client.token}"},
            timeout=0.1,
        )


def test_faults_leave_the_controls_and_the_pages_alone(emulator: BitbucketEmulator) -> None:
    emulator.add_fault("drop", times=None)
    control = Client(emulator.url, None)
    assert control.post("/_control/faults").status_code == 200
    assert control.get("/acme/jaffle-shop/").status_code == 200


def test_requests_are_counted_with_their_outcome(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest
) -> None:
    emulator.add_fault("drop", method="GET", path="*/hooks")
    client.comment("one")
    client.get(COMMENTS, params={"pagelen": "100"})
    with pytest.raises(requests.ConnectionError):
        client.get("hooks")

    records = emulator.requests()

    assert [(r.method, r.path.rpartition("/")[2], r.query, r.status) for r in records] == [
        ("POST", "comments", "", 201),
        ("GET", "comments", "pagelen=100", 200),
        ("GET", "hooks", "", None),
    ]
    assert records[2].fault == "drop"
    assert len(emulator.requests(method="POST", path="*/comments")) == 1
    emulator.clear_requests()
    assert emulator.requests() == []


def test_stopping_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    with BitbucketEmulator(delivery_timeout=1) as emulator:
        emulator.create_repository(REPOSITORY)
        client = Client(emulator.cloud_api_url, emulator.create_access_token(REPOSITORY))
        client.hook(emulator.url + "/nowhere")
        emulator.open_pull_request(REPOSITORY, title="Count refunds")
        emulator.add_fault("slow", seconds=60)
        slow = threading.Thread(target=client.get, args=("",))
        slow.start()
        eventually(lambda: not emulator.faults())
        emulator.pause_deliveries()
        emulator.push_commit(REPOSITORY, 1)
    slow.join()
    assert set(threading.enumerate()) == before


def test_stopping_does_not_wait_for_connections_on_which_nothing_comes() -> None:
    with BitbucketEmulator() as emulator:
        host, port = emulator.url.removeprefix("http://").split(":")
        idle = socket.create_connection((host, int(port)))
    # It ends with a reset if the server had not come to accept it yet.
    with idle, contextlib.suppress(ConnectionResetError):
        assert idle.recv(1) == b""


def test_many_callers_at_once_lose_nothing(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest
) -> None:
    def write(name: int) -> None:
        for number in range(5):
            client.comment(f"{name}.{number}")

    writers = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    comments = emulator.comments(REPOSITORY, 1)
    assert len({c.id for c in comments}) == len({c.raw for c in comments}) == 40
