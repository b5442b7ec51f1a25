import json
import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.cloud_answers import RepositoryDescription
from bitbucket_integration.bitbucket.exchange import Page, Response
from bitbucket_integration.bitbucket.vocabulary import (
    Comment,
    Commit,
    PullRequest,
    PullRequestState,
    Webhook,
)
from bitbucket_integration.errors import BitbucketError, BitbucketUnavailableError
from tests.unit.cloud_calls import (
    CALLS,
    COMMIT,
    GONE_IS_FINE,
    REPOSITORY,
    WITHOUT_ANSWER,
    answer,
)
from tests.unit.samples import cloud_answer, without_samples

REPOSITORY_BODY = {
    "uuid": "{r}",
    "full_name": "acme/jaffle-shop",
    "workspace": {"uuid": "{w}", "slug": "acme"},
    "links": {"html": {"href": "https://bitbucket.org/acme/jaffle-shop"}},
}
PULL_REQUEST_BODY: dict[str, Any] = {
    "id": 7,
    "state": "OPEN",
    "title": "Count refunds",
    "draft": True,
    "destination": {"branch": {"name": "main"}},
    "source": {"commit": {"hash": "046d9a3c1532"}, "branch": {"name": "feature/orders"}},
    "links": {"html": {"href": "https://bitbucket.org/acme/jaffle-shop/pull-requests/7"}},
}
COMMENT_BODY = {
    "id": 11,
    "deleted": False,
    "content": {"raw": "# Hi", "markup": "markdown"},
    "links": {"html": {"href": "https://bitbucket.org/acme/jaffle-shop/pull-requests/7#c11"}},
}
COMMENT = Comment("11", "# Hi", "https://bitbucket.org/acme/jaffle-shop/pull-requests/7#c11")
WEBHOOK_BODY = {"uuid": "{h}", "url": "https://a.example/v1/webhooks/abc", "active": True}
WEBHOOK = Webhook("{h}", "https://a.example/v1/webhooks/abc")
PULL_REQUEST = PullRequest(
    7,
    PullRequestState.OPEN,
    "046d9a3c1532",
    "feature/orders",
    "https://bitbucket.org/acme/jaffle-shop/pull-requests/7",
    "Count refunds",
    "main",
    is_draft=True,
)


def description(granted: frozenset[str] | None) -> RepositoryDescription:
    return RepositoryDescription(
        "{w}", "{r}", "acme/jaffle-shop", "https://bitbucket.org/acme/jaffle-shop", granted
    )


@pytest.mark.parametrize(
    ("name", "body", "read"),
    [
        ("describe", REPOSITORY_BODY, description(None)),
        ("pull_request", PULL_REQUEST_BODY, PULL_REQUEST),
        ("open_pull_requests", {"values": [PULL_REQUEST_BODY]}, Page((PULL_REQUEST,), None)),
        ("commit", {"hash": COMMIT, "message": "Count"}, Commit(COMMIT, "Count")),
        ("newest_commit", {"values": [{"hash": COMMIT}]}, Commit(COMMIT, "")),
        ("newest_commit", {"values": []}, None),
        (
            "comments",
            {"values": [COMMENT_BODY, COMMENT_BODY | {"deleted": True}]},
            Page((COMMENT, None), None),
        ),
        ("comment", COMMENT_BODY, COMMENT),
        ("create_comment", COMMENT_BODY, COMMENT),
        ("update_comment", COMMENT_BODY, COMMENT),
        ("webhooks", {"values": [WEBHOOK_BODY]}, Page((WEBHOOK,), None)),
        ("webhooks", {"values": [], "next": None}, Page((), None)),
        ("create_webhook", WEBHOOK_BODY, WEBHOOK),
        ("update_webhook", WEBHOOK_BODY, WEBHOOK),
    ],
)
def test_an_answer_is_read(name: str, body: Any, read: Any) -> None:
    assert CALLS[name].read(answer(body)) == read
    assert CALLS[name].read(answer(body, 201)) == read


@pytest.mark.parametrize("name", sorted(WITHOUT_ANSWER))
@pytest.mark.parametrize("response", [Response(204), Response(201, {}, b"?")], ids=["204", "201"])
def test_where_success_says_all_the_body_does_not_matter(name: str, response: Response) -> None:
    assert CALLS[name].read(response) is None


