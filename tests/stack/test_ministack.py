import socket
from pathlib import Path

import pytest

from local.stack.ministack import HOST, MiniStack
from tests.stack.conftest import until

pytestmark = pytest.mark.stack


def is_there(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_nothing_of_it_is_left_when_it_is_stopped_though_its_leash_was_killed(
    tmp_path: Path,
) -> None:
    with MiniStack(tmp_path) as running:
        leash = running._process
        assert leash is not None
        leash.kill()
        assert is_there(running.port)
    until(lambda: not is_there(running.port), "a port that is free again")
