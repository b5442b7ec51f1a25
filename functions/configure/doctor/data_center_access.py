"""Whether an access token can do the work on a repository of a Bitbucket Data Center."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.data_center_answers import (
    FIRST_THAT_SHOWS_BUILDS,
    FIRST_WITH_REPOSITORY_BUILDS,
    OLDEST_SUPPORTED,
    release,
)
from bitbucket_integration.errors import (
    BitbucketError,
    NotFoundInBitbucketError,
    RequestRefusedError,
)
from bitbucket_integration.integration import DataCenterIdentity
from doctor.access import Seen, build_statuses, look_for_webhooks
from doctor.data_center_delivery import try_delivery
from doctor.data_center_screens import DATA_CENTER_SCREENS
from doctor.examination import Examination
from doctor.probe import Probe, ProbeName, ProbeStatus, failed, ok, skipped
from doctor.screens import Screens

NO_BUILD_STATUSES = "no_build_statuses"
"""The reason of a failure that leaves the rest working."""

_OLDEST = ".".join(map(str, OLDEST_SUPPORTED))


class UnsupportedVersionError(BitbucketError):
    """This Bitbucket is too old to be worked with."""

    reason = "unsupported_version"


@dataclass(frozen=True, slots=True)
class DataCenterAccess:
    """A repository by project key and slug, and by its number if that is known."""

    repository: DataCenterRepository

    @property
    def base_url(self) -> str:
        """Where Bitbucket is."""
        return self.repository.base_url

    @property
    def screens(self) -> Screens:
        """Data Center's words."""
        return DATA_CENTER_SCREENS

    @property
    def names(self) -> Sequence[ProbeName]:
        """All of them."""
        return list(ProbeName)

    def look(self, client: BitbucketClient, examination: Examination) -> Seen:
        """Look at everything before the webhook. Raises the BitbucketError that is in the way."""
        with examination.at(ProbeName.VERSION):
            version = self._version(client)
        examination.answered()
        supported = judged_version(version)
        examination.add(supported)
        if supported.status is ProbeStatus.FAILED:
            raise UnsupportedVersionError(
                f"{self.base_url} is Bitbucket {version}; the oldest that works is {_OLDEST}"
            )
        with examination.at(ProbeName.REPOSITORY):
            description = client.follow(self.repository.describe())
        identity = DataCenterIdentity(
            base_url=self.base_url,
            repository_id=description.repository_id,
            project_key=description.project_key,
            slug=description.slug,
            web_url=description.web_url,
            version=version,
        )
        repository = self.repository.renamed(description)
        examination.accepted()
        examination.add(
            token_kind(description.user),
            ok(ProbeName.REPOSITORY, f"The token sees {identity.full_name}."),
        )
        with examination.at(ProbeName.COMMENT):
            client.run(repository.open_pull_requests(page_length=1))
        commentable = judged_archive(archived=description.archived)
        examination.add(commentable)
        if commentable.status is ProbeStatus.FAILED:
            raise RequestRefusedError(f"{description.full_name} is archived")
        with examination.at(ProbeName.BUILD_STATUS):
            examination.add(_build_statuses(client, repository, version))
        webhooks = look_for_webhooks(client, repository, examination)
        return Seen(identity, repository, webhooks, partial(try_delivery, repository))

    def today(self, client: BitbucketClient) -> DataCenterRepository:
        """The repository by its names of today. Raises a BitbucketError."""
        return self.repository.renamed(client.follow(self.repository.describe()))

    def _version(self, client: BitbucketClient) -> str:
        try:
            return client.run(self.repository.application_properties()).version
        except NotFoundInBitbucketError as error:
            # Also of the wrong path on the right host.
            raise NotFoundInBitbucketError(f"there is no Bitbucket at {self.base_url}") from error


def judged_version(version: str) -> Probe:
    """Whether this version tells of all that happens to pull requests."""
    seen = f"It is Bitbucket {version}."
    if release(version) >= OLDEST_SUPPORTED:
        return ok(ProbeName.VERSION, seen)
    cure = f"Update Bitbucket: the oldest version that works is {_OLDEST}."
    return failed(ProbeName.VERSION, seen, cure, UnsupportedVersionError.reason)


def token_kind(user: str) -> Probe:
    """Whom the token acts as: Data Center tells nothing else of it."""
    unknown = "Bitbucket does not say when it expires."
    if not user:
        return skipped(ProbeName.TOKEN_KIND, f"Bitbucket does not say whose it is. {unknown}")
    return ok(ProbeName.TOKEN_KIND, f"It acts as the user {user}. {unknown}")


def judged_archive(*, archived: bool) -> Probe:
    """Whether pull requests that can be read can be commented on."""
    if not archived:
        return ok(ProbeName.COMMENT, "The token may read pull requests and comment on them.")
    return failed(
        ProbeName.COMMENT,
        "The repository is archived, and nobody can comment there.",
        "Unarchive it in Bitbucket, under Repository settings.",
        RequestRefusedError.reason,
    )


def _build_statuses(
    client: BitbucketClient, repository: DataCenterRepository, version: str
) -> Probe:
    commit = client.run(repository.newest_commit())
    if commit is not None:
        shown = release(version) >= FIRST_THAT_SHOWS_BUILDS
        see = repository.builds.see if shown else repository.builds.see_deprecated
        try:
            client.run(see(commit.hash))
        except NotFoundInBitbucketError:
            # Comments can be posted all the same, so nothing is in the way.
            return failed(
                ProbeName.BUILD_STATUS,
                "Bitbucket has no build statuses at their address.",
                "Have an administrator of Bitbucket enable its app for build statuses, and let"
                " proxies pass all below /rest on. Or switch the setting build_status off.",
                NO_BUILD_STATUSES,
            )
    if release(version) < FIRST_WITH_REPOSITORY_BUILDS:
        return build_statuses(commit, "This version shows them in every repository.")
    return build_statuses(commit)
