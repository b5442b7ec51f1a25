"""Lets containers reach what listens on this machine's 127.0.0.1."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    server.close_clients()
    under_way = asyncio.all_tasks() - {asyncio.current_task()}
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


@contextmanager
def forwarded(url: str, interface: str) -> Iterator[str]:
    """Forward connections from the same port of `interface` to the host and port of `url`.

    Yields the URL under which containers find it, and so does this machine. Only `interface` is
    listened on: the address that Docker's bridge has here is not reachable from outside.
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

    # Not this thread's loop: a caller may have one of its own that runs.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        # Another `sam local` may be forwarding it, too, and end before this one.
        serving = asyncio.start_server(connected, interface, target_port, reuse_port=True)
        server = asyncio.run_coroutine_threadsafe(serving, loop).result()
        try:
            found = f"{interface}:{target_port}"
            yield urlunsplit((parts.scheme, found, parts.path, parts.query, ""))
        finally:
            asyncio.run_coroutine_threadsafe(_end(server), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
