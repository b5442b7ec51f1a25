"""Asks an API what its OpenAPI description allows and what not: it has to answer as described."""

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

type Operation = APIOperation[Any, Any, Any, Any]
type AnyCase = Case[Any]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CONNECT = "POST /integrations"
CHANGE = "PATCH /integrations/{integration_id}"
SUBMIT = "POST /integrations/{integration_id}/diffs"
LAST = ["POST /integrations/{integration_id}/rotate", "DELETE /integrations/{integration_id}"]
"""What makes tokens and links worthless, and then takes away all that there is."""


@dataclass(frozen=True)
class Caller:
    """May do everything, about one repository at an address, of which a report was made.

    `known` are the names in paths that there are, `results` some that CI could send.
    """

    url: str
    address: str
    access_token: str
    admin_token: str
    ci_token: str
    webhook_secret: str
    known: Mapping[str, str]
    results: bytes

    def call(self, case: AnyCase, *, sensible: bool) -> requests.Response:
        """Make a call; one that is `sensible` has a body that will do."""
        if isinstance(case.body, dict):
            case.body = {name: self._at_home(value) for name, value in case.body.items()}
        if sensible and case.operation.label == CONNECT:
            case.body = {"repository": self.address, "access_token": self.access_token}
        if sensible and case.operation.label == CHANGE:
            case.body = {"access_token": self.access_token}
        if sensible and case.operation.label == SUBMIT:
            case.query, case.body = {"commit": "0" * 40}, self.results
        request = requests.Request(**_sendable(case, self.url)).prepare()
        self._authenticate(case.operation, request)
        with requests.Session() as session:
            return session.send(request, timeout=60)

    def _at_home(self, value: Any) -> Any:
        """What was sent, but with no address of anybody else: its host would be looked up."""
        if isinstance(value, list):
            return [self._at_home(one) for one in value]
        return self.address if isinstance(value, str) and "//" in value else value

    def _authenticate(self, operation: Operation, request: requests.PreparedRequest) -> None:
        for scheme in operation.definition.raw.get("security", [{"admin": []}]):
            if "admin" in scheme:
                request.headers["Authorization"] = f"Bearer {self.admin_token}"
            if "ci" in scheme:
                request.headers["Authorization"] = f"Bearer {self.ci_token}"
            if "webhook" in scheme:
                body = request.body or b""
                sent = body.encode() if isinstance(body, str) else body
                request.headers["X-Hub-Signature"] = sign(sent, self.webhook_secret)


def _sendable(case: AnyCase, url: str) -> dict[str, Any]:
    made = case.as_transport_kwargs(base_url=url)
    members = ("method", "url", "headers", "params", "data", "json", "cookies", "files")
    return {name: made[name] for name in members if name in made}


def ask_everything(caller: Caller, examples: int, subtests: pytest.Subtests) -> None:
    """Call every operation so many times as it may be called, and as often as it may not."""
    document = requests.get(f"{caller.url}/openapi.json", timeout=60).json()
    found = list(schemathesis.openapi.from_dict(document).get_all_operations())
    operations = [one.ok() for one in found if isinstance(one, Ok)]
    assert len(operations) == len(found)
    for operation in sorted(operations, key=_turn):
        with subtests.test(operation.label):
            statuses = _ask(caller, operation, GenerationMode.POSITIVE, examples)
            assert min(statuses) < HTTPStatus.MULTIPLE_CHOICES, "it was never let do its work"
        if {"parameters", "requestBody"} & set(operation.definition.raw):
            with subtests.test(f"{operation.label}, against its description"):
                _ask(caller, operation, GenerationMode.NEGATIVE, examples)


def _turn(operation: Operation) -> int:
    return LAST.index(operation.label) if operation.label in LAST else -1


def _ask(caller: Caller, operation: Operation, mode: GenerationMode, examples: int) -> set[int]:
    """Call an operation, also on what there is; the statuses of the answers."""
    statuses: set[int] = set()
    there = {name: caller.known[name] for name in caller.known if f"{{{name}}}" in operation.path}
    cases = st.one_of(
        operation.as_strategy(generation_mode=mode, path_parameters=there),
        operation.as_strategy(generation_mode=mode),
    )

    @settings(
        max_examples=examples,
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
