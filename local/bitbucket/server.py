"""The emulator as a server: starts, answers on 127.0.0.1, and stops without leaving a thread."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Self

from flask import Blueprint, Flask
from werkzeug.routing import Rule
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from local.bitbucket import (
    cloud_api,
    cloud_comments,
    cloud_hooks,
    cloud_insights,
    cloud_pull_requests,
    cloud_statuses,
    control_api,
    data_center_annotations,
    data_center_api,
    data_center_builds,
    data_center_comments,
    data_center_commits,
    data_center_hooks,
    data_center_insights,
    data_center_invocations,
    data_center_pull_requests,
    pages,
)
from local.bitbucket.cloud_payloads import Addresses
from local.bitbucket.controls import Controls
from local.bitbucket.data_center import DEFAULT_VERSION
from local.bitbucket.data_center_payloads import Rendering, milliseconds
from local.bitbucket.deliveries import TIMEOUT_SECONDS
from local.bitbucket.page_addresses import CONTEXT_PATH
from local.bitbucket.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

HOST = "127.0.0.1"


class _Connections:
    """The open connections, so that those on which nothing comes can be ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._ending = False

    def add(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
            if self._ending:
                self._end(connection)

    def discard(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def stop_reading(self) -> None:
        """Let idle ones see their end; answers under way still go out."""
        with self._lock:
            self._ending = True
            for connection in self._open:
                self._end(connection)

    @staticmethod
    def _end(connection: socket.socket) -> None:
        # The other side may have been quicker.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RD)


def _handler(connections: _Connections) -> type[WSGIRequestHandler]:
    class Handler(WSGIRequestHandler):
        # One request per connection, so that no thread waits on an idle one.
        protocol_version = "HTTP/1.0"

        def setup(self) -> None:
            super().setup()
            connections.add(self.connection)

        def finish(self) -> None:
            connections.discard(self.connection)
            super().finish()

        def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing: the request log is there for that."""

    return Handler


class _Rule(Rule):
    """A route that is compiled for `url_for` when that is called, since few of them ever are.

    Compiling them all is nearly the whole of what an emulator's start takes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - as Werkzeug has it
        compiled = super()._compile_builder

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build


class _Application(Flask):
    url_rule_class = _Rule


class BitbucketEmulator(Controls):
    """A Bitbucket Cloud and a Bitbucket Data Center on a port of this machine.

    Use it as a context manager, or call `start` and `stop`. Port 0 takes a free one. `now` tells
    dates; `clock` measures how long a webhook is skipped and how fast a rate limit recovers.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        now: Callable[[], datetime] | None = None,
        clock: Callable[[], float] = time.monotonic,
        delivery_timeout: float = TIMEOUT_SECONDS,
        data_center_version: str = DEFAULT_VERSION,
    ) -> None:
        super().__init__(
            addresses=self._addresses,
            rendering=self._rendering,
            now=now,
            clock=clock,
            delivery_timeout=delivery_timeout,
            data_center_version=data_center_version,
        )
        self._port = port
        self._stopping = threading.Event()
        self._connections = _Connections()
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where the emulator is; known once it has started."""
        return f"http://{HOST}:{self._running().server_port}"

    @property
    def cloud_api_url(self) -> str:
        """What stands for https://api.bitbucket.org/2.0."""
        return f"{self.url}/2.0"

    @property
    def cloud_web_url(self) -> str:
        """What stands for https://bitbucket.org."""
        return self.url

    @property
    def data_center_url(self) -> str:
        """What stands for https://bitbucket.example.com: the base URL, with a context path."""
        return self.url + CONTEXT_PATH

    def start(self) -> Self:
        """Bind the port and answer in the background."""
        application = Traffic(
            self._application().wsgi_app, self.fault_rules, self.request_log, self._stopping
        )
        handler = _handler(self._connections)
        server = make_server(HOST, self._port, application, True, request_handler=handler)  # noqa: FBT003
        # Werkzeug's threads are daemons, which nobody would wait for.
        server.daemon_threads = False  # type: ignore[attr-defined]
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="bitbucket"
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and delivering; wait for what is under way."""
        self._stopping.set()
        self.sender.close()
        self._connections.stop_reading()
        self._running().shutdown()
        if self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _running(self) -> BaseWSGIServer:
        if self._server is None:
            message = "the emulator has not been started"
            raise RuntimeError(message)
        return self._server

    def _addresses(self) -> Addresses:
        return Addresses(self.cloud_api_url, self.cloud_web_url)

    def _rendering(self, date: Callable[[datetime], int | str] = milliseconds) -> Rendering:
        version = self.data_center.version
        return Rendering(self.data_center_url, self.state.number_of, version.has_drafts, date)

    def _application(self) -> Flask:
        application = _Application(__package__ or __name__, static_url_path="/_static")
        application.json.sort_keys = False  # type: ignore[attr-defined]
        application.register_blueprint(self._cloud())
        application.register_blueprint(self._data_center())
        application.register_blueprint(
            data_center_builds.create_deprecated_blueprint(self._data_center_api())
        )
        application.register_blueprint(self._data_center_insights())
        application.register_blueprint(control_api.create_blueprint(self))
        application.register_blueprint(pages.create_blueprint(self))
        return application

    def _cloud(self) -> Blueprint:
        api = cloud_api.CloudApi(self.state, self.collaboration, self._addresses)
        cloud = cloud_api.create_blueprint(api)
        for part in (
            cloud_pull_requests,
            cloud_comments,
            cloud_statuses,
            cloud_insights,
            cloud_hooks,
        ):
            cloud.register_blueprint(part.create_blueprint(api))
        return cloud

    def _data_center(self) -> Blueprint:
        api = self._data_center_api()
        server = data_center_api.create_blueprint(api)
        for part in (
            data_center_commits,
            data_center_pull_requests,
            data_center_comments,
            data_center_builds,
            data_center_hooks,
            data_center_invocations,
        ):
            server.register_blueprint(part.create_blueprint(api))
        return server

    def _data_center_insights(self) -> Blueprint:
        api = self._data_center_api()
        insights = data_center_insights.create_blueprint(api)
        insights.register_blueprint(data_center_annotations.create_blueprint(api))
        return insights

    def _data_center_api(self) -> data_center_api.DataCenterApi:
        return data_center_api.DataCenterApi(
            self.state, self.collaboration, self.data_center, self.sender, self._rendering
        )
