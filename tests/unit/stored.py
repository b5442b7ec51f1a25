"""Things to store in tests, and what AWS was asked for."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3

from bitbucket_integration.integration import CloudIdentity, DataCenterIdentity, Integration

REGION = "eu-central-1"
TABLE = "table"
NOON = 1_800_000_000.0


@cache
def aws_session() -> boto3.Session:
    """One session for all tests, since each reads the descriptions of its services anew."""
    return boto3.Session("testing", "testing", region_name=REGION)


@dataclass
class Clock:
    """A time that only a test moves."""

    seconds: float = NOON

    def __call__(self) -> float:
        return self.seconds


def repository(name: str = "jaffle-shop") -> CloudIdentity:
    """The repository with this name, in one workspace."""
    return CloudIdentity(
        workspace_uuid="{7f1f0dd8-ffb5-4a57-9d5b-5b9cf2a1c001}",
        repository_uuid=f"{{{name}}}",
        full_name=f"acme/{name}",
        web_url=f"https://bitbucket.org/acme/{name}",
    )


def data_center_repository(name: str = "jaffle-shop", version: str = "9.4.2") -> DataCenterIdentity:
    """The repository with this name, on one Data Center."""
    base_url = "https://bitbucket.example.com/git"
    return DataCenterIdentity(
        base_url=base_url,
        repository_id=7,
        project_key="DATA",
        slug=name,
        web_url=f"{base_url}/projects/DATA/repos/{name}",
        version=version,
    )


def integration(integration_id: str = "abc", name: str = "jaffle-shop", **rest: Any) -> Integration:
    """An integration of the repository with this name."""
    times = {"created_at": "2026-11-20T10:00:00+00:00", "updated_at": "2026-11-20T10:00:00+00:00"}
    return Integration(id=integration_id, repository=repository(name), **(times | rest))


def calls_of(client: Any) -> list[str]:
    """The names of the calls that this client makes from now on."""
    made: list[str] = []
    client.meta.events.register("before-call", lambda model, **_: made.append(model.name))
    return made


def items_of(client: Any) -> list[dict[str, Any]]:
    """Everything that is in the table."""
    found: list[dict[str, Any]] = client.scan(TableName=TABLE, ConsistentRead=True)["Items"]
    return found
