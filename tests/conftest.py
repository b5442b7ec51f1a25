"""How tests share the machine's cores."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives each worker its next test, but the tests of the stack to one: it is deployed once."""

    def _split_scope(self, nodeid: str) -> str:
        return "stack" if nodeid.startswith("tests/stack/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Take ours, whatever `--dist` says."""
    return Scheduling(config, log)
