"""The whole API, asked what its description allows and what not, answers as it describes."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bitbucket_integration.signature import sign
from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.bench import on_both
from tests.functional.conftest import Connection, System
from tests.functional.data_diff_lines import different
from tests.functional.signed_webhooks import secret_of
from tests.functional.watched_calls import PROGRESS_ID

pytestmark = on_both

type Operation = APIOperation[Any, Any, Any, Any]
type AnyCase = Case[Any]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 30
CONNECT = "POST /integrations"
CHANGE = "PATCH /integrations/{integration_id}"
SUBMIT = "POST /integrations/{integration_id}/diffs"
LAST = ["POST /integrations/{integration_id}/rotate", "DELETE /integrations/{integration_id}"]
"""What makes tokens and links worthless, and then takes away all that there is."""


@dataclass
class Caller:
    """May do everything. There is a repository with a report; `known` are the names of those."""

    connection: Connection
    known: Mapping[str, str]

    def call(self, case: AnyCase, *, sensible: bool) -> requests.Response:
        """Make a call; one that is `sensible` has a body that will do."""
        system = self.connection.system
        mine = system.bench.address(system.bitbucket)
        if isinstance(case.body, dict):
            case.body = {name: _at_home(value, mine) for name, value in case.body.items()}
        if sensible and case.operation.label == CONNECT:
            case.body = {"repository": mine, "access_token": system.access_token}
        if sensible and case.operation.label == CHANGE:
            case.body = {"access_token": system.access_token}
        if sensible and case.operation.label == SUBMIT:
            case.query, case.body = {"commit": "0" * 40}, different().encode()
        request = requests.Request(**_sendable(case, system.url)).prepare()
        self._authenticate(case.operation, request)
        with requests.Session() as session:
            return session.send(request, timeout=30)

    def _authenticate(self, operation: Operation, request: requests.PreparedRequest) -> None:
        for scheme in operation.definition.raw.get("security", [{"admin": []}]):
            if "admin" in scheme:
                request.headers["Authorization"] = f"Bearer {ADMIN_TOKEN}"
            if "ci" in scheme:
                request.headers["Authorization"] = f"Bearer {self.connection.ci_token}"
            if "webhook" in scheme:
                body = request.body or b""
                sent = body.encode() if isinstance(body, str) else body
                request.headers["X-Hub-Signature"] = sign(sent, secret_of(self.connection))


def _at_home(value: Any, mine: str) -> Any:
    """What was sent, but with no address of anybody else: its host would be looked up."""
    if isinstance(value, list):
        return [_at_home(one, mine) for one in value]
    return mine if isinstance(value, str) and "//" in value else value


def _sendable(case: AnyCase, url: str) -> dict[str, Any]:
    made = case.as_transport_kwargs(base_url=url)
    members = ("method", "url", "headers", "params", "data", "json", "cookies", "files")
    return {name: made[name] for name in members if name in made}


@pytest.fixture
def caller(system: System) -> Caller:
    connection = system.connect()
    check = f"/integrations/{connection.id}/check"
    assert system.call("POST", check, params={"progress_id": PROGRESS_ID}).ok
    _, head = connection.open_pull_request()
    submitted = connection.submit(different(), commit=head)
    connection.settle()
    [status] = system.bitbucket.build_statuses(connection.repository, head)
    known = {
        "integration_id": connection.id,
        "submission_id": submitted.json()["status_url"].rpartition("/")[2],
        "report_id": status.url.rpartition("/")[2],
        "progress_id": PROGRESS_ID,
    }
    return Caller(connection, known)


def test_every_answer_is_one_that_is_described(caller: Caller, subtests: pytest.Subtests) -> None:
    document = caller.connection.system.call("GET", "/openapi.json").json()
    found = list(schemathesis.openapi.from_dict(document).get_all_operations())
    operations = [one.ok() for one in found if isinstance(one, Ok)]
    assert len(operations) == len(found)
    for operation in sorted(operations, key=_turn):
        with subtests.test(operation.label):
            statuses = ask(caller, operation, GenerationMode.POSITIVE)
            assert min(statuses) < HTTPStatus.MULTIPLE_CHOICES, "it was never let do its work"
        if {"parameters", "requestBody"} & set(operation.definition.raw):
            with subtests.test(f"{operation.label}, against its description"):
                ask(caller, operation, GenerationMode.NEGATIVE)


def _turn(operation: Operation) -> int:
    return LAST.index(operation.label) if operation.label in LAST else -1


def ask(caller: Caller, operation: Operation, mode: GenerationMode) -> set[int]:
    """Call an operation, also on what there is; the statuses of the answers."""
    statuses: set[int] = set()
    there = {name: caller.known[name] for name in caller.known if f"{{{name}}}" in operation.path}
    cases = st.one_of(
        operation.as_strategy(generation_mode=mode, path_parameters=there),
        operation.as_strategy(generation_mode=mode),
    )

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, sensible=st.booleans())
    def asked(case: AnyCase, *, sensible: bool) -> None:
        answer = caller.call(case, sensible=sensible)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    asked()
    return statuses
