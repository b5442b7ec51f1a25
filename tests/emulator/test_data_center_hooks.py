from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.client import Client
from tests.emulator.data_center_client import EVENTS, HOOK, REPOSITORY, DataCenterClient, exception

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from tests.emulator.receiver import Receiver

SECRET = "correct horse battery staple"
WITH_SECRET = {"configuration": {"secret": SECRET}}


def test_a_hook_is_made_read_changed_and_deleted(server: DataCenterClient) -> None:
    hook = server.hook("http://127.0.0.1:9/a")
    path = f"webhooks/{hook['id']}"

    changed = server.put(path, json=HOOK | {"active": False})

    assert (hook["name"], hook["active"], hook["sslVerificationRequired"]) == (
        "data diff",
        True,
        True,
    )
    assert changed.status_code == 200
    assert (changed.json()["active"], changed.json()["url"]) == (False, HOOK["url"])
    assert changed.json()["createdDate"] == hook["createdDate"]
    assert server.get(path).json() == changed.json()
    assert server.get("webhooks").json()["values"] == [changed.json()]
    assert server.delete(path).status_code == 204
    for gone in (server.get(path), server.put(path, json=HOOK), server.delete(path)):
        assert gone.status_code == 404


def test_administrators_can_read_the_secret(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    hook = server.hook("http://127.0.0.1:9/", **WITH_SECRET)
    assert hook["configuration"]["secret"] == SECRET
    assert server.get("webhooks").json()["values"][0]["configuration"]["secret"] == SECRET
    shown = Client(emulator.url, None).post("/_control/hooks", json={"repository": REPOSITORY})
    assert shown.status_code == 200
    assert SECRET not in shown.text


def test_an_update_says_everything_anew(server: DataCenterClient) -> None:
    hook = server.hook("http://127.0.0.1:9/", active=False, **WITH_SECRET)
    path = f"webhooks/{hook['id']}"

    kept = server.put(path, json=hook).json()
    bare = server.put(path, json=HOOK).json()

    assert kept["configuration"]["secret"] == SECRET
    assert not kept["active"]
    assert "secret" not in bare["configuration"]
    assert bare["active"]


@pytest.mark.parametrize(
    "change",
    [
        {"events": []},
        {"events": [*EVENTS, "pr:to_ref_updated"]},
        {"events": [*EVENTS, "pr:reviewer:changes_requested"]},
        {"events": ["pullrequest:created"]},
        {"events": "pr:opened"},
        {"events": [1]},
        {"name": ""},
        {"name": None},
        {"url": "ftp://example.com"},
        {"url": "https://"},
        {"active": "yes"},
        {"configuration": {"secret": "s" * 256}},
        {"configuration": {"secret": 1}},
        {"configuration": "secret"},
        {"credentials": {"user": "x"}},
        {"description": "data diff"},
    ],
)
def test_a_hook_that_is_not_right_is_refused(
    server: DataCenterClient, change: dict[str, Any]
) -> None:
    hook = server.hook("http://127.0.0.1:9/")
    answers = (
        server.post("webhooks", json=HOOK | change),
        server.put(f"webhooks/{hook['id']}", json=HOOK | change),
    )
    assert [answer.status_code for answer in answers] == [400, 400]
    assert {exception(answer) for answer in answers} == {"ArgumentValidationException"}
    assert server.get("webhooks").json()["values"] == [hook]


def test_the_unknown_event_is_named(server: DataCenterClient) -> None:
    answer = server.post("webhooks", json=HOOK | {"events": ["pr:to_ref_updated"]})
    assert 'the event "pr:to_ref_updated" is unknown' in answer.text.replace("\\", "")


def test_before_7_0_there_is_no_event_for_new_commits(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    emulator.set_data_center_version("6.10.0")
    assert server.post("webhooks", json=HOOK).status_code == 400
    older = [event for event in EVENTS if event != "pr:from_ref_updated"]
    assert server.post("webhooks", json=HOOK | {"events": older}).status_code == 201


def test_the_longest_secret_is_taken(server: DataCenterClient) -> None:
    server.hook("http://127.0.0.1:9/", configuration={"secret": "s" * 255})


def test_hooks_are_paged_and_can_be_asked_for_by_event(server: DataCenterClient) -> None:
    made = [server.hook(f"http://127.0.0.1:9/{n}", events=["pr:merged"])["id"] for n in range(3)]
    other = server.hook("http://127.0.0.1:9/", events=["pr:opened"])["id"]
    pages = list(server.pages("webhooks", limit=2))
    assert [hook["id"] for page in pages for hook in page["values"]] == [*made, other]
    assert len(pages) == 2
    asked = server.get("webhooks?event=pr:opened").json()["values"]
    assert [hook["id"] for hook in asked] == [other]


def test_a_test_sends_a_ping_that_is_not_signed(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    hook = server.hook(receiver.url, **WITH_SECRET)

    answer = server.post(f"webhooks/test?url={receiver.url}&webhookId={hook['id']}")

    (ping,) = receiver.received
    assert ping.json() == {"test": True}
    assert ping.headers["X-Event-Key"] == "diagnostics:ping"
    assert ping.headers["X-Request-Id"]
    assert "X-Hub-Signature" not in ping.headers
    assert answer.status_code == 200
    assert answer.json()["request"]["url"] == receiver.url
    assert answer.json()["result"]["outcome"] == "SUCCESS"
    assert emulator.deliveries() == []


@pytest.mark.parametrize(("status", "outcome"), [(404, "FAILURE"), (503, "FAILURE")])
def test_a_test_tells_how_it_went(
    server: DataCenterClient, receiver: Receiver, status: int, outcome: str
) -> None:
    receiver.statuses = [status]
    result = server.post(f"webhooks/test?url={receiver.url}").json()["result"]
    assert (result["outcome"], result["statusCode"]) == (outcome, status)


def test_a_test_of_an_address_that_nobody_listens_on_is_an_error(
    server: DataCenterClient,
) -> None:
    result = server.post("webhooks/test?url=http://127.0.0.1:1/").json()["result"]
    assert result == {"description": "ConnectionError", "outcome": "ERROR"}
    assert server.post("webhooks/test?url=nonsense").status_code == 400
    assert server.post("webhooks/test").status_code == 400


def test_who_is_pinged_may_call_back_meanwhile(server: DataCenterClient) -> None:
    itself = f"{server.api}/{REPOSITORY}/webhooks"
    result = server.post("webhooks/test", params={"url": itself}).json()["result"]
    assert (result["outcome"], result["statusCode"]) == ("FAILURE", 401)


def test_a_test_with_credentials_sends_them(server: DataCenterClient, receiver: Receiver) -> None:
    body = {"username": "ada", "password": "secret"}
    server.post(f"webhooks/test?url={receiver.url}", json=body)
    assert receiver.received[0].headers["Authorization"] == "Basic YWRhOnNlY3JldA=="


def test_the_latest_invocation_is_told_by_event_and_outcome(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    hook = server.hook(receiver.url)
    latest = f"webhooks/{hook['id']}/latest"
    assert server.get(latest).status_code == 204
    receiver.statuses = [500]
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.push_commit(REPOSITORY, 1)
    emulator.wait_until_delivered()

    newest = server.get(latest).json()
    failed = server.get(f"{latest}?outcome=FAILURE").json()

    assert (newest["event"], newest["result"]["outcome"]) == ("pr:from_ref_updated", "SUCCESS")
    assert (failed["event"], failed["result"]["description"]) == ("pr:opened", "500")
    assert failed["request"]["url"] == receiver.url
    assert newest["start"] <= newest["finish"]
    assert server.get(f"{latest}?event=pr:opened").json() == failed
    assert server.get(f"{latest}?outcome=ERROR").status_code == 204
    assert server.get(f"{latest}?outcome=GOOD").status_code == 400


def test_statistics_count_the_outcomes(
    emulator: BitbucketEmulator, server: DataCenterClient, receiver: Receiver
) -> None:
    hook = server.hook(receiver.url)
    receiver.statuses = [500]
    emulator.open_pull_request(REPOSITORY, title="Count refunds")
    emulator.push_commit(REPOSITORY, 1)
    emulator.wait_until_delivered()

    summary = server.get(f"webhooks/{hook['id']}/statistics/summary").json()
    opened = server.get(f"webhooks/{hook['id']}/statistics?event=pr:opened").json()

    assert summary["counts"] == {"successes": 1, "failures": 1, "errors": 0}
    assert summary["lastSuccess"]["event"] == "pr:from_ref_updated"
    assert summary["lastFailure"]["event"] == "pr:opened"
    assert "lastError" not in summary
    assert opened["counts"] == {"successes": 0, "failures": 1, "errors": 0}
