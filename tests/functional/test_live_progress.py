"""What the checks of a call have found can be seen while it runs."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import requests
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from urllib3 import HTTPResponse

from tests.functional.aws_calls import KilledError
from tests.functional.aws_resources import session
from tests.functional.bench import on_both
from tests.functional.conftest import System
from tests.functional.gateway import gateway
from tests.functional.patient import Patient
from tests.functional.problems import fields, problem
from tests.functional.watched_calls import (
    PROGRESS_ID,
    between_checks,
    is_of_progress,
    serving,
)

pytestmark = on_both

type Call = Callable[[System], requests.Response]

SEEN = f"/progress/{PROGRESS_ID}"
WATCHED = {"progress_id": PROGRESS_ID}


@pytest.fixture
def watched(system: System) -> Iterator[System]:
    with gateway(serving(system.account)) as url:
        yield replace(system, url=url)


def connecting(_: System) -> Call:
    return connect


def connect(system: System) -> requests.Response:
    return system.configure(PROGRESS_ID)


def checking(system: System) -> Call:
    path = f"/integrations/{system.connect().id}/check"
    return lambda watched: watched.call("POST", path, params=WATCHED)


def progress(system: System) -> dict[str, Any]:
    answer = system.call("GET", SEEN)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def names(body: dict[str, Any]) -> list[str]:
    return [one["name"] for one in body["checks"]]


def looked_at_between(system: System, call: Call) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What was seen of a call while it ran, and what it answered."""
    seen: list[dict[str, Any]] = []
    with between_checks(system.account, lambda: seen.append(progress(system))):
        answer = call(system)
    body: dict[str, Any] = answer.json()
    return seen, body


@pytest.mark.parametrize("story", [connecting, checking])
def test_grows_while_the_call_runs_and_ends_as_its_answer(
    watched: System, story: Callable[[System], Call]
) -> None:
    call = story(watched)
    asked: list[int] = []
    seen: list[dict[str, Any]] = []

    def look() -> None:
        asked.append(len(watched.bitbucket.requests("*")))
        seen.append(progress(watched))

    with between_checks(watched.account, look):
        answer = call(watched).json()
    # Bitbucket was asked something between one look and the next, but after the last check.
    assert sorted(set(asked[:-1])) == asked[:-1]
    *before, last = seen
    assert [one["looking_at"] for one in before] == [
        "reachable",
        *([] if watched.bench.provider == "bitbucket-cloud" else ["token"]),
        "comment",
        "build_status",
        "manage_webhooks",
        "webhook",
        "delivery",
    ]
    order = names(answer)
    for one in before:
        assert one["ended"] is False
        assert names(one) == order[: order.index(one["looking_at"])]
        assert one["checks"] == answer["checks"][: len(one["checks"])]
    assert last == {"checks": answer["checks"], "looking_at": None, "ended": True}
    assert progress(watched) == last


def test_a_failed_check_ends_it_with_its_cure(watched: System) -> None:
    watched.bitbucket.add_fault("server_error", path=watched.bench.webhooks)
    seen, refused = looked_at_between(watched, connect)
    assert [one["ended"] for one in seen][-2:] == [False, True]
    assert seen[-2]["looking_at"] == "manage_webhooks"
    assert seen[-1]["checks"] == refused["checks"]
    [failed] = [one for one in seen[-1]["checks"] if one["status"] == "failed"]
    assert failed["name"] == "manage_webhooks"
    assert failed["cure"]


def test_a_check_that_finds_no_access_token_tells_so(watched: System) -> None:
    patient = Patient(watched)
    patient.configure()
    [secret] = watched.account.access_tokens()
    watched.account.client("secretsmanager").delete_secret(
        SecretId=secret, ForceDeleteWithoutRecovery=True
    )
    answer = watched.call("POST", f"/integrations/{patient.id}/check", params=WATCHED).json()
    assert answer["ok"] is False
    assert progress(watched) == {"checks": answer["checks"], "looking_at": None, "ended": True}


def test_what_was_found_before_a_call_was_cut_off_stays(watched: System) -> None:
    watched.account.calls.fail("TransactWriteItems", KilledError())
    assert connect(watched).status_code == 502
    left = progress(watched)
    assert left["ended"] is False
    assert left["looking_at"] == "manage_webhooks"
    assert {"repository", "comment"} <= set(names(left))
    assert connect(watched).status_code == 201
    assert progress(watched)["ended"] is True


@pytest.mark.parametrize("failing", [1, 2, 6])
def test_a_connection_does_not_depend_on_being_seen(watched: System, failing: int) -> None:
    calls = watched.account.calls
    kept: list[int] = []

    def strikes(parameters: Any) -> bool:
        kept.append(1)
        return is_of_progress(parameters) and len(kept) == failing

    calls.fail("PutItem", where=strikes)
    answer = connect(watched)
    assert answer.status_code == 201
    assert answer.json()["ci_token"]
    assert len(calls.of("PutItem")) == failing
    warnings = [one for one in watched.account.logs() if one.get("level") == "WARNING"]
    assert [one["message"] for one in warnings] == ["progress not kept"]


def test_what_cannot_be_kept_is_not_tried_again(watched: System) -> None:
    sent: list[str] = []

    def unavailable(request: Any, **_: Any) -> Any:
        sent.append(request.url)
        body = HTTPResponse(BytesIO(b"{}"), preload_content=False)
        return AWSResponse(request.url, 500, HTTPHeaders(), body)

    events = session("functions").events
    events.register_first("before-send.dynamodb.PutItem", unavailable)
    watched.account.cold()
    try:
        assert connect(watched).status_code == 201
    finally:
        events.unregister("before-send.dynamodb.PutItem", unavailable)
    assert len(sent) == 1


def test_calls_without_an_id_keep_nothing(watched: System) -> None:
    patient = Patient(watched)
    patient.configure()
    patient.check()
    assert watched.account.calls.of("PutItem") == []


def test_nothing_is_known_of_calls_that_were_not_made(watched: System) -> None:
    refused = problem(watched.call("GET", SEEN), 404, "unknown_progress")
    assert PROGRESS_ID in refused["detail"]


def test_is_for_the_admin_alone(watched: System) -> None:
    connect(watched)
    for token in (None, "wrong", watched.access_token):
        problem(watched.call("GET", SEEN, token), 401, "not_authenticated")


@pytest.mark.parametrize("wrong", ["short", "UPPERCASE-UPPERCASE", "a" * 41])
def test_an_id_has_to_be_hard_to_guess(watched: System, wrong: str) -> None:
    answer = watched.configure(wrong)
    assert fields(problem(answer, 422, "invalid_request")) == ["progress_id"]
    answer = watched.call("GET", f"/progress/{wrong}")
    assert fields(problem(answer, 422, "invalid_request")) == ["progress_id"]


def test_many_repositories_at_once_have_no_progress_to_look_at(watched: System) -> None:
    answer = watched.configure(PROGRESS_ID, repository=None, repositories=["acme/jaffle-shop"])
    assert fields(problem(answer, 422, "invalid_request")) == ["progress_id"]
