from dataclasses import replace

import pytest

from bitbucket_integration.integration import WITHOUT_END, Health, Integration
from tests.unit.stored import integration

NOON = "2026-11-20T12:00:00+00:00"
LATER = "2026-11-20T13:00:00+00:00"


@pytest.mark.parametrize(
    ("version", "until", "accepted"),
    [
        (1, "", (1,)),
        (2, "", (2,)),
        (2, NOON, (2,)),
        (2, "2026-11-20T11:59:59+00:00", (2,)),
        (2, "2026-11-20T12:00:01+00:00", (2, 1)),
        (3, LATER, (3, 2)),
        (2, WITHOUT_END, (2, 1)),
        (1, LATER, (1,)),
    ],
)
def test_the_former_secret_is_accepted_until_its_grace_ends(
    version: int, until: str, accepted: tuple[int, ...]
) -> None:
    secret = integration(webhook_secret_version=version, webhook_secret_grace_until=until)
    token = integration(ci_token_version=version, ci_token_grace_until=until)
    assert secret.webhook_secret_versions(NOON) == accepted
    assert token.ci_token_versions(NOON) == accepted
    assert integration().webhook_secret_versions(NOON) == (1,)
    assert token.webhook_secret_versions(NOON) == (1,)


@pytest.mark.parametrize(
    ("former", "since"),
    [
        (Health(since=NOON), NOON),
        (Health(), LATER),
        (Health("ok", "It had another cause.", NOON), LATER),
        (Health("rate_limited", since=NOON), LATER),
    ],
)
def test_health_that_is_the_same_has_been_so_for_longer(former: Health, since: str) -> None:
    assert Health(since=LATER).after(former) == Health(since=since)


def test_an_access_token_is_an_integrations_own_unless_it_shares_one() -> None:
    own: Integration = integration("abc")
    assert own.access_token_owner == "abc"
    assert replace(own, access_token_id="other").access_token_owner == "other"
