"""The MiniStack server: an AWS in one process, on 127.0.0.1, gone when its owner is."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self

from local.stack import leash
from local.stack.errors import LocalStackError, with_log
from local.stack.places import STACK_PYTHON

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 15
TRIES = 3


class MiniStack:
    """Started when entered, stopped when left. `folder` keeps its log and its temporary files."""

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self.log = folder / "ministack.log"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint_url(self) -> str:
        """What AWS clients take for AWS."""
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        if not STACK_PYTHON.exists():
            raise LocalStackError(f"{STACK_PYTHON} is missing: `make stack-venv` makes it.")
        for _ in range(TRIES):
            self.port = _free_port()
            self._process = self._start()
            try:
                if self._becomes_healthy(self._process):
                    return self
            except BaseException:
                self._stop()
                raise
            # Somebody else may have taken the port between the look and the start.
            self._stop()
        raise with_log("MiniStack does not start", self.log)

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _start(self) -> subprocess.Popen[bytes]:
        temporary = self._folder / "tmp"
        temporary.mkdir(exist_ok=True)
        # Functions inherit this environment, so it holds nothing of the developer's own.
        environment = {
            "AUTH": "true",  # IAM policies are enforced
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "HOME": str(temporary),
            "LANG": "C.UTF-8",
            "MINISTACK_HOST": HOST,
            "PATH": os.defpath,
            "S3_DATA_DIR": str(self._folder / "s3"),
            "STATE_DIR": str(self._folder / "state"),
            "TMPDIR": str(temporary),
        }
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, leash.__file__, STACK_PYTHON, "-m", "ministack"],
                cwd=temporary,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    def _becomes_healthy(self, process: subprocess.Popen[bytes]) -> bool:
        give_up_at = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < give_up_at:
            if _answers(self.port):
                return True
            time.sleep(0.1)
        return False

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        # Somebody may have killed the leash alone. Its number is nobody else's until it is waited
        # for.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
