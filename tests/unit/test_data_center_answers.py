import json
import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.data_center_answers import (
    FIRST_WITH_REPOSITORY_BUILDS,
    OLDEST_SUPPORTED,
    ApplicationProperties,
    DataCenterDescription,
    WebhookDelivery,
    WebhookTest,
    release,
)
from bitbucket_integration.bitbucket.exchange import Page, Response
from bitbucket_integration.bitbucket.vocabulary import (
    Comment,
    Commit,
    PullRequest,
    PullRequestState,
    Webhook,
)
from bitbucket_integration.errors import (
    BitbucketError,
    BitbucketUnavailableError,
    MovedInBitbucketError,
)
from tests.unit.cloud_calls import answer
from tests.unit.data_center_calls import (
    BASE_URL,
    CALLS,
    COMMENT,
    COMMIT,
    GONE_IS_FINE,
    REPOSITORY,
    SEEN_AT,
    WITHOUT_ANSWER,
)
from tests.unit.samples import data_center_answer, without_samples

PROPERTIES_BODY = {
    "version": "9.4.2",
    "buildNumber": "9004002",
    "buildDate": "1744000000000",
    "displayName": "Bitbucket",
}
REPOSITORY_BODY = {
    "id": 7,
    "slug": "jaffle-shop",
    "project": {"key": "DATA"},
    "links": {"self": [{"href": f"{SEEN_AT}/browse"}]},
}
PULL_REQUEST_BODY: dict[str, Any] = {
    "id": 7,
    "state": "OPEN",
    "title": "Count refunds",
    "draft": True,
    "toRef": {"id": "refs/heads/main", "repository": {"id": 7}},
    "createdDate": "2026-08-19T17:27:55.266Z",
    "fromRef": {"id": "refs/heads/feature/orders", "latestCommit": COMMIT},
    "links": {"self": [{"href": f"{SEEN_AT}/pull-requests/7"}]},
}
COMMENT_BODY = {"id": 11, "version": 3, "text": "# Hi", "createdDate": 1744481998567}
WEBHOOK_BODY = {"id": 2, "url": "https://a.example/v1/webhooks/abc", "active": True, "events": []}
WEBHOOK = Webhook("2", "https://a.example/v1/webhooks/abc")
DELIVERY_BODY = {
    "id": 3,
    "event": "pr:opened",
    "start": 1744481998567,
    "result": {"outcome": "FAILURE", "description": "500"},
}
DESCRIPTION = DataCenterDescription(7, "DATA", "jaffle-shop", SEEN_AT)
PULL_REQUEST = PullRequest(
    7,
    PullRequestState.OPEN,
    COMMIT,
    "feature/orders",
    f"{SEEN_AT}/pull-requests/7",
    "Count refunds",
    "main",
    is_draft=True,
)


def activity(action: str = "ADDED", **comment: Any) -> dict[str, Any]:
    return {"action": "COMMENTED", "commentAction": action, "comment": COMMENT_BODY | comment}


def page_of(*values: Any) -> dict[str, Any]:
    return {"values": list(values), "isLastPage": True}


