from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.data_center_client import REPOSITORY, DataCenterClient, connect, exception

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator

pytestmark = pytest.mark.usefixtures("change")
COMMENTS = "pull-requests/1/comments"
ACTIVITIES = "pull-requests/1/activities"


def activities(client: DataCenterClient, **params: Any) -> list[dict[str, Any]]:
    return [a for page in client.pages(ACTIVITIES, **params) for a in page["values"]]


def test_a_comment_begins_with_version_0(server: DataCenterClient) -> None:
    comment = server.comment("| a |\n|---|\n| 1 |")
    assert (comment["version"], comment["text"]) == (0, "| a |\n|---|\n| 1 |")
    assert (comment["author"]["displayName"], comment["severity"]) == ("Data diff", "NORMAL")
    assert server.get(f"{COMMENTS}/{comment['id']}").json() == comment


def test_an_edit_names_the_version_it_replaces(server: DataCenterClient) -> None:
    path = f"{COMMENTS}/{server.comment('first')['id']}"

    second = server.put(path, json={"text": "second", "version": 0})
    stale = server.put(path, json={"text": "third", "version": 0})
    blind = server.put(path, json={"text": "third"})

    assert (second.status_code, second.json()["version"], second.json()["text"]) == (
        200,
        1,
        "second",
    )
    for answer, expected in ((stale, 0), (blind, -1)):
        assert (answer.status_code, exception(answer)) == (409, "CommentOutOfDateException")
        (error,) = answer.json()["errors"]
        assert (error["currentVersion"], error["expectedVersion"]) == (1, expected)
        assert "out-of-date" in error["message"]
    assert server.get(path).json()["text"] == "second"


