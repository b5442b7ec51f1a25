"""Sends webhooks in the background and remembers how each of them went.

In order per hook, so a slow receiver delays only itself. What is tried again, dropped or skipped
is the provider's `DeliveryPolicy`.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.bitbucket.circuit_breaker import CircuitBreaker

MOST_ATTEMPTS = 3
LARGEST_PAYLOAD = 256 * 1024
TIMEOUT_SECONDS = 10.0


class Outcome(StrEnum):
    """How a delivery went."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """How a provider delivers: what counts as taken, and what is not sent at all."""

    most_attempts: int = 1
    largest_payload: int | None = None
    numbers_attempts: bool = False
    highest_good_status: int = 299
    breaker: CircuitBreaker | None = None


# Only 5xx is tried again, at once and at most twice more; a payload over 256 KB is dropped without
# a word: support.atlassian.com/bitbucket-cloud/docs/troubleshoot-webhooks.
CLOUD_POLICY = DeliveryPolicy(
    most_attempts=MOST_ATTEMPTS,
    largest_payload=LARGEST_PAYLOAD,
    numbers_attempts=True,
    highest_good_status=399,
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request: either the receiver's status, or what went wrong."""

    number: int
    status: int | None
    error: str | None
    seconds: float
    started_on: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one hook."""

    id: int
    hook_uuid: str
    repository_uuid: str
    pull_request: int
    event: str
    request_uuid: str
    url: str
    verify_certificate: bool
    headers: Mapping[str, str]
    body: bytes
    outcome: Outcome = Outcome.PENDING
    attempts: tuple[Attempt, ...] = ()
    redelivery_of: int | None = None
    policy: DeliveryPolicy = field(default=CLOUD_POLICY, repr=False, metadata={"private": True})


class Sender(Protocol):
    """Does one request and answers the receiver's status."""

    def __call__(self, delivery: Delivery, headers: Mapping[str, str], timeout: float) -> int:
        """Raise OSError if there is no answer."""


def send_over_http(delivery: Delivery, headers: Mapping[str, str], timeout: float) -> int:
    """One POST, past any proxy of the environment; redirects are answers, not followed."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers.clear()
        with session.post(
            delivery.url,
            data=delivery.body,
            headers=dict(headers),
            timeout=timeout,
            verify=delivery.verify_certificate,
            allow_redirects=False,
            stream=True,
        ) as answer:
            return answer.status_code


class Deliveries:
    """The log of deliveries and one worker per hook."""

    def __init__(
        self,
        *,
        timeout: float = TIMEOUT_SECONDS,
        send: Sender = send_over_http,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._timeout = timeout
        self._now = now or (lambda: datetime.now(UTC))
        self._send = send
        self._changed = threading.Condition()
        self._log: dict[int, Delivery] = {}
        self._queues: dict[str, queue.SimpleQueue[int | None]] = {}
        self._workers: list[threading.Thread] = []
        self._last_id = 0
        self._going = threading.Event()
        self._going.set()
        self._closing = False

    def submit(self, delivery: Delivery) -> Delivery:
        """Number a delivery and queue it; too large a payload is only noted."""
        with self._changed:
            self._last_id += 1
            numbered = replace(delivery, id=self._last_id)
            largest = numbered.policy.largest_payload
            if largest is not None and len(numbered.body) > largest:
                numbered = replace(numbered, outcome=Outcome.DROPPED)
            self._log[numbered.id] = numbered
            if numbered.outcome is Outcome.PENDING:
                self._queue_of(numbered.hook_uuid).put(numbered.id)
            return numbered

    def send_now(self, delivery: Delivery) -> Attempt:
        """Send something that is no event, wait for its answer, and keep it out of the log."""
        return self._try(delivery, 1)

    def log(self) -> list[Delivery]:
        """Every delivery so far, the oldest first."""
        with self._changed:
            return list(self._log.values())

    def pause(self) -> None:
        """Hold deliveries back, as a network that is slow would."""
        self._going.clear()

    def resume(self) -> None:
        """Let them go."""
        self._going.set()

    def wait(self, timeout: float) -> None:
        """Return when nothing is pending any more."""
        with self._changed:
            if not self._changed.wait_for(self._idle, timeout):
                message = f"webhooks are still under way after {timeout} s"
                raise TimeoutError(message)

    def clear(self) -> None:
        """Forget the log; what is queued is not sent any more."""
        with self._changed:
            self._log.clear()
            self._changed.notify_all()
        self.resume()

    def close(self) -> None:
        """Stop the workers; a request under way is waited for, the rest is given up."""
        with self._changed:
            self._closing = True
            for waiting in self._queues.values():
                waiting.put(None)
        self.resume()
        for worker in self._workers:
            worker.join()

    def _idle(self) -> bool:
        return all(d.outcome is not Outcome.PENDING for d in self._log.values())

    def _queue_of(self, hook_uuid: str) -> queue.SimpleQueue[int | None]:
        if hook_uuid not in self._queues:
            waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
            self._queues[hook_uuid] = waiting
            worker = threading.Thread(
                target=self._work, args=(waiting,), name=f"webhook {hook_uuid}", daemon=True
            )
            self._workers.append(worker)
            worker.start()
        return self._queues[hook_uuid]

    def _work(self, waiting: queue.SimpleQueue[int | None]) -> None:
        while (number := waiting.get()) is not None:
            self._going.wait()
            delivery = self._log.get(number)
            if self._closing:
                return
            if delivery is not None:
                self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        policy = delivery.policy
        if policy.breaker and not policy.breaker.lets_through(delivery.hook_uuid):
            self._note(replace(delivery, outcome=Outcome.SKIPPED))
            return
        status: int | None = HTTPStatus.INTERNAL_SERVER_ERROR
        while (
            status is not None
            and status >= HTTPStatus.INTERNAL_SERVER_ERROR
            and len(delivery.attempts) < policy.most_attempts
            and not self._closing
        ):
            attempt = self._try(delivery, len(delivery.attempts) + 1)
            delivery = replace(delivery, attempts=(*delivery.attempts, attempt))
            status = attempt.status
            self._note(delivery)
        good = status is not None and status <= policy.highest_good_status
        if policy.breaker:
            policy.breaker.note(delivery.hook_uuid, good=good)
        self._note(replace(delivery, outcome=Outcome.DELIVERED if good else Outcome.FAILED))

    def _try(self, delivery: Delivery, number: int) -> Attempt:
        status = error = None
        started_on = self._now()
        started = time.monotonic()
        try:
            headers = dict(delivery.headers)
            if delivery.policy.numbers_attempts:
                headers["X-Attempt-Number"] = str(number)
            status = self._send(delivery, headers, self._timeout)
        except OSError as problem:
            error = type(problem).__name__
        return Attempt(number, status, error, round(time.monotonic() - started, 4), started_on)

    def _note(self, delivery: Delivery) -> None:
        with self._changed:
            if delivery.id in self._log:
                self._log[delivery.id] = delivery
            self._changed.notify_all()