@pytest.mark.parametrize(
    ("name", "body", "read"),
    [
        ("application_properties", PROPERTIES_BODY, ApplicationProperties("9.4.2", "Bitbucket")),
        ("describe", REPOSITORY_BODY, DESCRIPTION),
        ("pull_request", PULL_REQUEST_BODY, PULL_REQUEST),
        ("open_pull_requests", page_of(PULL_REQUEST_BODY), Page((PULL_REQUEST,), None)),
        ("commit", {"id": COMMIT, "message": "Count"}, Commit(COMMIT, "Count")),
        ("newest_commit", page_of({"id": COMMIT}), Commit(COMMIT, "")),
        ("newest_commit", page_of(), None),
        ("comments", page_of(activity()), Page((COMMENT,), None)),
        ("comment", COMMENT_BODY, COMMENT),
        ("create_comment", COMMENT_BODY, COMMENT),
        ("update_comment", COMMENT_BODY, COMMENT),
        ("webhooks", page_of(WEBHOOK_BODY), Page((WEBHOOK,), None)),
        ("create_webhook", WEBHOOK_BODY, WEBHOOK),
        ("update_webhook", WEBHOOK_BODY, WEBHOOK),
        ("test_webhook", {"response": {"status": 202}}, WebhookTest(202)),
        ("latest_delivery", DELIVERY_BODY, WebhookDelivery("pr:opened", "FAILURE", "500")),
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
    ("header", "user"),
    [
        ("http_access_token-7", "http_access_token-7"),
        ("ada@example.com", "ada@example.com"),
        ("", ""),
        ("<b>ada</b>", ""),
        ("two words", ""),
        ("a" * 101, ""),
    ],
)
def test_a_description_tells_whom_the_token_acts_as(header: str, user: str) -> None:
    plain = answer(REPOSITORY_BODY)
    told = Response(plain.status, {**plain.headers, "x-ausername": header}, plain.body)
    assert CALLS["describe"].read(told).user == user


def test_the_name_of_a_repository_is_its_projects_and_its_own() -> None:
    assert DESCRIPTION.full_name == "DATA/jaffle-shop"


@pytest.mark.parametrize(
    "links",
    [
        None,
        [],
        {},
        {"self": []},
        {"self": [{}]},
        {"self": {"href": SEEN_AT}},
        {"self": [{"href": "javascript:alert(1)"}]},
        {"self": [{"href": "https://a.example/)[x](https://evil.example"}]},
        {"self": [{"href": "https://a.example/ x"}]},
        {"self": [{"href": f"https://a.example/{'x' * 3000}"}]},
    ],
    ids=lambda links: repr(links)[:60],
)
def test_without_a_usable_link_things_are_seen_below_the_base_url(links: Any) -> None:
    described = REPOSITORY.describe().read(answer(REPOSITORY_BODY | {"links": links}))
    assert described == DESCRIPTION
    read = REPOSITORY.pull_request(7).read(answer(PULL_REQUEST_BODY | {"links": links}))
    assert read == PULL_REQUEST


def test_a_users_repository_is_seen_below_the_user() -> None:
    repository = DataCenterRepository(BASE_URL, "~jane", "shop")
    body = {"id": 7, "slug": "shop", "project": {"key": "~jane"}}
    seen_at = f"{BASE_URL}/users/jane/repos/shop"
    assert repository.describe().read(answer(body)).web_url == seen_at
    comment = repository.comment(7, "11").read(answer(COMMENT_BODY))
    assert comment is not None
    assert comment.web_url == f"{seen_at}/pull-requests/7/overview?commentId=11"


def test_people_may_see_the_repository_at_another_address() -> None:
    repository = DataCenterRepository(BASE_URL, "DATA", "shop", web_url="https://people.example/s")
    seen_at = "https://people.example/s/pull-requests/7"
    comment = repository.comment(7, "11").read(answer(COMMENT_BODY))
    assert comment is not None
    assert comment.web_url == f"{seen_at}/overview?commentId=11"
    without_links = PULL_REQUEST_BODY | {"links": None}
    assert repository.pull_request(7).read(answer(without_links)).web_url == seen_at


@pytest.mark.parametrize("state", list(PullRequestState))
@pytest.mark.parametrize("draft", [True, False])
def test_a_pull_request_is_open_or_is_not_and_a_draft_is(
    state: PullRequestState,
    draft: bool,  # noqa: FBT001
) -> None:
    body = PULL_REQUEST_BODY | {"state": state.value.upper(), "draft": draft}
    read = REPOSITORY.pull_request(7).read(answer(body))
    assert (read.state, read.is_draft) == (state, draft)


def test_servers_before_8_18_know_no_drafts() -> None:
    body = {name: value for name, value in PULL_REQUEST_BODY.items() if name != "draft"}
    assert REPOSITORY.pull_request(7).read(answer(body)).is_draft is False


@pytest.mark.parametrize(
    ("source", "head", "branch"),
    [
        ({"id": "refs/heads/main", "latestCommit": COMMIT}, COMMIT, "main"),
        ({"id": "refs/heads/main", "latestCommit": None}, None, "main"),
        ({"id": "refs/heads/main"}, None, "main"),
        ({"id": "refs/tags/v1.0", "latestCommit": COMMIT}, COMMIT, "refs/tags/v1.0"),
        ({"id": "refs/heads/refs/heads/x", "latestCommit": COMMIT}, COMMIT, "refs/heads/x"),
    ],
)
def test_a_pull_request_comes_from_a_ref(
    source: dict[str, Any], head: str | None, branch: str
) -> None:
    read = REPOSITORY.pull_request(7).read(answer(PULL_REQUEST_BODY | {"fromRef": source}))
    assert (read.head, read.source_branch) == (head, branch)


def test_only_what_was_commented_is_listed() -> None:
    body = page_of(
        {"action": "OPENED", "id": 1},
        activity(id=1),
        {"action": "RESCOPED", "added": {}},
        {"action": "REVIEW_COMMENTED", "comment": {}},
        {},
        {"action": "COMMENTED"},
        activity("UPDATED", id=2),
        activity("DELETED", id=3),
        activity("REPLIED", id=4),
        activity(id=5, parent={"id": 1}),
    )
    page = REPOSITORY.comments(7).read(answer(body))
    assert [(one.id, one.is_reply) for one in page.items if one] == [("1", False), ("5", True)]


@pytest.mark.parametrize(
    "comment",
    [None, 7, {}, {"id": 1}, *(COMMENT_BODY | {"id": wrong} for wrong in (True, 0, "1", -1))],
    ids=repr,
)
def test_a_comment_of_another_shape_is_no_answer(comment: Any) -> None:
    body = page_of({"action": "COMMENTED", "commentAction": "ADDED", "comment": comment})
    with pytest.raises(BitbucketUnavailableError, match="unexpected shape"):
        REPOSITORY.comments(7).read(answer(body))


def test_a_webhook_tells_whether_it_is_as_it_should_be() -> None:
    body = WEBHOOK_BODY | {"active": False, "events": ["pr:opened", "pr:merged"]}
    hook = CALLS["update_webhook"].read(answer(body))
    assert not hook.active
    assert hook.events == {"pr:opened", "pr:merged"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"response": {"status": 404, "body": "no"}}, 404),
        ({"response": {"statusCode": 503}}, 503),
        ({"request": {}, "result": {"outcome": "SUCCESS", "statusCode": 202}}, 202),
        ({"request": {}, "result": {"outcome": "ERROR", "description": "timeout"}}, None),
        ({"request": {}, "response": {}}, None),
        ({"response": None}, None),
        ({"response": {"status": "200"}}, None),
        ({}, None),
    ],
)
def test_a_test_tells_what_the_webhook_answered_if_anything(body: Any, status: int | None) -> None:
    assert REPOSITORY.test_webhook("https://a.example").read(answer(body)) == WebhookTest(status)


