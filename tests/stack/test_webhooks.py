import pytest

from tests.stack.conftest import Repository

pytestmark = pytest.mark.stack

OPENED = {
    "cloud": ("pullrequest:created", b'{"pullrequest": {"id": 1}}'),
    "data_center": ("pr:opened", b'{"eventKey": "pr:opened", "pullRequest": {"id": 1}}'),
}


@pytest.mark.parametrize(
    ("repository", "event", "body"),
    [pytest.param(provider, *opened, id=provider) for provider, opened in OPENED.items()],
    indirect=["repository"],
)
def test_a_webhook_is_believed_for_its_signature_alone(
    repository: Repository, event: str, body: bytes
) -> None:
    secret = repository.webhook_secret()
    for wrong in (None, "x", secret[:-1]):
        assert repository.deliver(event, body, wrong).status_code == 401
    assert repository.deliver(event, body, secret).json() == {"outcome": "queued"}
    repository.settle()
