"""Whether an access token can do the work on a repository of a Bitbucket Data Center."""

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.data_center_answers import (
    OLDEST_SUPPORTED,
    DataCenterDescription,
    release,
)
from bitbucket_integration.bitbucket.moved import follow
from bitbucket_integration.errors import BitbucketError, MovedInBitbucketError
from bitbucket_integration.integration import DataCenterIdentity
from repository_address import DataCenterAddress


class UnsupportedVersionError(BitbucketError):
    """This Bitbucket is too old to be worked with."""

    reason = "unsupported_version"


def check(client: BitbucketClient, address: DataCenterAddress) -> DataCenterIdentity:
    """The repository, after the token has shown what it can do. Raises a BitbucketError."""
    repository = DataCenterRepository(address.base_url, address.project_key, address.slug)
    version = client.run(repository.application_properties()).version
    if release(version) < OLDEST_SUPPORTED:
        oldest = ".".join(map(str, OLDEST_SUPPORTED))
        raise UnsupportedVersionError(
            f"{address.base_url} is Bitbucket {version}; the oldest that works is {oldest}"
        )
    description = describe(client, repository)
    renamed = repository.renamed(description)
    client.run(renamed.open_pull_requests(page_length=1))
    client.run(renamed.webhooks())
    return DataCenterIdentity(
        base_url=address.base_url,
        repository_id=description.repository_id,
        project_key=description.project_key,
        slug=description.slug,
        web_url=description.web_url,
        version=version,
    )


def describe(client: BitbucketClient, repository: DataCenterRepository) -> DataCenterDescription:
    """The repository by its names of today, on the same server. Raises a BitbucketError."""
    call = repository.describe()
    try:
        return client.run(call)
    except MovedInBitbucketError as moved:
        return client.run(follow(call, moved.location))