@pytest.mark.parametrize(
    ("header", "granted"),
    [
        ("pullrequest:write, webhook", {"pullrequest:write", "webhook"}),
        ("webhook", {"webhook"}),
        ("", set()),
    ],
)
def test_a_description_tells_the_tokens_scopes(header: str, granted: set[str]) -> None:
    read = REPOSITORY.describe().read(answer(REPOSITORY_BODY, x_oauth_scopes=header))
    assert read == description(frozenset(granted))


def test_a_description_tells_the_tokens_kind() -> None:
    typed = answer(REPOSITORY_BODY, x_credential_type="repo_access_token")
    assert REPOSITORY.describe().read(typed).credential_type == "repo_access_token"
    assert REPOSITORY.describe().read(answer(REPOSITORY_BODY)).credential_type is None


@pytest.mark.parametrize(
    ("state", "read"),
    [
        ("OPEN", PullRequestState.OPEN),
        ("DRAFT", PullRequestState.OPEN),
        ("MERGED", PullRequestState.MERGED),
        ("DECLINED", PullRequestState.DECLINED),
        ("SUPERSEDED", PullRequestState.DECLINED),
    ],
)
def test_a_pull_request_is_open_or_is_not(state: str, read: PullRequestState) -> None:
    body = answer(PULL_REQUEST_BODY | {"state": state})
    assert REPOSITORY.pull_request(7).read(body).state is read


@pytest.mark.parametrize("commit", [{"commit": None}, {}], ids=["null", "missing"])
def test_a_pull_request_may_have_lost_its_head(commit: dict[str, Any]) -> None:
    source = {"branch": {"name": "feature/orders"}} | commit
    body = answer(PULL_REQUEST_BODY | {"source": source})
    assert REPOSITORY.pull_request(7).read(body).head is None


def test_a_reply_is_told_from_a_comment() -> None:
    reply = REPOSITORY.comment(7, "11").read(answer(COMMENT_BODY | {"parent": {"id": 1}}))
    assert reply is not None
    assert reply.is_reply
    assert not COMMENT.is_reply


@pytest.mark.parametrize("name", sorted(GONE_IS_FINE))
@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_already_is_no_error_where_that_is_fine(name: str, status: int) -> None:
    assert CALLS[name].read(Response(status)) is None


@pytest.mark.parametrize("name", ["comment", "update_comment"])
def test_a_deleted_comment_is_gone_though_bitbucket_still_shows_it(name: str) -> None:
    deleted = COMMENT_BODY | {"deleted": True, "content": {"raw": ""}}
    assert CALLS[name].read(answer(deleted)) is None


READ = sorted(CALLS.keys() - WITHOUT_ANSWER)


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize(
    "body",
    [None, [], {}, "text", 7, [{}], {"values": [None]}, {"values": 7}, {"values": [{"id": {}}]}],
    ids=repr,
)
def test_an_answer_of_another_shape_counts_as_none(name: str, body: Any) -> None:
    with pytest.raises(BitbucketUnavailableError, match="unexpected shape"):
        CALLS[name].read(answer(body))


@pytest.mark.parametrize("commit", [None, 7, "", COMMIT[:12], COMMIT.upper(), f"{COMMIT}/x"])
def test_a_commit_that_is_not_full_counts_as_no_answer(commit: object) -> None:
    with pytest.raises(BitbucketUnavailableError, match="unexpected shape"):
        REPOSITORY.commit("046d9a3c1532").read(answer({"hash": commit}))


@without_samples
@pytest.mark.parametrize("number", [1, 2])
def test_a_recorded_pull_request_is_read(number: int) -> None:
    recorded = cloud_answer(f"-pullrequests-{number}.json")
    read = REPOSITORY.pull_request(number).read(Response(200, {}, recorded))
    body = json.loads(recorded)
    assert read.id == body["id"]
    assert read.head == body["source"]["commit"]["hash"]
    assert read.source_branch == body["source"]["branch"]["name"]
    assert read.destination_branch == body["destination"]["branch"]["name"]
    assert read.title == body["title"]


