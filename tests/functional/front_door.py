"""A way to a server that can be closed, and that can speak TLS."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

HOST = "127.0.0.1"


@dataclass
class FrontDoor:
    """Passes connections on. A `certificate` makes them TLS; while `closed` there are none."""

    port: int
    certificate: ssl.SSLContext | None = None
    closed: bool = False

    def url(self, behind: str) -> str:
        """The address, through this door, of what has an address behind it."""
        parts = urlsplit(behind)
        return f"{'https' if self.certificate else 'http'}://{HOST}:{self.port}{parts.path}"


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(65536):
            target.sendall(received)
        target.shutdown(socket.SHUT_WR)


def _pass_on(door: FrontDoor, coming: socket.socket, to: tuple[str, int]) -> None:
    with coming:
        if door.closed:
            return
        coming.settimeout(30)
        try:
            plain = door.certificate
            client = plain.wrap_socket(coming, server_side=True) if plain else coming
        except OSError:
            return
        with client, socket.create_connection(to, timeout=30) as server:
            back = threading.Thread(target=_pump, args=(server, client))
            back.start()
            _pump(client, server)
            back.join()


@contextmanager
def front_door(behind: str) -> Iterator[FrontDoor]:
    """A door to the server at this URL."""
    parts = urlsplit(behind)
    to = (parts.hostname or HOST, parts.port or 80)
    with socket.create_server((HOST, 0)) as listener:
        door = FrontDoor(listener.getsockname()[1])
        passing: list[threading.Thread] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    coming, _ = listener.accept()
                    thread = threading.Thread(target=_pass_on, args=(door, coming, to))
                    thread.start()
                    passing.append(thread)

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield door
        finally:
            # Closing alone does not wake what waits in accept.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in passing:
                thread.join()
