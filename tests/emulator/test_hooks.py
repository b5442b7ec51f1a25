from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.client import EVENTS, REPOSITORY, Client

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator

SECRET = "correct horse battery staple"
HOOK = {"url": "http://127.0.0.1:9/webhooks/1", "description": "data diff", "events": EVENTS}


def test_a_hook_is_made_read_changed_and_deleted(client: Client) -> None:
    hook = client.hook("http://127.0.0.1:9/a")
    path = f"hooks/{hook['uuid']}"

    changed = client.put(path, json=HOOK | {"active": False})

    assert hook["uuid"].startswith("{")
    assert changed.status_code == 200
    assert (changed.json()["active"], changed.json()["url"]) == (False, HOOK["url"])
    assert client.get(path).json() == changed.json()
    assert client.get(hook["links"]["self"]["href"]).json() == changed.json()
    assert client.get("hooks").json()["values"] == [changed.json()]
    assert client.delete(path).status_code == 204
    for gone in (client.get(path), client.put(path, json=HOOK), client.delete(path)):
        assert gone.status_code == 404


def test_the_secret_is_in_no_answer(emulator: BitbucketEmulator, client: Client) -> None:
    hook = client.hook("http://127.0.0.1:9/", secret=SECRET, active=False)
    emulator.open_pull_request(REPOSITORY, title="Look for it")
    control = Client(emulator.url, None)

    answers = [
        client.get("hooks"),
        client.get(f"hooks/{hook['uuid']}"),
        client.put(f"hooks/{hook['uuid']}", json=HOOK | {"secret": SECRET}),
        control.post("/_control/hooks", json={"repository": REPOSITORY}),
        control.post("/_control/deliveries", json={}),
        control.post("/_control/requests", json={}),
        control.get("/acme/jaffle-shop/pull-requests/1"),
    ]

    assert [answer.status_code for answer in answers] == [200] * 7
    assert not [answer.url for answer in answers if SECRET in answer.text]
    assert SECRET not in repr(emulator.hooks(REPOSITORY))


def test_whether_there_is_a_secret_is_told(client: Client) -> None:
    assert client.hook("http://127.0.0.1:9/", secret=SECRET)["secret_set"] is True
    assert client.hook("http://127.0.0.1:9/")["secret_set"] is False
    assert client.hook("http://127.0.0.1:9/", secret="")["secret_set"] is False


@pytest.mark.parametrize(
    ("change", "kept"), [({}, SECRET), ({"secret": None}, None), ({"secret": ""}, None)]
)
def test_an_update_keeps_the_secret_unless_it_names_one(
    emulator: BitbucketEmulator, client: Client, change: dict[str, Any], kept: str | None
) -> None:
    hook = client.hook("http://127.0.0.1:9/", secret=SECRET)
    answer = client.put(f"hooks/{hook['uuid']}", json=HOOK | change)
    assert answer.json()["secret_set"] is (kept is not None)
    assert emulator.hooks(REPOSITORY)[0].secret == kept


def test_what_was_read_can_be_written_back(client: Client) -> None:
    hook = client.hook("http://127.0.0.1:9/", secret=SECRET)
    answer = client.put(f"hooks/{hook['uuid']}", json=hook)
    assert (answer.status_code, answer.json()) == (200, hook)


@pytest.mark.parametrize(
    "change",
    [
        {"events": ["pullrequest:opened"]},
        {"events": []},
        {"events": [EVENTS[0], EVENTS[0]]},
        {"events": [1]},
        {"events": "pullrequest:created"},
        {"url": "ftp://example.com"},
        {"url": "https://"},
        {"url": 1},
        {"secret": "s" * 129},
        {"secret": 1},
        {"skip_cert_verification": None},
        {"active": "yes"},
        {"name": "data diff"},
    ],
)
def test_a_hook_that_is_not_right_is_refused(client: Client, change: dict[str, Any]) -> None:
    hook = client.hook("http://127.0.0.1:9/")
    answers = (
        client.post("hooks", json=HOOK | change),
        client.put(f"hooks/{hook['uuid']}", json=HOOK | change),
    )
    assert [answer.status_code for answer in answers] == [400, 400]
    assert client.get("hooks").json()["values"] == [hook]


def test_the_longest_secret_is_taken(client: Client) -> None:
    assert client.hook("http://127.0.0.1:9/", secret="s" * 128)["secret_set"] is True


def test_hooks_are_paged(client: Client) -> None:
    made = [client.hook(f"http://127.0.0.1:9/{n}")["uuid"] for n in range(12)]
    pages = list(client.pages("hooks"))
    assert [hook["uuid"] for page in pages for hook in page["values"]] == made
    assert len(pages) == 2
    assert len(list(client.pages("hooks", params={"pagelen": "100"}))) == 1
