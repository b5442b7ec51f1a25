"""Sends webhooks in the background and remembers how each of them went.

How Bitbucket Cloud does it (support.atlassian.com/bitbucket-cloud/docs/troubleshoot-webhooks):
ten seconds for an answer, only 5xx is tried again, at once and at most twice more; a payload over
256 KB is dropped without a word. In order per hook, so a slow receiver delays only itself.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ATTEMPTS = 3
LARGEST_PAYLOAD = 256 * 1024
TIMEOUT_SECONDS = 10.0


class Outcome(StrEnum):
    """How a delivery went."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request: either the receiver's status, or what went wrong."""

    number: int
    status: int | None
    error: str | None
    seconds: float


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

    def __init__(self, *, timeout: float = TIMEOUT_SECONDS, send: Sender = send_over_http) -> None:
        self._timeout = timeout
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
            if len(numbered.body) > LARGEST_PAYLOAD:
                numbered = replace(numbered, outcome=Outcome.DROPPED)
            self._log[numbered.id] = numbered
            if numbered.outcome is Outcome.PENDING:
                self._queue_of(numbered.hook_uuid).put(numbered.id)
            return numbered

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
        status: int | None = HTTPStatus.INTERNAL_SERVER_ERROR
        while (
            status is not None
            and status >= HTTPStatus.INTERNAL_SERVER_ERROR
            and len(delivery.attempts) < MOST_ATTEMPTS
            and not self._closing
        ):
            attempt = self._try(delivery, len(delivery.attempts) + 1)
            delivery = replace(delivery, attempts=(*delivery.attempts, attempt))
            status = attempt.status
            self._note(delivery)
        good = status is not None and status < HTTPStatus.BAD_REQUEST
        self._note(replace(delivery, outcome=Outcome.DELIVERED if good else Outcome.FAILED))

    def _try(self, delivery: Delivery, number: int) -> Attempt:
        status = error = None
        started = time.monotonic()
        try:
            headers = {**delivery.headers, "X-Attempt-Number": str(number)}
            status = self._send(delivery, headers, self._timeout)
        except OSError as problem:
            error = type(problem).__name__
        return Attempt(number, status, error, round(time.monotonic() - started, 4))

    def _note(self, delivery: Delivery) -> None:
        with self._changed:
            if delivery.id in self._log:
                self._log[delivery.id] = delivery
            self._changed.notify_all()
