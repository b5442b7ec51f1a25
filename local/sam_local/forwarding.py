"""Lets containers reach what listens on this machine's 127.0.0.1."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def forwarded(url: str, interface: str) -> Iterator[str]:
    """Forward connections from a free port of `interface` to the host and port of `url`.

    Yields the URL under which containers find it. Only `interface` is listened on: the address
    that Docker's bridge has on this machine is not reachable from outside of it.
    """
    parts = urlsplit(url)
    host, target_port = parts.hostname or "127.0.0.1", parts.port or 80
    loop = asyncio.new_event_loop()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            onward, back = await asyncio.open_connection(host, target_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, back), _copy(onward, writer))

    server = loop.run_until_complete(asyncio.start_server(connected, interface, 0))
    port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield urlunsplit((parts.scheme, f"{interface}:{port}", parts.path, parts.query, ""))
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
