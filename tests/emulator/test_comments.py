from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.client import REPOSITORY, Client

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator

pytestmark = pytest.mark.usefixtures("pull_request")
COMMENTS = "pullrequests/1/comments"


def test_a_comment_is_what_was_written_and_rendered(client: Client) -> None:
    comment = client.comment("| a | b |\n|---|---|\n| 1 | `2` |")

    assert comment["content"]["raw"].startswith("| a | b |")
    assert "<td><code>2</code></td>" in comment["content"]["html"]
    assert comment["type"] == "pullrequest_comment"
    assert comment["user"]["kind"] == "repo_access_token"
    assert comment["pullrequest"]["id"] == 1
    assert client.get(f"{COMMENTS}/{comment['id']}").json() == comment


@pytest.mark.parametrize(
    "raw", ["<script>alert(1)</script>", "<!-- hidden -->", "a <details>b</details>"]
)
def test_html_in_a_comment_is_escaped(
    emulator: BitbucketEmulator, client: Client, raw: str
) -> None:
    comment = client.comment(raw)
    page = Client(emulator.url, None).get("/acme/jaffle-shop/pull-requests/1").text

    assert raw not in comment["content"]["html"]
    assert "&lt;" in comment["content"]["html"]
    assert raw not in page


def test_editing_keeps_the_comment_and_changes_its_text(client: Client) -> None:
    before = client.comment("first")

    after = client.put(f"{COMMENTS}/{before['id']}", json={"content": {"raw": "second"}})

    assert after.status_code == 200
    assert after.json()["id"] == before["id"]
    assert after.json()["content"]["raw"] == "second"
    assert after.json()["created_on"] == before["created_on"]
    assert after.json()["updated_on"] > before["updated_on"]


def test_a_deleted_comment_stays_listed_without_its_text(client: Client) -> None:
    comment = client.comment("gone soon")
    path = f"{COMMENTS}/{comment['id']}"

    deleted = client.delete(path)

    assert (deleted.status_code, deleted.content) == (204, b"")
    listed = client.get(COMMENTS).json()["values"][0]
    assert (listed["deleted"], listed["content"]["raw"]) == (True, "")
    assert "gone soon" not in client.get(COMMENTS).text
    assert client.get(path).json() == listed
    assert client.get(COMMENTS, params={"q": "deleted=false"}).json()["values"] == []


def test_a_deleted_comment_cannot_be_edited_or_deleted_again(client: Client) -> None:
    comment = client.comment("gone soon")
    path = f"{COMMENTS}/{comment['id']}"
    client.delete(path)

    for answer in (client.put(path, json={"content": {"raw": "back"}}), client.delete(path)):
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == str(comment["id"])


def test_a_person_can_delete_anyones_comment(emulator: BitbucketEmulator, client: Client) -> None:
    comment = client.comment("the report")
    emulator.delete_comment(REPOSITORY, 1, comment["id"])
    assert client.get(f"{COMMENTS}/{comment['id']}").json()["deleted"] is True


def test_only_the_author_may_change_a_comment(emulator: BitbucketEmulator, client: Client) -> None:
    mine = client.comment("mine")
    other = Client(client.api, emulator.create_access_token(REPOSITORY, name="Another token"))

    for answer in (
        other.put(f"{COMMENTS}/{mine['id']}", json={"content": {"raw": "yours"}}),
        other.delete(f"{COMMENTS}/{mine['id']}"),
    ):
        assert answer.status_code == 403
    assert client.get(f"{COMMENTS}/{mine['id']}").json()["content"]["raw"] == "mine"


def test_a_comment_outlives_the_token_that_wrote_it(
    emulator: BitbucketEmulator, client: Client
) -> None:
    assert client.token
    comment = client.comment("still here")
    emulator.revoke_access_token(client.token)
    successor = Client(client.api, emulator.create_access_token(REPOSITORY))

    assert successor.get(f"{COMMENTS}/{comment['id']}").json() == comment


def test_a_missing_comment_is_404_with_its_id_as_message(client: Client) -> None:
    for answer in (
        client.get(f"{COMMENTS}/113979999"),
        client.put(f"{COMMENTS}/113979999", json={"content": {"raw": "x"}}),
        client.delete(f"{COMMENTS}/113979999"),
    ):
        assert answer.status_code == 404
        assert answer.json() == {"type": "error", "error": {"message": "113979999"}}


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"content": {"raw": "x"}, "pending": True}, {"pending": "extra keys not allowed"}),
        ({"content": {"raw": "x", "text": ""}}, {"text": "extra keys not allowed"}),
        ({}, {"content": "required key not provided"}),
        ({"content": {}}, {"raw": "required key not provided"}),
        ({"content": "x"}, {"content": "expected dict"}),
        ({"content": {"raw": 1}}, {"raw": "expected str"}),
        ({"content": {"raw": " \n"}}, {"content": {"raw": "This field may not be blank."}}),
    ],
)
def test_a_body_that_is_not_right_is_refused(
    client: Client, method: str, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    path = COMMENTS if method == "POST" else f"{COMMENTS}/{client.comment('old')['id']}"

    answer = client.call(method, path, json=body)

    assert answer.status_code == 400
    assert answer.json() == {
        "type": "error",
        "error": {"message": "Bad request", "fields": fields},
    }


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff"])
def test_what_is_no_json_object_is_refused(client: Client, data: bytes) -> None:
    answer = client.post(COMMENTS, data=data, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["type"] == "error"


def test_a_reply_and_a_place_in_a_file_are_kept(client: Client) -> None:
    first = client.comment("question")
    body = {
        "content": {"raw": "answer"},
        "parent": {"id": first["id"]},
        "inline": {"path": "models/orders.sql", "to": 12},
    }

    answer = client.post(COMMENTS, json=body).json()

    assert answer["parent"]["id"] == first["id"]
    assert answer["inline"] == {"path": "models/orders.sql", "to": 12, "from": None}
    assert client.post(COMMENTS, json=body | {"parent": {"id": 1}}).status_code == 400


def test_a_comment_on_no_pull_request_is_404(client: Client) -> None:
    answer = client.post("pullrequests/2/comments", json={"content": {"raw": "x"}})
    assert answer.status_code == 404


def test_pages_end_and_hold_every_comment_once(client: Client) -> None:
    written = [client.comment(f"number {n}")["id"] for n in range(23)]

    pages = list(client.pages(COMMENTS, params={"q": "deleted=false"}))

    assert [len(page["values"]) for page in pages] == [10, 10, 3]
    assert [comment["id"] for page in pages for comment in page["values"]] == written
    assert [page["page"] for page in pages] == [1, 2, 3]
    assert all("q=deleted" in page["next"] for page in pages[:-1])


@pytest.mark.parametrize("length", ["0", "101", "-1", "many", ""])
def test_a_page_length_out_of_bounds_is_refused(client: Client, length: str) -> None:
    answer = client.get(COMMENTS, params={"pagelen": length})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Invalid pagelen"


def test_a_filter_that_is_not_understood_is_refused_not_ignored(client: Client) -> None:
    assert client.get(COMMENTS, params={"q": 'content.raw ~ "x"'}).status_code == 400
    assert client.get(COMMENTS, params={"sort": "colour"}).status_code == 400
