"""API Gateway in a box: turns HTTP into REST proxy events, as the template routes it."""

import base64
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.deployed_template import Route, resource, routes

type Invoke = Callable[[str, dict[str, Any]], dict[str, Any]]

STAGE = resource("Api")["StageName"]


def proxy_event(
    route: Route, method: str, target: str, headers: dict[str, str], body: bytes
) -> dict[str, Any]:
    """The event of a REST API whose binary media types are `*/*`."""
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    match = re.fullmatch(_pattern(route.path), parts.path)
    return {
        "resource": route.path,
        "path": parts.path,
        "httpMethod": method,
        "headers": headers | {"X-Forwarded-Proto": "http"},
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": (match.groupdict() if match else None) or None,
        "requestContext": {
            "domainName": headers.get("Host", "api.example.com"),
            "path": f"/{STAGE}{parts.path}",
            "stage": STAGE,
            "resourcePath": route.path,
            "httpMethod": method,
            "requestId": "c6af9ac6",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def route_of(method: str, target: str) -> Route | None:
    """The template's route for a request."""
    path = urlsplit(target).path
    for route in routes():
        if route.method == method and re.fullmatch(_pattern(route.path), path):
            return route
    return None


def _pattern(path: str) -> str:
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    invoke: Invoke

    def _serve(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = self.path.removeprefix(f"/{STAGE}") or "/"
        route = route_of(self.command, target)
        if route is None:
            self._answer(403, {}, b'{"message": "Missing Authentication Token"}')
            return
        event = proxy_event(route, self.command, target, dict(self.headers.items()), sent)
        answer = type(self).invoke(route.function, event)
        headers = dict(answer.get("headers") or {})
        for name, values in (answer.get("multiValueHeaders") or {}).items():
            headers[name] = values[-1]
        text = (answer.get("body") or "").encode()
        body = base64.b64decode(text) if answer.get("isBase64Encoded") else text
        self._answer(answer["statusCode"], headers, body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet about clients that have gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def gateway(invoke: Invoke) -> Iterator[str]:
    """Serve the template's routes; yields the API's address with its stage."""
    handler = type("Handler", (_Handler,), {"invoke": staticmethod(invoke)})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{STAGE}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
