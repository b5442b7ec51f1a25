"""Runs a command that ends when this process's parent does, however the parent ends.

The parent holds the other end of standard input. When it closes, by intent or because the kernel
cleans up after a kill, this process, the command and everything it has started are killed. Run it
as the leader of a session of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    """Run the command until it ends or standard input does."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_kill_group_at_end_of_input, daemon=True).start()
    return child.wait()


def _kill_group_at_end_of_input() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        continue
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
