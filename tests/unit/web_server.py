"""A real HTTP server on this machine that answers as a test tells it to."""

import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """A request as it came in. Header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Exchange(BaseHTTPRequestHandler):
    """One request, which a test's function answers."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.web.received.append(Received(self.command, self.path, headers, body))
        self.close_connection = True
        self.web.behaviour(self)

    @property
    def web(self) -> "Web":
        """The server that it came to."""
        server = self.server
        assert isinstance(server, _Server)
        return server.web

    do_GET = do_POST = do_PUT = do_DELETE = do_CONNECT = _answer  # noqa: N815 the base's names

    def send(self, status: int = 200, body: bytes = b"{}", **headers: str) -> None:
        """Answer in full; header names are written with underscores."""
        self.send_response(status)
        self.send_header("Content-Length", headers.pop("Content_Length", str(len(body))))
        for name, value in ({"Connection": "close"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.write(body)

    def send_chunks(self, chunks: Iterator[bytes]) -> None:
        """Answer chunk by chunk, for as long as anybody listens."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            if not self.write(b"%x\r\n%s\r\n" % (len(chunk), chunk)):
                return
        self.write(b"0\r\n\r\n")

    def send_slowly(self, drops: Iterator[bytes], length: int) -> None:
        """Announce a body of this length and answer drop by drop, while anybody listens."""
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        for drop in drops:
            if not self.write(drop):
                return

    def say(self, data: bytes) -> None:
        """Send bytes as they are, and nothing else."""
        self.write(data)

    def write(self, data: bytes) -> bool:
        """Send bytes as they are; False when nobody listens any more."""
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            return False
        return True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
        """Stay quiet."""


type Behaviour = Callable[[Exchange], None]


@dataclass
class Web:
    """A server: where it is, how it answers, and what it received."""

    url: str
    behaviour: Behaviour = lambda exchange: exchange.send()
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    web: Web

    def verify_request(self, request: object, client_address: object) -> bool:
        self.web.connections += 1
        return True

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet about clients that break a TLS handshake off."""
        if not isinstance(sys.exception(), ssl.SSLError | ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def web_server(
    address: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    behaviour: Behaviour | None = None,
) -> Iterator[Web]:
    """A server that ends with the block, together with all its exchanges."""
    with _Server((address, port), Exchange) as server:
        if tls is not None:
            # The handshake is left to the exchange's own thread.
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        server.web = Web(f"{'https' if tls else 'http'}://{address}:{server.server_port}")
        server.web.behaviour = behaviour or server.web.behaviour
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.web
        finally:
            server.shutdown()
            thread.join()