def test_before_the_first_delivery_there_is_no_latest() -> None:
    assert REPOSITORY.latest_delivery("2").read(Response(204)) is None


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("7.0.0", (7, 0)),
        ("7.21.3", (7, 21)),
        ("9.4", (9, 4)),
        ("10.0.1", (10, 0)),
        ("10.3.2-SNAPSHOT", (10, 3)),
        ("8.19.0-rc1", (8, 19)),
    ],
)
def test_a_version_is_compared_by_numbers(version: str, number: tuple[int, int]) -> None:
    assert release(version) == number
    assert release(version) >= OLDEST_SUPPORTED


def test_releases_are_older_or_newer() -> None:
    assert release("6.10.17") < OLDEST_SUPPORTED
    assert release("7.3.99") < FIRST_WITH_REPOSITORY_BUILDS <= release("7.4.0")
    assert release("7.21.0") > release("7.4.0")
    assert release("10.0.0") > release("9.4.0")


@pytest.mark.parametrize(
    "version", ["", "9", "9.", "v9.4.2", "9.4.2\n", "9.4 2", "٩.٤", "9" * 500, 9.4, None, ["9.4"]]
)
def test_what_is_no_version_is_no_bitbucket(version: object) -> None:
    with pytest.raises(BitbucketUnavailableError, match="unexpected shape"):
        REPOSITORY.application_properties().read(answer(PROPERTIES_BODY | {"version": version}))


# The answer to a test need only be an object.
READ = sorted(CALLS.keys() - WITHOUT_ANSWER - {"test_webhook"})


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize(
    "body",
    [None, [], "text", 7, [{}], {"values": [None]}, {"values": 7}, {"values": [{"id": {}}]}],
    ids=repr,
)
def test_an_answer_of_another_shape_counts_as_none(name: str, body: Any) -> None:
    with pytest.raises(BitbucketUnavailableError, match="unexpected shape"):
        CALLS[name].read(answer(body))


