"""A repository on either Bitbucket that is configured and then looked after."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import requests

from bitbucket_integration.integration import Provider
from local.bitbucket.model import Hook
from tests.functional.conftest import System


@dataclass
class Patient:
    """A repository, with what to do to it. `name` is the emulator's, `address` what a person says.

    `id` is empty until it is configured.
    """

    system: System
    name: str = field(init=False)
    address: str = field(init=False)
    id: str = ""

    def __post_init__(self) -> None:
        self.name = self.system.bench.repository
        self.address = self.system.bench.address(self.system.bitbucket)

    @property
    def on_cloud(self) -> bool:
        return self.system.bench.provider is Provider.CLOUD

    def token(self, *, webhooks: bool = True) -> str:
        """A new access token that may comment, and manage webhooks or not."""
        bitbucket = self.system.bitbucket
        if self.on_cloud:
            scopes = ("pullrequest", "webhook") if webhooks else ("pullrequest",)
            return bitbucket.create_access_token(self.name, scopes)
        permission = "REPO_ADMIN" if webhooks else "REPO_READ"
        return bitbucket.create_data_center_token(self.name, permission)

    def try_to_configure(self, token: str | None = None) -> requests.Response:
        token = token or self.token()
        return self.system.configure(repository=self.address, access_token=token)

    def configure(self, token: str | None = None) -> dict[str, Any]:
        """What was answered."""
        answer = self.try_to_configure(token)
        assert answer.status_code in {200, 201}, answer.text
        body: dict[str, Any] = answer.json()
        self.id = body["integration"]["id"]
        return body

    def check(self) -> dict[str, Any]:
        answer = self.system.call("POST", f"/integrations/{self.id}/check")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def use_token(self, token: str) -> None:
        """Let this be the access token, without asking whether it is any good."""
        account = self.system.account
        name = account.environment["ACCESS_TOKEN_PREFIX"] + self.id
        account.client("secretsmanager").put_secret_value(SecretId=name, SecretString=token)

    def current_token(self) -> str:
        [token] = self.system.account.access_tokens().values()
        return token

    def hooks(self) -> dict[str, Hook]:
        """The webhooks in Bitbucket, to be changed."""
        return self.system.bitbucket.state.named(self.name).hooks

    def change_hook(self, **changes: Any) -> None:
        """What somebody did to the one webhook there is."""
        [(uuid, hook)] = self.hooks().items()
        self.hooks()[uuid] = replace(hook, **changes)

    def settings(self, **variables: str) -> None:
        """Deploy with other settings."""
        self.system.account.environment |= variables
        self.system.account.cold()

    def behind(self, url_of: Callable[[str], str]) -> None:
        """Let Bitbucket have the addresses that this makes of its own."""
        bitbucket = self.system.bitbucket
        if self.on_cloud:
            self.settings(BITBUCKET_CLOUD_API_URL=url_of(bitbucket.cloud_api_url))
        else:
            self.address = f"{url_of(bitbucket.data_center_url)}/{self.name}"


def found(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The checks in an answer by their names."""
    return {check["name"]: check for check in body["checks"]}


def statuses(body: dict[str, Any]) -> dict[str, str]:
    """The status of each check."""
    return {name: check["status"] for name, check in found(body).items()}


def failures(body: dict[str, Any]) -> list[str]:
    """What failed. Each failure says what to do, and nothing that works does."""
    for check in body["checks"]:
        assert check["seen"].endswith("."), check
        assert bool(check["cure"]) == (check["status"] in {"failed", "warning"}), check
    return [check["name"] for check in body["checks"] if check["status"] == "failed"]


def repaired(body: dict[str, Any]) -> list[str]:
    """What was repaired, and so is as it should be."""
    checks = [check for check in body["checks"] if check["repaired"]]
    assert all(check["status"] == "ok" for check in checks)
    return [check["name"] for check in checks]
