"""What Data Center tells of a webhook's past, and the test of its connection.

The reference describes these objects by name only, and no recording was found: the members are
those of the examples in Atlassian's older references, from memory.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from local.bitbucket import data_center_bodies as bodies
from local.bitbucket import data_center_webhooks as webhooks
from local.bitbucket.data_center_api import DataCenterApi, body
from local.bitbucket.data_center_errors import bad_value
from local.bitbucket.data_center_hooks import HOOK, HOOKS, the_hook
from local.bitbucket.data_center_payloads import milliseconds
from local.bitbucket.deliveries import Delivery, DeliveryPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from local.bitbucket.deliveries import Attempt
    from local.bitbucket.state import RepositoryState

Json = dict[str, Any]
OUTCOMES = ("SUCCESS", "FAILURE", "ERROR")


def create_blueprint(api: DataCenterApi) -> Blueprint:
    """The calls; all of them ask for REPO_ADMIN."""
    blueprint = Blueprint("invocations", __name__)

    @blueprint.post(f"{HOOKS}/test")
    @api.needs("REPO_ADMIN", alone=False)
    def test(stored: RepositoryState) -> ResponseReturnValue:
        return jsonify(_ping(api, stored))

    @blueprint.get(f"{HOOK}/latest")
    @api.needs("REPO_ADMIN")
    def latest(stored: RepositoryState, number: int) -> ResponseReturnValue:
        event, wanted = request.args.get("event"), request.args.get("outcome")
        if wanted not in (None, *OUTCOMES):
            raise bad_value("outcome", f"'{wanted}' is no outcome.")
        for delivery in tried(api.sender.log(), the_hook(stored, number).uuid):
            seen = outcome(delivery.attempts[-1])
            if event in (None, delivery.event) and wanted in (None, seen):
                return jsonify(invocation(delivery))
        return "", 204

    @blueprint.get(f"{HOOK}/statistics", defaults={"path": ""})
    @blueprint.get(f"{HOOK}/statistics/<any(summary):path>")
    @api.needs("REPO_ADMIN")
    def statistics(stored: RepositoryState, number: int, path: str) -> ResponseReturnValue:
        event = None if path else request.args.get("event")
        found = tried(api.sender.log(), the_hook(stored, number).uuid)
        return jsonify(summary([d for d in found if event in (None, d.event)]))

    return blueprint


def _ping(api: DataCenterApi, stored: RepositoryState) -> dict[str, Any]:
    """Send a ping, which is never signed, whatever the hook's secret is (atlantis#474).

    It is no event: it is in no history, and a circuit breaker neither stops nor counts it.
    """
    arguments = request.args
    content = body() if request.data else {}
    credentials = bodies.credentials(content)
    hook_id = arguments.get("webhookId")
    url = arguments.get("url", "")
    if hook_id is not None:
        hook = the_hook(stored, int(hook_id) if hook_id.isdigit() else 0)
        url, credentials = url or hook.url, credentials or hook.credentials
    bodies.check_url(url)
    request_id = str(uuid.uuid4())
    sent = webhooks.headers(webhooks.PING, request_id, api.data_center.version, credentials)
    ping = Delivery(
        id=0,
        hook_uuid=hook_id or "",
        repository_uuid=stored.repository.uuid,
        pull_request=0,
        event=webhooks.PING,
        request_uuid=request_id,
        url=url,
        verify_certificate=arguments.get("sslVerificationRequired", "true").lower() != "false",
        headers=sent,
        body=webhooks.PING_BODY,
        policy=DeliveryPolicy(),
    )
    attempt = api.sender.send_now(ping)
    return exchange(url, sent, webhooks.PING_BODY, attempt)


def outcome(attempt: Attempt) -> str:
    """Taken, refused, or never answered."""
    if attempt.status is None:
        return "ERROR"
    return "SUCCESS" if attempt.status < 300 else "FAILURE"


def exchange(url: str, headers: Mapping[str, str], body: bytes, attempt: Attempt) -> Json:
    """One request and what came of it, which is also what a test of a connection answers."""
    return {
        "request": {
            "method": "POST",
            "url": url,
            "headers": dict(headers),
            "body": body.decode(),
        },
        "result": {
            "description": str(attempt.status or attempt.error),
            "outcome": outcome(attempt),
            **({} if attempt.status is None else {"statusCode": attempt.status}),
        },
    }


def tried(log: Sequence[Delivery], hook_uuid: str) -> list[Delivery]:
    """The deliveries to a hook that were really sent, the newest first."""
    return [d for d in log if d.hook_uuid == hook_uuid and d.attempts][::-1]


def invocation(delivery: Delivery) -> Json:
    """One delivery."""
    attempt = delivery.attempts[-1]
    return {
        "id": delivery.id,
        "event": delivery.event,
        "duration": round(attempt.seconds * 1000),
        "start": milliseconds(attempt.started_on),
        "finish": milliseconds(attempt.started_on + timedelta(seconds=attempt.seconds)),
        **exchange(delivery.url, delivery.headers, delivery.body, attempt),
    }


def summary(deliveries: Sequence[Delivery]) -> Json:
    """The last delivery of each outcome, and their counts."""
    last: Json = {}
    counts = dict.fromkeys(OUTCOMES, 0)
    for delivery in deliveries:
        kind = outcome(delivery.attempts[-1])
        counts[kind] += 1
        last.setdefault(f"last{kind.capitalize()}", invocation(delivery))
    names = {"SUCCESS": "successes", "FAILURE": "failures", "ERROR": "errors"}
    return {**last, "counts": {names[kind]: count for kind, count in counts.items()}}
