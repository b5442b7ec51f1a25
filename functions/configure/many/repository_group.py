"""Which workspace or project a person means by an address."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import repository_address
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.cloud import CloudWorkspace
from bitbucket_integration.bitbucket.data_center import DataCenterProject
from bitbucket_integration.errors import InvalidRequestError
from repository_address import CloudAddress, DataCenterAddress

_CURE = (
    "must be a workspace of Bitbucket Cloud, such as acme, or the address of a project of Bitbucket"
    " Data Center, such as https://bitbucket.example.com/projects/DATA"
)


@dataclass(frozen=True, slots=True)
class RepositoryGroup:
    """A workspace or a project, by one repository that it could have."""

    example: CloudAddress | DataCenterAddress

    def repositories(
        self, client: BitbucketClient, cloud_api_url: str
    ) -> list[CloudAddress | DataCenterAddress]:
        """The repositories that the token sees, by their names. Raises a BitbucketError."""
        match self.example:
            case CloudAddress(workspace=workspace):
                names = sorted(
                    client.items(CloudWorkspace(cloud_api_url, workspace).repositories())
                )
                pairs = (name.split("/", 1) for name in names)
                return [CloudAddress(owner, slug) for owner, slug in pairs]
            case DataCenterAddress(base_url=base_url, project_key=key):
                slugs = sorted(client.items(DataCenterProject(base_url, key).repositories()))
                return [DataCenterAddress(base_url, key, slug) for slug in slugs]


def parse_group(text: str, allow_http: Callable[[str], bool]) -> RepositoryGroup:
    """Understands a workspace, its address, and the address of a project.

    `allow_http` is as for an address of a repository. Raises InvalidRequestError for `all_in`.
    """
    plain = text.strip().rstrip("/")
    if "/repos" in plain or "git@" in plain:
        raise InvalidRequestError("all_in", _CURE)
    on_data_center = "/projects/" in plain or "/users/" in plain
    try:
        address = repository_address.parse(
            f"{plain}/repos/any" if on_data_center else f"{plain}/any", allow_http
        )
    except InvalidRequestError as error:
        secure = "without encryption" in str(error) or "password" in str(error)
        raise InvalidRequestError("all_in", str(error) if secure else _CURE) from error
    if isinstance(address, CloudAddress) and address.repository != "any":
        raise InvalidRequestError("all_in", _CURE)
    return RepositoryGroup(address)


def name_of(address: CloudAddress | DataCenterAddress) -> str:
    """A repository's name among those of its group."""
    if isinstance(address, CloudAddress):
        return f"{address.workspace}/{address.repository}"
    host = urlsplit(address.base_url).netloc
    return f"{host}/{address.project_key}/{address.slug}"
