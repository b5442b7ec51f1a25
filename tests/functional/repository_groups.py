"""More repositories than one: a workspace of Cloud, a project of Data Center."""

from tests.functional.conftest import System


def on_cloud(system: System) -> bool:
    return system.bench.repository.startswith("acme/")


def make_repositories(system: System, *names: str) -> None:
    for name in names:
        if on_cloud(system):
            system.bitbucket.create_repository(f"acme/{name}")
        else:
            system.bitbucket.create_data_center_repository("DATA", name)


def group_token(system: System) -> str:
    """A token for the whole workspace, or the whole project."""
    if on_cloud(system):
        return system.bitbucket.create_access_token(
            system.bench.repository, kind="workspace_access_token"
        )
    return system.bitbucket.create_data_center_token(system.bench.repository, "PROJECT_ADMIN")


def everything(system: System) -> str:
    return "acme" if on_cloud(system) else f"{system.bitbucket.data_center_url}/projects/DATA"
