"""Whether an access token can do the work on a repository of Bitbucket Cloud."""

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.cloud_errors import missing_scopes, permission_names
from bitbucket_integration.errors import PermissionMissingError
from bitbucket_integration.integration import CloudIdentity
from repository_address import CloudAddress

REQUIRED_SCOPES = frozenset({"pullrequest", "webhook"})
"""What Bitbucket Cloud demands for comments and webhooks; `pullrequest` includes `repository`."""


def check(client: BitbucketClient, address: CloudAddress, api_url: str) -> CloudIdentity:
    """The repository, after the token has shown what it can do. Raises a BitbucketError."""
    repository = CloudRepository(api_url, address.workspace, address.repository)
    description = client.run(repository.describe())
    if description.granted_scopes is not None:
        missing = missing_scopes(description.granted_scopes, REQUIRED_SCOPES)
        if missing:
            names = permission_names(missing)
            raise PermissionMissingError(f"the access token lacks {' and '.join(names)}", names)
    client.run(repository.open_pull_requests(page_length=1))
    client.run(repository.webhooks())
    return CloudIdentity(
        workspace_uuid=description.workspace_uuid,
        repository_uuid=description.repository_uuid,
        full_name=description.full_name,
        web_url=description.web_url,
    )
