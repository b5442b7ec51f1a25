"""A real HTTP server on this machine that answers as a test tells it to."""

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
        server = self.server
        assert isinstance(server, _Server)
        server.web.received.append(Received(self.command, self.path, headers, body))
        self.close_connection = True
        server.web.behaviour(self)

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


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    web: Web


@contextmanager
def web_server() -> Iterator[Web]:
    """A server that ends with the block, together with all its exchanges."""
    with _Server(("127.0.0.1", 0), Exchange) as server:
        server.web = Web(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.web
        finally:
            server.shutdown()
            thread.join()
