"""A leash must end what it holds, in whatever way its owner ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from local.stack import leash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Opens a pipe for writing and passes it to a child of its own: the pipe's end is theirs.
HELD = textwrap.dedent("""
    import subprocess, sys, time
    pipe = open(sys.argv[1], "w")
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=pipe)
    print("ready", file=pipe, flush=True)
    time.sleep(600)
""")
# A job in a shell's background has SIGINT ignored, and so has what it starts.
OWNER = textwrap.dedent("""
    import signal, subprocess, sys, time
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    held = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)
    time.sleep(600)
""")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@pytest.fixture
def owner(pipe: Path) -> Iterator[subprocess.Popen[bytes]]:
    held = [sys.executable, leash.__file__, sys.executable, "-c", HELD, str(pipe)]
    with subprocess.Popen([sys.executable, "-c", OWNER, *held]) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ends_with_its_owner(
    owner: subprocess.Popen[bytes], pipe: Path, by: signal.Signals
) -> None:
    with pipe.open() as reader:
        assert reader.readline() == "ready\n"
        owner.send_signal(by)
        assert reader.read() == ""  # the pipe ends when the last process that holds it has


def test_answers_as_its_command_does() -> None:
    command = [sys.executable, leash.__file__, sys.executable, "-c", "raise SystemExit(3)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:
        assert process.wait() == 3
