import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bitbucket_integration.errors import MalformedEventError
from bitbucket_integration.integration import Provider
from bitbucket_integration.pull_request_event import (
    CLOUD_EVENTS,
    IgnoredEvent,
    PullRequestEvent,
    parse,
)
from tests.unit.samples import CLOUD_WEBHOOKS, cloud_webhook, without_samples

HEAD = "d31df3425c5b"
RECORDED = {
    "createPayloadFork.json": ("pullrequest:created", 3, "1c48041a96db"),
    "createPayloadOrigin.json": ("pullrequest:created", 1, "a72355f35fde"),
    "fulfilledPayload.json": ("pullrequest:fulfilled", 2, "a72355f35fde"),
    "pullrequest_created.json": ("pullrequest:created", 735, HEAD),
    "pullrequest_rejected.json": ("pullrequest:rejected", 735, HEAD),
    "pullrequest_updated.json": ("pullrequest:updated", 1, "f945c96c71d0"),
    "rejectedPayload.json": ("pullrequest:rejected", 3, "63e3d18dca4c"),
    "updatePayload_newCommit.json": ("pullrequest:updated", 3, "63e3d18dca4c"),
    "updatePayload_newDestination.json": ("pullrequest:updated", 3, "63e3d18dca4c"),
    "updatePayload_newDestinationCommit.json": ("pullrequest:updated", 3, "63e3d18dca4c"),
}
NO_PULL_REQUEST = {"signed_payload.json": "repo:push"}


def body_of(pull_request: Any) -> bytes:
    return json.dumps({"pullrequest": pull_request}).encode()


@without_samples
@pytest.mark.parametrize(("name", "expected"), RECORDED.items(), ids=RECORDED)
def test_a_recorded_event_names_its_pull_request_and_head(
    name: str, expected: tuple[str, int, str]
) -> None:
    headers = {"x-event-key": expected[0]}
    assert parse(Provider.CLOUD, headers, cloud_webhook(name)) == PullRequestEvent(*expected)


@without_samples
@pytest.mark.parametrize(("name", "event"), NO_PULL_REQUEST.items(), ids=NO_PULL_REQUEST)
def test_a_recorded_event_of_another_kind_is_ignored(name: str, event: str) -> None:
    assert parse(Provider.CLOUD, {"x-event-key": event}, cloud_webhook(name)) == IgnoredEvent(event)


@without_samples
def test_every_recorded_webhook_is_tried_here() -> None:
    assert {path.name for path in CLOUD_WEBHOOKS} == RECORDED.keys() | NO_PULL_REQUEST


@pytest.mark.parametrize("event", CLOUD_EVENTS)
def test_every_subscribed_event_is_read(event: str) -> None:
    body = body_of({"id": 7, "source": {"commit": {"hash": HEAD}}})
    assert parse(Provider.CLOUD, {"x-event-key": event}, body) == PullRequestEvent(event, 7, HEAD)


@pytest.mark.parametrize(
    "source",
    [
        None,
        {},
        {"commit": None},
        {"commit": {}},
        {"commit": {"hash": None}},
        {"commit": {"hash": ""}},
        {"commit": {"hash": 12}},
        {"commit": {"hash": "\ud800"}},
        {"commit": {"hash": "not a commit"}},
        {"commit": {"hash": "a" * 41}},
        [],
        "main",
    ],
    ids=repr,
)
def test_a_source_without_a_commit_leaves_the_head_unknown(source: Any) -> None:
    event = parse(
        Provider.CLOUD, {"x-event-key": "pullrequest:updated"}, body_of({"id": 7, "source": source})
    )
    assert event == PullRequestEvent("pullrequest:updated", 7, None)


@pytest.mark.parametrize(
    "pull_request",
    [
        None,
        {},
        [],
        "7",
        *({"id": wrong} for wrong in (None, "7", 7.0, 0, -1, True, 2**53, [7])),
    ],
    ids=repr,
)
def test_a_subscribed_event_must_name_its_pull_request(pull_request: Any) -> None:
    with pytest.raises(MalformedEventError):
        parse(Provider.CLOUD, {"x-event-key": "pullrequest:created"}, body_of(pull_request))


@pytest.mark.parametrize("event", [*CLOUD_EVENTS, "repo:push", ""])
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"payload={}", b"[" * 200_000, b"1" * 5000],
    ids=["empty", "cut off", "not text", "a form", "too deep", "too long a number"],
)
def test_what_is_not_json_is_malformed_whatever_the_event(event: str, body: bytes) -> None:
    with pytest.raises(MalformedEventError):
        parse(Provider.CLOUD, {"x-event-key": event}, body)


@pytest.mark.parametrize(
    "event", ["", "pullrequest:approved", "PULLREQUEST:CREATED", "diagnostics:ping", "repo:push"]
)
@pytest.mark.parametrize("body", [b"{}", b"null", b'{"pullrequest": {"id": 7}}'])
def test_an_event_that_nobody_waits_for_is_ignored(event: str, body: bytes) -> None:
    assert parse(Provider.CLOUD, {"x-event-key": event}, body) == IgnoredEvent(event)


def test_a_webhook_without_an_event_key_is_ignored() -> None:
    assert parse(Provider.CLOUD, {}, b"{}") == IgnoredEvent("")


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["pullrequest", "id", "source", "commit", "hash"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
bodies = st.binary(max_size=50) | values.map(lambda value: json.dumps(value).encode())


@given(
    st.dictionaries(st.sampled_from(["x-event-key", "x-request-uuid"]) | st.text(), st.text())
    | st.builds(lambda event: {"x-event-key": event}, st.sampled_from(CLOUD_EVENTS)),
    bodies | values.map(body_of),
)
@example({"x-event-key": "pullrequest:created"}, b'{"pullrequest": {"id": 1e999}}')
def test_every_webhook_is_an_event_or_malformed(headers: dict[str, str], body: bytes) -> None:
    try:
        event = parse(Provider.CLOUD, headers, body)
    except MalformedEventError:
        return
    assert event.event == headers.get("x-event-key", "")
    assert isinstance(event, PullRequestEvent) is (event.event in CLOUD_EVENTS)
