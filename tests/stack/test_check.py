"""The doctor, under the roles and limits that are deployed."""

from dataclasses import replace
from typing import Any

import pytest
import requests

from tests.stack.conftest import Repository

pytestmark = pytest.mark.stack


def check(repository: Repository) -> dict[str, Any]:
    answer = requests.post(
        f"{repository.stack.api_url}/integrations/{repository.integration_id}/check",
        headers={"Authorization": f"Bearer {repository.stack.admin_token}"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def switch_webhook_off(repository: Repository) -> None:
    hooks = repository.bitbucket.state.named(repository.name).hooks
    for uuid, hook in hooks.items():
        hooks[uuid] = replace(hook, active=False)


def test_it_looks_at_everything_and_repairs_the_webhook(repository: Repository) -> None:
    healthy = check(repository)
    assert healthy["ok"] is True, healthy["checks"]
    switch_webhook_off(repository)
    repaired = [one["name"] for one in check(repository)["checks"] if one["repaired"]]
    assert repaired == ["webhook_active"]
    [hook] = repository.bitbucket.hooks(repository.name)
    assert hook.active
