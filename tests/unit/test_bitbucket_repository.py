import pytest

from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.repository import BitbucketRepository, repository_of
from tests.unit import cloud_calls, data_center_calls
from tests.unit.stored import data_center_repository, repository

# That each is one is for the type checker to say.
REPOSITORIES: list[BitbucketRepository] = [cloud_calls.REPOSITORY, data_center_calls.REPOSITORY]
PROMISED = {name for name in dir(BitbucketRepository) if not name.startswith("_")}


@pytest.mark.parametrize("one", REPOSITORIES, ids=["cloud", "data center"])
def test_either_bitbucket_can_do_all_that_is_needed(one: BitbucketRepository) -> None:
    assert {name for name in dir(one) if not name.startswith("_")} >= PROMISED


def test_all_that_a_cloud_repository_can_do_is_needed() -> None:
    by_the_doctor_of_cloud = {"see_build_statuses"}
    assert cloud_calls.CALLS.keys() - {"repositories"} - by_the_doctor_of_cloud == PROMISED


def test_a_cloud_repository_is_called_by_its_uuids() -> None:
    identity = repository()
    assert repository_of(identity, cloud_calls.API) == CloudRepository(
        cloud_calls.API, identity.workspace_uuid, identity.repository_uuid
    )


@pytest.mark.parametrize(
    ("version", "has_builds"), [("7.3.2", False), ("7.4.0", True), ("10.2.1", True)]
)
def test_a_data_center_repository_is_called_as_its_server_allows(
    version: str,
    has_builds: bool,  # noqa: FBT001
) -> None:
    identity = data_center_repository(version=version)
    assert repository_of(identity, cloud_calls.API) == DataCenterRepository(
        identity.base_url,
        identity.project_key,
        identity.slug,
        web_url=identity.web_url,
        has_repository_builds=has_builds,
        repository_id=identity.repository_id,
    )
