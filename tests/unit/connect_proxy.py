"""A proxy that knows nothing but CONNECT, and leads every name to this machine."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class ConnectProxy:
    """Where the proxy is, and what it was asked."""

    url: str
    asked: list[bytes] = field(default_factory=list)
    answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"


@contextmanager
def connect_proxy(tls: ssl.SSLContext | None = None) -> Iterator[ConnectProxy]:
    """A proxy that ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as plain:
        listener = tls.wrap_socket(plain, server_side=True) if tls else plain
        scheme = "https" if tls else "http"
        proxy = ConnectProxy(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listener, proxy))
        thread.start()
        try:
            yield proxy
        finally:
            # Wakes `accept` up, which closing would not.
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            listener.close()


def _serve(listener: socket.socket, proxy: ConnectProxy) -> None:
    threads = []
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            break
        threads.append(threading.Thread(target=_tunnel, args=(client, proxy)))
        threads[-1].start()
    for thread in threads:
        thread.join()


def _tunnel(client: socket.socket, proxy: ConnectProxy) -> None:
    with client:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = client.recv(1)
            if not byte:
                return
            head += byte
        proxy.asked.append(head)
        port = int(head.split(b" ")[1].rpartition(b":")[2])
        client.sendall(proxy.answer)
        if b" 200 " not in proxy.answer:
            return
        with socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=_pump, args=(server, client))
            back.start()
            _pump(client, server)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
