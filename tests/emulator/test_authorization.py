from __future__ import annotations

import functools
import operator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.bitbucket.authorization import SCOPES, allows, effective
from tests.emulator.client import EVENTS, REPOSITORY, Client

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest


def client_with(
    emulator: BitbucketEmulator, *scopes: str, kind: str = "repo_access_token"
) -> Client:
    token = emulator.create_access_token(REPOSITORY, scopes=scopes, kind=kind)
    return Client(emulator.cloud_api_url, token)


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ("repository", ""),
        ("repository", "commit/{head}"),
        ("repository", "commit/{head}/statuses"),
        ("pullrequest", "pullrequests"),
        ("pullrequest", "pullrequests/1"),
        ("pullrequest", "pullrequests/1/statuses"),
        ("pullrequest", "pullrequests/1/comments"),
        ("webhook", "hooks"),
    ],
)
def test_each_call_needs_its_own_scope(
    emulator: BitbucketEmulator, pull_request: PullRequest, scope: str, path: str
) -> None:
    path = path.format(head=pull_request.head)
    unfit = {"repository": "webhook", "pullrequest": "repository:write", "webhook": "pullrequest"}

    assert client_with(emulator, scope).get(path).status_code == 200
    refused = client_with(emulator, unfit[scope]).get(path)

    assert refused.status_code == 403
    assert refused.json() == {
        "type": "error",
        "error": {
            "message": "Your credentials lack one or more required privilege scopes.",
            "detail": {"granted": [unfit[scope]], "required": [scope]},
        },
    }


def test_pullrequest_is_enough_to_comment_and_to_set_a_status(
    emulator: BitbucketEmulator, pull_request: PullRequest
) -> None:
    client = client_with(emulator, "pullrequest")

    client.comment("fine")
    status = {"key": "diff", "state": "SUCCESSFUL", "url": "https://example.com"}
    set_status = client.post(f"commit/{pull_request.head}/statuses/build", json=status)

    assert set_status.status_code == 201


def test_the_scopes_are_told_on_every_authenticated_answer(emulator: BitbucketEmulator) -> None:
    client = client_with(emulator, "pullrequest", "webhook", kind="project_access_token")

    for path, status in (("hooks", 200), ("pullrequests/9", 404), ("/user", 403)):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["X-OAuth-Scopes"] == "pullrequest, webhook"
        assert answer.headers["X-Credential-Type"] == "project_access_token"
    assert client.get("hooks").headers["X-Accepted-OAuth-Scopes"] == "webhook"
    assert client.get("/user").headers["X-Accepted-OAuth-Scopes"] == "account"


def test_a_wrong_or_revoked_token_is_401(emulator: BitbucketEmulator, client: Client) -> None:
    assert client.token
    assert client.get("").status_code == 200
    emulator.revoke_access_token(client.token)

    for token in (client.token, "nonsense"):
        answer = Client(client.api, token).get("")
        assert answer.status_code == 401
        assert answer.json()["error"]["message"] == (
            "Token is invalid, expired, or not supported for this endpoint."
        )
        assert "X-OAuth-Scopes" not in answer.headers


def test_a_token_is_401_from_its_end_on(emulator: BitbucketEmulator) -> None:
    end = datetime(2030, 1, 31, tzinfo=UTC)
    token = emulator.create_access_token(REPOSITORY, expires=end)
    client = Client(emulator.cloud_api_url, token)

    answers = []
    for seconds in (-1, 0, 1):
        emulator.state.now = functools.partial(operator.add, end, timedelta(seconds=seconds))
        answers.append(client.get(""))

    assert [answer.status_code for answer in answers] == [200, 401, 401]
    assert answers[1].json()["error"]["message"].startswith("Token is invalid, expired")


def test_a_token_can_be_made_to_end(emulator: BitbucketEmulator, client: Client) -> None:
    assert client.token
    assert client.get("").status_code == 200
    emulator.expire_access_token(client.token)
    assert client.get("").status_code == 401


def test_an_access_token_is_no_password(client: Client) -> None:
    answer = Client(client.api, None).get("", auth=("x-token-auth", client.token))
    assert answer.status_code == 401


def test_without_credentials_a_private_repository_does_not_exist(client: Client) -> None:
    answer = Client(client.api, None).get("")
    assert answer.status_code == 404
    assert "does not exist or you do not have access" in answer.json()["error"]["message"]


def test_a_repository_token_cannot_see_its_neighbour(
    emulator: BitbucketEmulator, client: Client
) -> None:
    emulator.create_repository("acme/other")
    emulator.create_repository("umbrella/secret")
    for_workspace = client_with(emulator, "repository", kind="workspace_access_token")

    assert client.get("/repositories/acme/other").status_code == 404
    assert for_workspace.get("/repositories/acme/other").status_code == 200
    assert for_workspace.get("/repositories/umbrella/secret").status_code == 404


def test_what_cannot_be_seen_looks_like_what_is_not_there(
    emulator: BitbucketEmulator, client: Client
) -> None:
    emulator.create_repository("acme/other")

    hidden = client.get("/repositories/acme/other")
    missing = client.get("/repositories/acme/nothing")

    assert (hidden.status_code, hidden.text) == (missing.status_code, missing.text)


def test_a_hook_needs_the_scope_of_its_events(emulator: BitbucketEmulator) -> None:
    client = client_with(emulator, "webhook", "repository")
    body = {"url": "http://127.0.0.1:1/", "events": ["repo:push", EVENTS[0]]}

    refused = client.post("hooks", json=body)

    assert refused.status_code == 403
    assert refused.json()["error"]["detail"]["required"] == ["webhook", "pullrequest", "repository"]
    assert client.post("hooks", json=body | {"events": ["repo:push"]}).status_code == 201


@given(st.sets(st.sampled_from(sorted(SCOPES))), st.sampled_from(sorted(SCOPES)))
def test_more_scopes_never_allow_less(granted: set[str], extra: str) -> None:
    assert effective(granted) <= effective(granted | {extra})
    assert effective(effective(granted)) == effective(granted)
    assert allows(granted, granted)


def test_administration_includes_neither_reading_nor_writing() -> None:
    assert effective(["repository:admin"]) == {"repository:admin"}
    assert not allows(["repository:write"], ["pullrequest"])
    assert allows(["pullrequest:write"], ["pullrequest", "repository:write", "repository"])
