"""Webhooks as Bitbucket sends them, made by hand."""

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import requests

from bitbucket_integration.signature import sign
from tests.functional.conftest import Connection


def payload(connection: Connection, number: object = 7, **more: Any) -> bytes:
    """The part of a webhook's body that is read."""
    return connection.bench.payload(number, **more)


def secret_of(connection: Connection) -> str:
    """The webhook's secret, which Bitbucket knows and never shows."""
    [hook] = connection.system.bitbucket.hooks(connection.repository)
    assert hook.secret is not None
    return hook.secret


def deliver(
    connection: Connection,
    body: bytes,
    *,
    event: str | None = None,
    integration_id: str | None = None,
    headers: Mapping[str, str | None] = MappingProxyType({}),
) -> requests.Response:
    """Send a webhook, well signed unless the headers say otherwise; None leaves a header out.

    Without an event it is that of a new pull request.
    """
    sent: dict[str, str | None] = {
        "Content-Type": "application/json",
        "X-Event-Key": event or connection.bench.opened,
        connection.bench.request_id: str(uuid.uuid4()),
        "X-Attempt-Number": "1",
        "X-Hub-Signature": sign(body, secret_of(connection)),
    }
    path = f"/webhooks/{connection.id if integration_id is None else integration_id}"
    kept = {name: value for name, value in (sent | dict(headers)).items() if value is not None}
    return connection.system.call("POST", path, None, data=body, headers=kept)
