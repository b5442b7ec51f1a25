"""Which Bitbucket a repository is on, and with it how it is looked at."""

from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.integration import (
    CloudIdentity,
    DataCenterIdentity,
    RepositoryIdentity,
)
from doctor.access import Access
from doctor.cloud_access import CloudAccess
from doctor.data_center_access import DataCenterAccess
from repository_address import CloudAddress, DataCenterAddress


def access_to(
    repository: CloudAddress | DataCenterAddress | RepositoryIdentity, cloud_api_url: str
) -> Access:
    """The access to a repository that a person named, or that was configured before."""
    match repository:
        case CloudAddress(workspace, slug):
            return CloudAccess(CloudRepository(cloud_api_url, workspace, slug))
        case CloudIdentity():
            return CloudAccess(
                CloudRepository(
                    cloud_api_url, repository.workspace_uuid, repository.repository_uuid
                )
            )
        case DataCenterAddress(base_url, key, slug):
            return DataCenterAccess(DataCenterRepository(base_url, key, slug))
        case DataCenterIdentity():
            return DataCenterAccess(
                DataCenterRepository(
                    repository.base_url,
                    repository.project_key,
                    repository.slug,
                    repository_id=repository.repository_id,
                )
            )
