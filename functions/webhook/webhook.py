"""Receives Bitbucket's webhooks: verify the raw body, see what it is about, queue a job, say 202.

It answers 5xx only when the queue did not take the job, because that is what makes Bitbucket send
again. It knows the signing key and no access token, and imports neither requests nor pydantic.
"""

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bitbucket_integration import http_event, pull_request_event, signature
from bitbucket_integration.derived_secrets import webhook_secret
from bitbucket_integration.errors import (
    IntegrationError,
    MalformedEventError,
    MissingSecretError,
    NotAuthenticatedError,
)
from bitbucket_integration.integration import Integration
from bitbucket_integration.observability import observers
from bitbucket_integration.problem import json_answer, problem_answer, sentence
from bitbucket_integration.report_job import PullRequestJob
from bitbucket_integration.settings import WebhookSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.stores.secrets import SecretReader
from bitbucket_integration.timestamps import timestamp
from integration_cache import Found, IntegrationCache

MOST_BYTES = 1024 * 1024
"""Bitbucket Cloud drops what is over 256 KB; nothing genuine is near this."""

logger, metrics = observers("webhook")


class PayloadTooLargeError(IntegrationError):
    """The body is larger than any webhook of Bitbucket's."""

    reason = "payload_too_large"


class WebhookReceiver:
    """What happens to one webhook."""

    def __init__(
        self,
        integrations: IntegrationCache,
        secrets: SecretReader,
        queue: ReportQueue,
        signing_key_arn: str,
        now: Callable[[], float],
    ) -> None:
        """Use these stores; `now` gives seconds since 1970."""
        self._integrations = integrations
        self._secrets = secrets
        self._queue = queue
        self._signing_key_arn = signing_key_arn
        self._now = now

    def receive(self, integration_id: str, headers: Mapping[str, str], body: bytes) -> str:
        """Queue a report job for a genuine event; answers in a word what was done with it.

        Raises NotAuthenticatedError alike for an unknown integration and for a wrong signature,
        MalformedEventError, PayloadTooLargeError, and boto's errors when the queue did not take it.
        """
        if len(body) > MOST_BYTES:
            raise PayloadTooLargeError(f"a webhook may have {MOST_BYTES} bytes")
        # Data Center does not sign its connection test. So it is believed nothing, not even which
        # integration it is for.
        if pull_request_event.is_ping(headers):
            return "ping"
        integration = self._verify(integration_id, headers.get("x-hub-signature"), body)
        event = pull_request_event.parse(integration.provider, headers, body)
        if isinstance(event, pull_request_event.IgnoredEvent):
            return "ignored"
        if integration.paused:
            return "paused"
        self._queue.send(
            PullRequestJob(integration_id, event.pull_request_id, event.event, event.head),
            pull_request_event.request_id(headers) or hashlib.sha256(body).hexdigest(),
        )
        return "queued"

    def _verify(self, integration_id: str, signed: str | None, body: bytes) -> Integration:
        found = self._integrations.get(integration_id) if signed else None
        valid = self._is_valid(found, integration_id, signed, body)
        if found is not None and found.from_memory and (found.integration.paused or not valid):
            # Its secret may be a new one, and it need not be paused any more. One that has just
            # been read is not read again, so that what takes longest stays as short as it is.
            found = self._integrations.read(integration_id)
            valid = self._is_valid(found, integration_id, signed, body)
        if found is None or not valid:
            raise NotAuthenticatedError("the signature is not that of this integration's webhook")
        return found.integration

    def _is_valid(
        self, found: Found | None, integration_id: str, signed: str | None, body: bytes
    ) -> bool:
        # Compared also when the integration is unknown, so that both cases do the same work.
        now = timestamp(self._now())
        versions = found.integration.webhook_secret_versions(now) if found else (1,)
        key = self._secrets.read(self._signing_key_arn)
        secrets = [webhook_secret(key, integration_id, version) for version in versions]
        return any(signature.is_valid(body, signed, secret) for secret in secrets)


def build_receiver(environ: Mapping[str, str], now: Callable[[], float]) -> WebhookReceiver:
    """A receiver with real AWS clients, as the environment says; `now` gives seconds since 1970."""
    settings = WebhookSettings.from_environ(environ)
    # Bitbucket waits 10 seconds: all three calls of a cold start have to fail before, so that it
    # hears 503 and sends again.
    config = Config(connect_timeout=1, read_timeout=1.5, retries={"total_max_attempts": 1})
    return WebhookReceiver(
        IntegrationCache(
            IntegrationStore(boto3.client("dynamodb", config=config), settings.table_name), now
        ),
        SecretReader(boto3.client("secretsmanager", config=config), now),
        ReportQueue(boto3.client("sqs", config=config), settings.queue_url),
        settings.signing_key_arn,
        now,
    )


_receiver = build_receiver(os.environ, time.time)


def _answer(event: Mapping[str, Any]) -> dict[str, Any]:
    headers = http_event.headers(event)
    integration_id = (event.get("pathParameters") or {}).get("integration_id") or ""
    logger.append_keys(
        integration_id=integration_id,
        bitbucket_request=pull_request_event.request_id(headers),
        event_key=headers.get("x-event-key"),
        attempt=headers.get("x-attempt-number"),
    )
    try:
        outcome = _receiver.receive(integration_id, headers, http_event.raw_body(event))
    except NotAuthenticatedError as error:
        return _refused(401, error, {"WWW-Authenticate": 'Signature realm="webhooks"'})
    except MalformedEventError as error:
        return _refused(400, error)
    except PayloadTooLargeError as error:
        return _refused(413, error)
    except (BotoCoreError, ClientError, MissingSecretError):
        logger.exception("not queued")
        metrics.add_metric("WebhookNotQueued", MetricUnit.Count, 1)
        return problem_answer(503, "not_queued", "The event could not be queued; send it again.")
    metrics.add_metric(f"Webhook{outcome.capitalize()}", MetricUnit.Count, 1)
    logger.info(outcome)
    return json_answer(202, {"outcome": outcome})


def _refused(
    status: int, error: IntegrationError, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    logger.warning("refused", reason=error.reason)
    metrics.add_metric("WebhookRefused", MetricUnit.Count, 1)
    return problem_answer(status, error.reason, sentence(error), headers=headers)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """API Gateway REST proxy: `POST /webhooks/{integration_id}`."""
    return _answer(event)
