"""The paths of the pages, which are where Bitbucket has its own.

Cloud's begin at the root. Data Center's begin at its context path, and a personal project is found
under its user's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.bitbucket.model import Provider

if TYPE_CHECKING:
    from local.bitbucket.model import Repository

CONTEXT_PATH = "/bitbucket"


def project_path(key: str) -> str:
    """A project of Data Center, below the context path."""
    return f"/users/{key[1:].lower()}" if key.startswith("~") else f"/projects/{key}"


def group(repository: Repository) -> str:
    """The list of the workspace's or the project's repositories."""
    if repository.provider is Provider.DATA_CENTER:
        return CONTEXT_PATH + project_path(repository.project_key)
    return f"/{repository.workspace}/"


def pull_requests(repository: Repository) -> str:
    """The list of pull requests."""
    if repository.provider is Provider.DATA_CENTER:
        return f"{group(repository)}/repos/{repository.slug}/pull-requests"
    return f"/{repository.full_name}/"


def pull_request(repository: Repository, number: int | str) -> str:
    """A pull request; `number` may be a placeholder."""
    if repository.provider is Provider.DATA_CENTER:
        return f"{pull_requests(repository)}/{number}/overview"
    return f"/{repository.full_name}/pull-requests/{number}"


def commit(repository: Repository, commit_hash: str) -> str:
    """A commit."""
    if repository.provider is Provider.DATA_CENTER:
        return f"{group(repository)}/repos/{repository.slug}/commits/{commit_hash}"
    return f"/{repository.full_name}/commits/{commit_hash}"
