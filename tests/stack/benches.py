"""What differs between the Bitbuckets for the people who use them, and for nobody else."""

import uuid
from dataclasses import dataclass
from typing import Protocol

from local.bitbucket import BitbucketEmulator


class Bench(Protocol):
    """One of the Bitbuckets. `name` is what a repository is called in the emulator's controls."""

    @property
    def bitbucket(self) -> BitbucketEmulator:
        """The emulator, which is both."""

    def create_repository(self, slug: str) -> str:
        """Make a repository; its name."""

    def create_access_token(self, name: str) -> str:
        """Make a token that may do what an integration needs."""

    def address(self, name: str) -> str:
        """What an admin types for the repository."""

    def delivery_headers(self, event: str) -> dict[str, str]:
        """The headers of a webhook, without its signature."""


@dataclass(frozen=True)
class CloudBench:
    """Bitbucket Cloud."""

    bitbucket: BitbucketEmulator

    def create_repository(self, slug: str) -> str:
        return self.bitbucket.create_repository(f"acme/{slug}").full_name

    def create_access_token(self, name: str) -> str:
        return self.bitbucket.create_access_token(name, ("pullrequest:write", "webhook"))

    def address(self, name: str) -> str:
        return name

    def delivery_headers(self, event: str) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "X-Event-Key": event,
            "X-Request-UUID": str(uuid.uuid4()),
            "X-Attempt-Number": "1",
            "User-Agent": "Bitbucket-Webhooks/2.0",
        }


@dataclass(frozen=True)
class DataCenterBench:
    """Bitbucket Data Center, in the version that the emulator is set to."""

    bitbucket: BitbucketEmulator

    def create_repository(self, slug: str) -> str:
        return self.bitbucket.create_data_center_repository("DATA", slug)

    def create_access_token(self, name: str) -> str:
        belongs_to_repository = self.bitbucket.data_center.version.has_repository_tokens
        user = None if belongs_to_repository else "jane"
        return self.bitbucket.create_data_center_token(name, "REPO_ADMIN", user=user)

    def address(self, name: str) -> str:
        return f"{self.bitbucket.data_center_url}/{name}"

    def delivery_headers(self, event: str) -> dict[str, str]:
        version = self.bitbucket.data_center.version
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-Event-Key": event,
            "X-Request-Id": str(uuid.uuid4()),
            "User-Agent": f"Atlassian HttpClient 4.2.0 / Bitbucket-{version} / Default",
        }


BENCHES: dict[str, type[CloudBench | DataCenterBench]] = {
    "cloud": CloudBench,
    "data_center": DataCenterBench,
}
