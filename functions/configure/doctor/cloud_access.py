"""Whether an access token can do the work on a repository of Bitbucket Cloud."""

from collections.abc import Sequence
from dataclasses import dataclass

from bitbucket_integration.activity import Activity
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.cloud_answers import RepositoryDescription
from bitbucket_integration.bitbucket.cloud_errors import missing_scopes, permission_names
from bitbucket_integration.bitbucket.repository import BitbucketRepository, repository_of
from bitbucket_integration.bitbucket.vocabulary import Webhook
from bitbucket_integration.errors import PermissionMissingError
from bitbucket_integration.integration import CloudIdentity
from doctor.access import Seen, build_statuses, last_event, look_for_webhooks
from doctor.cloud_screens import CLOUD_SCREENS
from doctor.examination import Examination
from doctor.probe import Probe, ProbeName, ok, skipped, warning
from doctor.screens import Screens

_TO_COMMENT, _TO_MANAGE_WEBHOOKS = "pullrequest", "webhook"
# `pullrequest` includes `repository`, which is all that build statuses need.
_WANTED = frozenset({_TO_COMMENT, _TO_MANAGE_WEBHOOKS})

_BOUND_TOKENS = {
    "repo_access_token": "a repository access token",
    "project_access_token": "a project access token, which reaches all repositories of the project",
    "workspace_access_token": "a workspace access token, which reaches the whole workspace",
}
_PERSONAL_TOKENS = {
    "api_token": "an API token",
    "apppassword": "an app password",
    "oauth1": "an OAuth token",
    "oauth2": "an OAuth token",
}


@dataclass(frozen=True, slots=True)
class CloudAccess:
    """A repository by slugs or UUIDs."""

    repository: CloudRepository

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self.repository.api_url

    @property
    def screens(self) -> Screens:
        """Cloud's words."""
        return CLOUD_SCREENS

    @property
    def names(self) -> Sequence[ProbeName]:
        """There is only one version of Cloud."""
        return [name for name in ProbeName if name is not ProbeName.VERSION]

    def look(self, client: BitbucketClient, examination: Examination) -> Seen:
        """Look at everything before the webhook. Raises the BitbucketError that is in the way."""
        with examination.at(ProbeName.REPOSITORY):
            description = client.run(self.repository.describe())
        examination.accepted()
        examination.add(
            token_kind(description.credential_type),
            ok(ProbeName.REPOSITORY, f"The token sees {description.full_name}."),
        )
        missing = _missing(description)
        with examination.at(ProbeName.COMMENT):
            if _TO_COMMENT in missing:
                # All at once, so that the next token lacks nothing.
                raise _lacking(missing)
            client.run(self.repository.open_pull_requests(page_length=1))
        examination.add(
            ok(ProbeName.COMMENT, "The token may read pull requests and comment on them.")
        )
        with examination.at(ProbeName.BUILD_STATUS):
            commit = client.run(self.repository.newest_commit())
            if commit is not None:
                client.run(self.repository.see_build_statuses(commit.hash))
        examination.add(build_statuses(commit))
        identity = _identity(description)
        webhooks = look_for_webhooks(client, self.repository, examination)
        return Seen(identity, repository_of(identity, self.base_url), webhooks, _delivery)

    def today(self, _: BitbucketClient) -> BitbucketRepository:
        """The repository as it is: a stored one goes by its UUIDs."""
        return self.repository


def _delivery(_: BitbucketClient, __: Webhook, activity: Activity | None) -> Probe:
    # Cloud cannot be asked for a test.
    return last_event(activity)


def token_kind(credential_type: str | None) -> Probe:
    """What kind of token it is, by Bitbucket's name for it."""
    unknown = "Bitbucket does not say when it expires."
    if credential_type in _BOUND_TOKENS:
        seen = f"It is {_BOUND_TOKENS[credential_type]}. {unknown}"
        return ok(ProbeName.TOKEN_KIND, seen)
    if credential_type in _PERSONAL_TOKENS:
        seen = (
            f"It is {_PERSONAL_TOKENS[credential_type]} of a person, in whose name comments are"
            " written, and ends when that person leaves."
        )
        return warning(ProbeName.TOKEN_KIND, seen, CLOUD_SCREENS.new_token)
    return skipped(ProbeName.TOKEN_KIND, f"Bitbucket does not say what kind it is. {unknown}")


def _missing(description: RepositoryDescription) -> frozenset[str]:
    granted = description.granted_scopes
    return frozenset() if granted is None else missing_scopes(granted, _WANTED)


def _lacking(missing: frozenset[str]) -> PermissionMissingError:
    names = permission_names(missing)
    return PermissionMissingError(f"the access token lacks {' and '.join(names)}", names)


def _identity(description: RepositoryDescription) -> CloudIdentity:
    return CloudIdentity(
        workspace_uuid=description.workspace_uuid,
        repository_uuid=description.repository_uuid,
        full_name=description.full_name,
        web_url=description.web_url,
    )
