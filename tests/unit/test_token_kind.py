import pytest

from doctor import cloud_access, data_center_access
from doctor.probe import ProbeStatus


@pytest.mark.parametrize("kind", ["api_token", "apppassword", "oauth1", "oauth2"])
def test_a_token_of_a_person_is_a_warning(kind: str) -> None:
    probe = cloud_access.token_kind(kind)
    assert probe.status is ProbeStatus.WARNING
    assert "of a person" in probe.seen
    assert "Create Repository Access Token" in probe.cure


@pytest.mark.parametrize("kind", [None, "", "<b>new</b>"])
def test_a_kind_that_is_not_known_is_not_repeated(kind: str | None) -> None:
    probe = cloud_access.token_kind(kind)
    assert probe.status is ProbeStatus.SKIPPED
    assert "does not say" in probe.seen


def test_whom_a_token_acts_as_is_not_always_told() -> None:
    assert data_center_access.token_kind("").status is ProbeStatus.SKIPPED
