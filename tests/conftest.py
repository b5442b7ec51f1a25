"""How tests share the machine's cores."""

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests of the deployed stack with one worker, so that it is deployed once."""
    if item.get_closest_marker("stack"):
        item.add_marker(pytest.mark.xdist_group("stack"))
