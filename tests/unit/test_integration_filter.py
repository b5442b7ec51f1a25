from typing import Any

import pytest

from bitbucket_integration.integration import Health, Provider
from integration_filter import Filter, HealthState
from tests.unit.stored import integration

WELL = integration()
ILL = integration(health=Health("access_token_rejected"), paused=True)


@pytest.mark.parametrize(
    ("wanted", "well", "ill"),
    [
        ({"provider": Provider.CLOUD}, True, True),
        ({"provider": Provider.DATA_CENTER}, False, False),
        ({"health": HealthState.OK}, True, False),
        ({"health": HealthState.FAILING}, False, True),
        ({"paused": False}, True, False),
        ({"paused": True}, False, True),
        ({"repository": "ACME/jaffle"}, True, True),
        ({"repository": "FLE-Shop"}, True, True),
        ({"repository": "raffle"}, False, False),
        ({"repository": "jaffle", "paused": True, "health": HealthState.OK}, False, False),
        ({"repository": "jaffle", "paused": True, "health": HealthState.FAILING}, False, True),
    ],
)
def test_all_of_a_filter_has_to_hold(wanted: dict[str, Any], *, well: bool, ill: bool) -> None:
    chosen = Filter(**wanted)
    assert chosen.any
    assert (chosen(WELL), chosen(ILL)) == (well, ill)


def test_a_filter_of_nothing_asks_for_nothing() -> None:
    assert not Filter().any
    assert Filter()(WELL)
    assert Filter()(ILL)
