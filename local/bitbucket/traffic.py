"""Sits in front of the API: keeps the list of requests and lets faults strike."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from local.bitbucket.faults import Fault, FaultKind, Faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    Answer = Callable[[WSGIEnvironment, StartResponse, Fault], Iterable[bytes]]

API_PREFIXES = ("/2.0/", "/bitbucket/rest/")
LARGEST_BODY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request to the API; `status` is None if its answer never left."""

    method: str
    path: str
    query: str
    status: int | None
    fault: FaultKind | None = None


class RequestLog:
    """The requests to the API so far. It keeps no bodies and no headers: secrets are in both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: list[RequestRecord] = []

    def add(self, record: RequestRecord) -> None:
        """Note a request."""
        with self._lock:
            self._records.append(record)

    def select(self, method: str, path: str) -> list[RequestRecord]:
        """The requests that match these globs, the oldest first."""
        with self._lock:
            return [
                record
                for record in self._records
                if fnmatchcase(record.method, method) and fnmatchcase(record.path, path)
            ]

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._records.clear()


class Traffic:
    """The WSGI application that everything passes."""

    def __init__(
        self, application: WSGIApplication, faults: Faults, log: RequestLog, stop: threading.Event
    ) -> None:
        self._application = application
        self._faults = faults
        self._log = log
        self._stop = stop

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or fail it as ordered."""
        # An answer sent before the body was read would reach the client as a connection reset.
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(min(length, LARGEST_BODY)))
        if not environ["PATH_INFO"].startswith(API_PREFIXES):
            return self._application(environ, start_response)
        fault = self._faults.take(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        kind = fault.kind if fault else None
        instead: dict[FaultKind | None, Answer] = {
            FaultKind.DROP: self._drop,
            FaultKind.RATE_LIMITED: self._rate_limited,
            FaultKind.SERVER_ERROR: self._server_error,
            FaultKind.REDIRECT: self._redirect,
        }
        if fault and kind in instead:
            return instead[kind](environ, start_response, fault)
        if fault and kind is FaultKind.SLOW:
            self._stop.wait(fault.seconds)
        if fault and kind is FaultKind.APPLY_THEN_DROP:
            for _ in self._application(environ, lambda *_: lambda _: None):
                pass
            return self._drop(environ, start_response, fault)

        def noting(status: str, *rest: Any) -> Any:
            self._note(environ, int(status.split(maxsplit=1)[0]), kind)
            return start_response(status, *rest)

        answer = self._application(environ, noting)
        if fault and kind is FaultKind.APPLY_THEN_WAIT:
            self._stop.wait(fault.seconds)
        return answer

    def _note(self, environ: WSGIEnvironment, status: int | None, kind: FaultKind | None) -> None:
        query = environ.get("QUERY_STRING", "")
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self._log.add(RequestRecord(method, path, query, status, kind))

    def _drop(self, environ: WSGIEnvironment, _: StartResponse, fault: Fault) -> Iterable[bytes]:
        self._note(environ, None, fault.kind)
        # The server closes the connection on this, with nothing sent.
        raise ConnectionAbortedError

    def _rate_limited(
        self, environ: WSGIEnvironment, start_response: StartResponse, fault: Fault
    ) -> Iterable[bytes]:
        """429 in plain text; recorded ones had no Retry-After (SharpBucket#108)."""
        extra = [] if fault.retry_after is None else [("Retry-After", str(fault.retry_after))]
        text = b"Rate limit for this resource has been exceeded"
        self._note(environ, HTTPStatus.TOO_MANY_REQUESTS, fault.kind)
        start_response("429 Too Many Requests", [("Content-Type", "text/plain"), *extra])
        return [text]

    def _redirect(
        self, environ: WSGIEnvironment, start_response: StartResponse, fault: Fault
    ) -> Iterable[bytes]:
        """307 to wherever was ordered, another origin included."""
        self._note(environ, HTTPStatus.TEMPORARY_REDIRECT, fault.kind)
        headers = [("Location", fault.location or "/"), ("Content-Length", "0")]
        start_response("307 Temporary Redirect", headers)
        return [b""]

    def _server_error(
        self, environ: WSGIEnvironment, start_response: StartResponse, fault: Fault
    ) -> Iterable[bytes]:
        """An error of whatever stands before Bitbucket: HTML, which no client should parse."""
        status = HTTPStatus(fault.status)
        self._note(environ, status, fault.kind)
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "text/html")])
        return [f"<html><body><h1>{status.value} {status.phrase}</h1></body></html>".encode()]