def test_an_archived_repository_takes_no_comments(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    path = f"{COMMENTS}/{server.comment('first')['id']}"
    assert server.get("").json()["archived"] is False
    emulator.archive_data_center_repository(REPOSITORY)
    answers = [
        server.post(COMMENTS, json={"text": "second"}),
        server.put(path, json={"text": "second", "version": 0}),
        server.delete(f"{path}?version=0"),
    ]
    assert {answer.status_code for answer in answers} == {409}
    assert {exception(answer) for answer in answers} == {"RepositoryArchivedException"}
    assert server.get(path).json()["text"] == "first"
    assert server.get("").json()["archived"] is True
    emulator.unarchive_data_center_repository(REPOSITORY)
    assert server.put(path, json={"text": "second", "version": 0}).status_code == 200


def test_what_was_read_can_be_written_back(server: DataCenterClient) -> None:
    comment = server.comment("first")
    answer = server.put(f"{COMMENTS}/{comment['id']}", json=comment | {"text": "second"})
    assert answer.json()["version"] == 1


def test_only_the_author_may_change_a_comments_text(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    path = f"{COMMENTS}/{server.comment('mine')['id']}"
    other = connect(emulator, name="Another token")
    answer = other.put(path, json={"text": "theirs", "version": 0})
    assert (answer.status_code, exception(answer)) == (401, "AuthorisationException")


def test_only_the_author_and_administrators_may_delete_a_comment(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    path = f"{COMMENTS}/{server.comment('mine')['id']}"
    reader = connect(emulator, permission="REPO_READ").delete(f"{path}?version=0")
    assert (reader.status_code, exception(reader)) == (401, "AuthorisationException")
    assert connect(emulator).delete(f"{path}?version=0").status_code == 204


def test_deleting_names_the_version_and_leaves_nothing(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    comment = server.comment("gone soon")
    path = f"{COMMENTS}/{comment['id']}"
    assert any(a["action"] == "COMMENTED" for a in activities(server))

    for wrong in ("", "?version=1"):
        assert exception(server.delete(path + wrong)) == "CommentOutOfDateException"
    deleted = server.delete(f"{path}?version=0")

    assert (deleted.status_code, deleted.content) == (204, b"")
    for gone in (
        server.get(path),
        server.put(path, json={"text": "back", "version": 0}),
        server.delete(f"{path}?version=0"),
    ):
        assert (gone.status_code, exception(gone)) == (404, "NoSuchCommentException")
    assert [a["action"] for a in activities(server)] == ["OPENED"]
    assert [c.deleted for c in emulator.comments(REPOSITORY, 1)] == [True]


def test_a_comment_with_replies_cannot_be_deleted(server: DataCenterClient) -> None:
    comment = server.comment("question")
    reply = server.post(COMMENTS, json={"text": "answer", "parent": {"id": comment["id"]}})

    refused = server.delete(f"{COMMENTS}/{comment['id']}?version=0")

    assert reply.status_code == 201
    assert refused.status_code == 409
    (shown,) = [a["comment"] for a in activities(server) if a["action"] == "COMMENTED"]
    assert [c["text"] for c in shown["comments"]] == ["answer"]


def test_a_person_can_delete_anyones_comment(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    comment = server.comment("the report")
    emulator.delete_comment(REPOSITORY, 1, comment["id"])
    assert server.get(f"{COMMENTS}/{comment['id']}").status_code == 404


@pytest.mark.parametrize("text", ["", " \n", "x" * 32768, None, 1])
def test_a_text_is_neither_empty_nor_too_long(server: DataCenterClient, text: object) -> None:
    path = f"{COMMENTS}/{server.comment('good')['id']}"
    for answer in (
        server.post(COMMENTS, json={"text": text}),
        server.put(path, json={"text": text, "version": 0}),
    ):
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["context"] == "text"
        assert error["message"] == "Please enter a non-empty value less than 32768 characters"


def test_the_longest_text_is_taken(server: DataCenterClient) -> None:
    assert len(server.comment("x" * 32767)["text"]) == 32767


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"json": {"text": "x", "content": {"raw": "x"}}}, 400),
        ({"json": ["x"]}, 400),
        ({"data": "x", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"json": {"text": "x", "parent": {"id": "1"}}}, 400),
    ],
)
def test_a_body_that_is_not_right_is_refused(
    server: DataCenterClient, body: dict[str, Any], status: int
) -> None:
    assert server.post(COMMENTS, **body).status_code == status


def test_comments_are_not_listed_without_a_path(server: DataCenterClient) -> None:
    server.comment("general")
    refused = server.get(COMMENTS)
    assert (refused.status_code, refused.json()["errors"][0]["context"]) == (400, "path")
    assert server.get(f"{COMMENTS}?path=a.sql").json()["values"] == []


def test_activities_tell_everything_the_newest_first(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    first = emulator.pull_request(REPOSITORY, 1).head
    server.comment("report")
    pushed = emulator.push_commit(REPOSITORY, 1)
    emulator.edit_pull_request(REPOSITORY, 1, title="Count all refunds")
    emulator.add_comment(REPOSITORY, 1, "looks good")
    emulator.merge_pull_request(REPOSITORY, 1)

    told = activities(server)

    assert [(a["action"], a.get("commentAction")) for a in told] == [
        ("MERGED", None),
        ("COMMENTED", "ADDED"),
        ("UPDATED", None),
        ("RESCOPED", None),
        ("COMMENTED", "ADDED"),
        ("OPENED", None),
    ]
    assert [a["comment"]["text"] for a in told if "comment" in a] == ["looks good", "report"]
    assert (told[3]["previousFromHash"], told[3]["fromHash"]) == (first, pushed.head)
    assert told == activities(server, limit=2)


def test_the_next_page_does_not_always_begin_where_the_last_one_seems_to_end(
    emulator: BitbucketEmulator, server: DataCenterClient
) -> None:
    comments = [server.comment(f"comment {number}") for number in range(6)]
    for comment in comments[2:5]:
        emulator.delete_comment(REPOSITORY, 1, comment["id"])

    first, second = server.pages(ACTIVITIES, limit=2)

    assert (first["size"], first["nextPageStart"]) == (2, 5)
    assert [a["comment"]["text"] for a in first["values"]] == ["comment 5", "comment 1"]
    assert [a["action"] for a in second["values"]] == ["COMMENTED", "OPENED"]
