"""The Bitbuckets that the story is played on: the same repository on Cloud and on Data Center."""

from dataclasses import dataclass

from local.bitbucket import BitbucketEmulator, page_addresses


@dataclass(frozen=True)
class DemoRepository:
    """A repository on one of the Bitbuckets, and an access token for it.

    `name` is what the emulator's controls call it, `address` what an admin types.
    """

    provider: str
    bitbucket: BitbucketEmulator
    name: str
    address: str
    access_token: str

    def page(self, number: int) -> str:
        """Where a pull request is seen."""
        repository = self.bitbucket.repository(self.name)
        return self.bitbucket.url + page_addresses.pull_request(repository, number)


def create_repositories(bitbucket: BitbucketEmulator) -> list[DemoRepository]:
    """Make the repository and its access token on both."""
    on_cloud = bitbucket.create_repository("acme/jaffle-shop").full_name
    on_data_center = bitbucket.create_data_center_repository("DATA", "jaffle-shop")
    return [
        DemoRepository(
            "Cloud",
            bitbucket,
            on_cloud,
            address=on_cloud,
            access_token=bitbucket.create_access_token(on_cloud, ("pullrequest:write", "webhook")),
        ),
        DemoRepository(
            "Data Center",
            bitbucket,
            on_data_center,
            address=f"{bitbucket.data_center_url}/{on_data_center}",
            access_token=bitbucket.create_data_center_token(on_data_center, "REPO_ADMIN"),
        ),
    ]
