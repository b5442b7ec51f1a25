"""Makes repositories, renames them and moves them, on either Bitbucket."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from local.bitbucket.model import Account, NotPossibleError, Provider, Repository
from local.bitbucket.state import RepositoryState, braced_uuid, person

if TYPE_CHECKING:
    from local.bitbucket.state import State

ADMINISTRATOR = "Administrator"
PROJECT_KEY = re.compile(r"~?[A-Za-z0-9][A-Za-z0-9_.-]{0,126}")
REPOSITORY_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
SEED = (
    "Initial commit of the dbt project",
    "Add staging models for customers, orders and payments",
    "Add marts and their tests",
)


class Repositories:
    """The repositories of both Bitbuckets, the way their administrators handle them."""

    def __init__(self, state: State) -> None:
        self._state = state

    def create_on_cloud(self, full_name: str) -> Repository:
        """Make a private repository whose main branch has a few commits."""
        workspace, _, slug = full_name.lower().partition("/")
        if not workspace or not slug or "/" in slug:
            message = f"a repository is called workspace/slug, not {full_name!r}"
            raise NotPossibleError(message)
        repository = Repository(
            uuid=braced_uuid("repository", workspace, slug),
            workspace_uuid=braced_uuid("workspace", workspace),
            workspace=workspace,
            slug=slug,
            project_key="DATA",
            project_uuid=braced_uuid("project", workspace, "DATA"),
            main_branch="main",
            owner=Account(braced_uuid("workspace", workspace), workspace, workspace),
            created_on=self._state.now(),
        )
        return self._add_repository(repository)

    def create_on_data_center(self, project: str, slug: str) -> Repository:
        """Make a private repository on Data Center; a project ~user is that user's own."""
        if not PROJECT_KEY.fullmatch(project) or not REPOSITORY_SLUG.fullmatch(slug):
            message = f"{project!r} is no project key or {slug!r} no repository slug"
            raise NotPossibleError(message)
        key = project.upper()
        user = project.removeprefix("~").lower()
        number = self._state.number_of("repository")
        repository = Repository(
            uuid=braced_uuid("data center repository", str(number)),
            workspace_uuid="",
            workspace="",
            slug=slug.lower(),
            project_key=key,
            project_uuid=braced_uuid("data center project", key),
            main_branch="main",
            owner=person(user) if project.startswith("~") else person(ADMINISTRATOR),
            created_on=self._state.now(),
            provider=Provider.DATA_CENTER,
            id=number,
            project_id=self._state.number_of("project", key),
        )
        return self._add_repository(repository)

    def _add_repository(self, repository: Repository) -> Repository:
        with self._state.lock:
            self._refuse_taken(repository)
            if repository.uuid in self._state.repositories:
                message = f"{repository.full_name} was renamed, and its old name is kept for it"
                raise NotPossibleError(message)
            stored = RepositoryState(repository)
            for message in SEED:
                stored.add_commit("main", message, person("Ada Osei"), self._state.now())
            self._state.repositories[repository.uuid] = stored
            return repository

    def _refuse_taken(self, wanted: Repository) -> None:
        others = [s.repository for s in self._state.of(wanted.provider)]
        if any(wanted.full_name == other.full_name for other in others):
            message = f"{wanted.full_name} exists already"
            raise NotPossibleError(message)

    def rename(self, stored: RepositoryState, slug: str) -> Repository:
        """Give a repository another slug; its uuid stays."""
        return self._put_elsewhere(stored, replace(stored.repository, slug=slug.lower()))

    def move(self, stored: RepositoryState, project: str, slug: str) -> Repository:
        """Put a repository of Data Center into another project; its number stays."""
        key = project.upper()
        moved = replace(
            stored.repository,
            project_key=key,
            project_uuid=braced_uuid("data center project", key),
            project_id=self._state.number_of("project", key),
            slug=slug.lower() or stored.repository.slug,
        )
        if moved.provider is not Provider.DATA_CENTER or not PROJECT_KEY.fullmatch(project):
            message = f"{stored.repository.full_name} cannot be moved to {project!r}"
            raise NotPossibleError(message)
        return self._put_elsewhere(stored, moved)

    def archive(self, stored: RepositoryState, *, archived: bool) -> Repository:
        """Let a repository of Data Center be read only, or end that."""
        with self._state.lock:
            if stored.repository.provider is not Provider.DATA_CENTER:
                message = "Bitbucket Cloud cannot archive a repository"
                raise NotPossibleError(message)
            stored.repository = replace(stored.repository, archived=archived)
            return stored.repository

    def _put_elsewhere(self, stored: RepositoryState, moved: Repository) -> Repository:
        with self._state.lock:
            old = stored.repository
            if moved.full_name != old.full_name:
                self._refuse_taken(moved)
                stored.repository = moved
            if old.provider is Provider.DATA_CENTER:
                self._state.moved[old.project_key.lower(), old.slug] = old.uuid
            return moved
