"""Looks whether a repository is still where we know it to be, and where it has moved to."""

from dataclasses import replace

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.errors import MovedInBitbucketError, NotFoundInBitbucketError
from bitbucket_integration.integration import DataCenterIdentity, RepositoryIdentity


class RepositoryOutOfReachError(NotFoundInBitbucketError):
    """Not a pull request alone: the repository is gone, or the access token may not see it."""


def check_reach(client: BitbucketClient, repository: BitbucketRepository) -> None:
    """Raises RepositoryOutOfReachError, or another BitbucketError, unless it can be read."""
    try:
        client.run(repository.describe())
    except NotFoundInBitbucketError as error:
        raise RepositoryOutOfReachError(str(error)) from error


def moved_identity(
    client: BitbucketClient, identity: RepositoryIdentity, moved: MovedInBitbucketError
) -> DataCenterIdentity:
    """What a repository is called that was renamed, or moved to another project of its server.

    Raises RepositoryOutOfReachError or another BitbucketError; `moved` itself on Bitbucket Cloud,
    which has no such answer.
    """
    if not isinstance(identity, DataCenterIdentity):
        raise moved
    known = DataCenterRepository(
        identity.base_url,
        identity.project_key,
        identity.slug,
        repository_id=identity.repository_id,
    )
    try:
        found = client.follow(known.describe())
    except NotFoundInBitbucketError as error:
        raise RepositoryOutOfReachError(str(error)) from error
    return replace(identity, project_key=found.project_key, slug=found.slug, web_url=found.web_url)
