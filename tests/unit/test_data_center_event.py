import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bitbucket_integration.errors import MalformedEventError
from bitbucket_integration.integration import Provider
from bitbucket_integration.pull_request_event import (
    CLOUD_EVENTS,
    DATA_CENTER_EVENTS,
    IgnoredEvent,
    PullRequestEvent,
    is_ping,
    parse,
    request_id,
)
from bitbucket_integration.signature import is_valid
from tests.unit.samples import DATA_CENTER_WEBHOOKS, data_center_webhook, without_samples

HEAD = "bf0e8b7962c024026ad01ae09d3a11732e26c0d4"
RECORDED: dict[str, PullRequestEvent | IgnoredEvent] = {
    # From a Data Center 10, with dates as text.
    "newPRPayload.json": PullRequestEvent(
        "pr:opened", 1, "251fce291f086cdde68ae2a896148abb5b58033e"
    ),
    "deletePRPayload.json": PullRequestEvent(
        "pr:deleted", 1, "251fce291f086cdde68ae2a896148abb5b58033e"
    ),
    # With dates as milliseconds.
    "prOpenFromTagPayload.json": PullRequestEvent(
        "pr:opened", 1, "f0d122cd8b8bc393eb1953f4127a4addeae8fe97"
    ),
    "signed_payload.json": IgnoredEvent("repo:refs_changed"),
    "ping.json": IgnoredEvent("diagnostics:ping"),
    # Of a plugin that was there before Data Center had webhooks of its own.
    "updatePayload.json": IgnoredEvent("pullrequest:updated"),
}
NO_WEBHOOK = {"apiResponse.json"}


def read(event: str, body: bytes) -> PullRequestEvent | IgnoredEvent:
    return parse(Provider.DATA_CENTER, {"x-event-key": event}, body)


def body_of(pull_request: Any) -> bytes:
    return json.dumps({"eventKey": "pr:opened", "pullRequest": pull_request}).encode()


@without_samples
@pytest.mark.parametrize(("name", "expected"), RECORDED.items(), ids=RECORDED)
def test_a_recorded_webhook_is_read(name: str, expected: PullRequestEvent | IgnoredEvent) -> None:
    body = data_center_webhook(name)
    assert read(expected.event, body) == expected
    assert json.loads(body).get("eventKey", expected.event) == expected.event


@without_samples
def test_every_recorded_webhook_is_tried_here() -> None:
    assert {path.name for path in DATA_CENTER_WEBHOOKS} == RECORDED.keys() | NO_WEBHOOK


@without_samples
@pytest.mark.parametrize("name", ["updatePayload.json", "apiResponse.json", "ping.json"])
@pytest.mark.parametrize("event", DATA_CENTER_EVENTS)
def test_what_only_resembles_an_event_is_malformed(name: str, event: str) -> None:
    with pytest.raises(MalformedEventError, match=r"pullRequest\.id"):
        read(event, data_center_webhook(name))


def test_a_signature_is_made_alike_on_both_bitbuckets() -> None:
    # Atlassian's own example, "Securing your webhook" in Bitbucket's documentation.
    signed = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert is_valid(b"Hello World!", signed, "It's a Secret to Everybody")


@pytest.mark.parametrize("event", DATA_CENTER_EVENTS)
@pytest.mark.parametrize("date", [1744481998567, "2026-08-19T17:27:55.266Z", None])
def test_every_subscribed_event_is_read_whatever_form_its_dates_have(
    event: str, date: object
) -> None:
    pull_request = {
        "id": 7,
        "createdDate": date,
        "fromRef": {"latestCommit": HEAD, "repository": {"id": 9}},
    }
    assert read(event, body_of(pull_request)) == PullRequestEvent(event, 7, HEAD)


@pytest.mark.parametrize(
    "source",
    [None, {}, [], "main", *({"latestCommit": head} for head in (None, "", 7, "main", "a" * 41))],
    ids=repr,
)
def test_a_source_without_a_commit_leaves_the_head_unknown(source: Any) -> None:
    body = body_of({"id": 7, "fromRef": source})
    assert read("pr:modified", body) == PullRequestEvent("pr:modified", 7, None)


@pytest.mark.parametrize(
    "pull_request",
    [None, {}, [], "7", *({"id": wrong} for wrong in (None, "7", 7.0, 0, -1, True, 2**53, [7]))],
    ids=repr,
)
def test_a_subscribed_event_must_name_its_pull_request(pull_request: Any) -> None:
    with pytest.raises(MalformedEventError):
        read("pr:opened", body_of(pull_request))


@pytest.mark.parametrize("event", CLOUD_EVENTS)
def test_an_event_of_cloud_is_none_of_data_centers(event: str) -> None:
    assert read(event, b'{"pullrequest": {"id": 7}}') == IgnoredEvent(event)


@pytest.mark.parametrize("event", DATA_CENTER_EVENTS)
def test_an_event_of_data_center_is_none_of_clouds(event: str) -> None:
    body = body_of({"id": 7})
    assert parse(Provider.CLOUD, {"x-event-key": event}, body) == IgnoredEvent(event)


def test_only_a_ping_is_a_ping() -> None:
    assert is_ping({"x-event-key": "diagnostics:ping"})
    for event in (*DATA_CENTER_EVENTS, *CLOUD_EVENTS, "diagnostics:ping ", "DIAGNOSTICS:PING", ""):
        assert not is_ping({"x-event-key": event})
    assert not is_ping({})


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"x-request-uuid": "cloud"}, "cloud"),
        ({"x-request-id": "data center"}, "data center"),
        # A proxy on the way adds one of its own, another one for each attempt.
        ({"x-request-uuid": "cloud", "x-request-id": "proxy"}, "cloud"),
        ({"x-request-uuid": "", "x-request-id": "data center"}, "data center"),
        ({"x-request-id": ""}, None),
        ({}, None),
    ],
)
def test_a_delivery_has_an_id(headers: dict[str, str], found: str | None) -> None:
    assert request_id(headers) == found


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["pullRequest", "id", "fromRef", "latestCommit"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(
    st.sampled_from([*DATA_CENTER_EVENTS, *CLOUD_EVENTS, "diagnostics:ping"]) | st.text(),
    st.binary(max_size=50)
    | values.map(lambda value: json.dumps(value).encode())
    | values.map(body_of),
)
@example("pr:opened", b'{"pullRequest": {"id": 1e999}}')
def test_every_webhook_is_an_event_or_malformed(event: str, body: bytes) -> None:
    try:
        found = read(event, body)
    except MalformedEventError:
        return
    assert found.event == event
    assert isinstance(found, PullRequestEvent) is (event in DATA_CENTER_EVENTS)