@without_samples
def test_recorded_pages_and_commits_are_read() -> None:
    page = REPOSITORY.open_pull_requests().read(
        Response(200, {}, cloud_answer("-pullrequests_pagelen_50.json"))
    )
    assert {one.state for one in page.items} == {PullRequestState.OPEN}
    hooks = REPOSITORY.webhooks().read(Response(200, {}, cloud_answer("-hooks_pagelen_100.json")))
    assert hooks.items[0].id == "{202cf34e-7ccf-44b7-ba6b-8827a14d5324}"
    short = Response(200, {}, cloud_answer("-commit-046d9a3c1532.json"))
    assert REPOSITORY.commit("046d9a3c1532").read(short) == Commit(
        COMMIT, json.loads(short.body)["message"]
    )


def test_a_commit_may_have_no_message() -> None:
    for body in ({"hash": COMMIT}, {"hash": COMMIT, "message": None}):
        assert REPOSITORY.commit(COMMIT).read(answer(body)) == Commit(COMMIT, "")


@pytest.mark.parametrize(
    ("change", "draft"),
    [
        ({"draft": True}, True),
        ({"draft": False}, False),
        ({"draft": None}, False),
        ({"state": "DRAFT", "draft": None}, True),
    ],
)
def test_a_draft_is_open_and_known_as_one(change: dict[str, Any], *, draft: bool) -> None:
    read = REPOSITORY.pull_request(7).read(answer(PULL_REQUEST_BODY | change))
    assert (read.state, read.is_draft) == (PullRequestState.OPEN, draft)


def test_a_pull_request_may_lead_nowhere() -> None:
    read = REPOSITORY.pull_request(7).read(answer(PULL_REQUEST_BODY | {"destination": None}))
    assert read.destination_branch == ""


@without_samples
def test_a_recorded_repository_and_webhook_are_read() -> None:
    read = REPOSITORY.describe().read(Response(200, {}, cloud_answer(".json")))
    assert (read.repository_uuid, read.full_name) == (
        "{3deb8c29-778a-450c-8f69-3e50a18079df}",
        "amuniz/test-repos",
    )
    created = CALLS["create_webhook"].read(Response(201, {}, cloud_answer("-hooks.json")))
    assert created == Webhook(
        "{202cf34e-7ccf-44b7-ba6b-8827a14d5324}",
        "https://jenkins.io/jenkins/bitbucket-scmsource-hook/notify",
        active=True,
        events=created.events,
    )
    assert "pullrequest:created" in created.events


def test_a_webhook_tells_whether_it_is_as_it_should_be() -> None:
    body = WEBHOOK_BODY | {"active": False, "events": ["pullrequest:created", "repo:push"]}
    hook = CALLS["update_webhook"].read(answer(body))
    assert not hook.active
    assert hook.events == {"pullrequest:created", "repo:push"}


texts = st.text(max_size=5) | st.sampled_from(["OPEN", "MERGED", "html", COMMIT])
names = st.sampled_from(
    [
        *("id", "uuid", "workspace", "full_name", "links", "html", "href", "state", "source"),
        *("commit", "hash", "branch", "name", "content", "raw", "deleted", "parent", "url"),
        *("values", "next", "error", "detail", "required", "message"),
    ]
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=12,
)
damaged = st.builds(
    lambda body, name, value: body | {name: value},
    st.sampled_from([REPOSITORY_BODY, PULL_REQUEST_BODY, COMMENT_BODY, WEBHOOK_BODY]),
    names,
    json_values,
)
pages = st.builds(lambda one, following: {"values": [one], "next": following}, damaged, json_values)
bodies = st.binary(max_size=60) | (json_values | damaged | pages).map(
    lambda value: json.dumps(value).encode()
)
headers = st.dictionaries(
    st.sampled_from(["x-oauth-scopes", "x-accepted-oauth-scopes", "retry-after"]), st.text()
)


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(CALLS)),
    st.just(200) | st.integers(100, 599),
    headers,
    bodies,
)
@example("pull_request", 200, {}, json.dumps(PULL_REQUEST_BODY | {"id": math.inf}).encode())
@example("comment", 403, {}, b"[" * 200_000)
@example("commit", 200, {}, b"[" * 200_000)
def test_every_answer_is_read_or_a_bitbucket_error(
    name: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    try:
        CALLS[name].read(Response(status, headers, body))
    except BitbucketError as error:
        assert len(str(error)) < 500  # noqa: PT017 either outcome is right
    else:
        assert 200 <= status < 300 or (name in GONE_IS_FINE and status in {404, 410})