@pytest.mark.parametrize("commit", [None, 7, "", COMMIT[:12], COMMIT.upper(), f"{COMMIT}/x"])
def test_a_commit_that_is_not_full_counts_as_no_answer(commit: object) -> None:
    with pytest.raises(BitbucketUnavailableError, match="unexpected shape"):
        REPOSITORY.commit("bf0e8b7962c0").read(answer({"id": commit}))


@without_samples
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "-pull-requests-1.json",
            (1, "bf0e8b7962c024026ad01ae09d3a11732e26c0d4", "release/release-1"),
        ),
        ("-pull-requests-2.json", (2, "046d9a3c1532acf4cf08fe93235c00e4d673c1d2", "feature/BB-2")),
    ],
)
def test_a_recorded_pull_request_is_read(name: str, expected: tuple[int, str, str]) -> None:
    read = REPOSITORY.pull_request(1).read(Response(200, {}, data_center_answer(name)))
    assert (read.id, read.head, read.source_branch) == expected
    assert read.state is PullRequestState.OPEN
    assert read.web_url == (
        f"http://localhost:7990/projects/AMUNIZ/repos/test-repos/pull-requests/{read.id}"
    )


@without_samples
def test_a_recorded_repository_and_webhooks_are_read() -> None:
    described = REPOSITORY.describe().read(Response(200, {}, data_center_answer(".json")))
    assert described == DataCenterDescription(
        1, "AMUNIZ", "test-repos", "http://localhost:7990/projects/AMUNIZ/repos/test-repos"
    )
    recorded = data_center_answer("-webhooks_start_0_limit_200.json")
    page = REPOSITORY.webhooks().read(Response(200, {}, recorded))
    [hook] = page.items
    assert (hook.id, hook.active, hook.events) == ("2", True, frozenset({"repo:refs_changed"}))
    assert page.following is None


texts = st.text(max_size=5) | st.sampled_from(
    ["OPEN", "COMMENTED", "ADDED", "refs/heads/x", COMMIT]
)
names = st.sampled_from(
    [
        *("id", "slug", "project", "key", "links", "self", "href", "state", "fromRef", "version"),
        *("latestCommit", "text", "parent", "url", "events", "action", "commentAction", "comment"),
        *("values", "isLastPage", "nextPageStart", "errors", "message", "exceptionName"),
        *("response", "status", "event", "result", "outcome", "displayName"),
    ]
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=12,
)
damaged = st.builds(
    lambda body, name, value: body | {name: value},
    st.sampled_from(
        [
            *(PROPERTIES_BODY, REPOSITORY_BODY, PULL_REQUEST_BODY, COMMENT_BODY, WEBHOOK_BODY),
            *(DELIVERY_BODY, activity()),
        ]
    ),
    names,
    json_values,
)
pages = st.builds(
    lambda one, last, start: {"values": [one], "isLastPage": last, "nextPageStart": start},
    damaged,
    json_values,
    json_values,
)
bodies = st.binary(max_size=60) | (json_values | damaged | pages).map(
    lambda value: json.dumps(value).encode()
)
headers = st.dictionaries(st.sampled_from(["location", "retry-after"]), st.text())


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(CALLS)), st.just(200) | st.integers(100, 599), headers, bodies)
@example("pull_request", 200, {}, json.dumps(PULL_REQUEST_BODY | {"id": math.inf}).encode())
@example("comment", 401, {}, b"[" * 200_000)
@example("commit", 200, {}, b"[" * 200_000)
def test_every_answer_is_read_or_a_bitbucket_error(
    name: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    try:
        CALLS[name].read(Response(status, headers, body))
    except BitbucketError as error:
        assert len(str(error)) < 500  # noqa: PT017 either outcome is right
        moved = isinstance(error, MovedInBitbucketError)
        assert moved is (status in {301, 307, 308} and bool(headers.get("location")))
    else:
        assert 200 <= status < 300 or (name in GONE_IS_FINE and status in {404, 410})


def test_a_comment_knows_its_version() -> None:
    updated = REPOSITORY.update_comment(7, COMMENT, "new").read(
        answer(COMMENT_BODY | {"version": 4, "text": "new"})
    )
    assert updated == Comment("11", "new", COMMENT.web_url, version=4)
