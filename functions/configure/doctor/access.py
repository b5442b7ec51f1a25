"""What looking at a repository with an access token shows, on either Bitbucket."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bitbucket_integration.activity import Activity
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.bitbucket.vocabulary import Commit, Webhook
from bitbucket_integration.errors import PermissionMissingError
from bitbucket_integration.integration import RepositoryIdentity
from doctor.examination import Examination
from doctor.probe import Probe, ProbeName, ok, skipped, warning
from doctor.screens import Screens

type Delivery = Callable[[BitbucketClient, Webhook, Activity | None], Probe]
"""Finds out whether events of a webhook reach us. Raises no BitbucketError."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The repository by its names of today. `webhooks` is None when the token may not see them."""

    identity: RepositoryIdentity
    repository: BitbucketRepository
    webhooks: tuple[Webhook, ...] | None
    try_delivery: Delivery


class Access(Protocol):
    """One repository, and how its Bitbucket is asked whether a token can do the work there."""

    @property
    def base_url(self) -> str:
        """Where its API is."""

    @property
    def screens(self) -> Screens:
        """What its screens call things."""

    @property
    def names(self) -> Sequence[ProbeName]:
        """The probes that make sense for it."""

    def look(self, client: BitbucketClient, examination: Examination) -> Seen:
        """Look at everything before the webhook. Raises the BitbucketError that is in the way."""

    def today(self, client: BitbucketClient) -> BitbucketRepository:
        """The repository by its names of today. Raises a BitbucketError."""


def look_for_webhooks(
    client: BitbucketClient, repository: BitbucketRepository, examination: Examination
) -> tuple[Webhook, ...] | None:
    """The repository's webhooks, None when the token may not see them: they may be made by hand."""
    with examination.at(ProbeName.MANAGE_WEBHOOKS):
        try:
            webhooks = tuple(client.items(repository.webhooks()))
        except PermissionMissingError:
            screens = examination.screens
            seen = f"The access token lacks {screens.webhook_permission}."
            cure = (
                "Enter the webhook by hand, as `manual_webhook` says. Or let it be managed:"
                f" {screens.new_token}"
            )
            examination.add(warning(ProbeName.MANAGE_WEBHOOKS, seen, cure))
            return None
    examination.add(ok(ProbeName.MANAGE_WEBHOOKS, "The access token may manage webhooks."))
    return webhooks


def build_statuses(commit: Commit | None, more: str = "") -> Probe:
    """What it shows that a commit's build statuses could be seen; none was there without a commit.

    Setting one is not tried out. Either Bitbucket asks for no more than seeing them does.
    """
    if commit is None:
        seen = "There is no commit yet whose build statuses could be looked at."
        return skipped(ProbeName.BUILD_STATUS, seen)
    seen = "The token may see build statuses, and setting them takes no more."
    return ok(ProbeName.BUILD_STATUS, f"{seen} {more}".strip())


def unwanted_build_statuses() -> Probe:
    """What the settings say of them that ask for none."""
    return skipped(ProbeName.BUILD_STATUS, "The settings ask for no build statuses.")


def last_event(activity: Activity | None) -> Probe:
    """Whether events reach us, going by those that came in."""
    if activity is None:
        seen = "No event has come in yet. Open or update a pull request, and check again."
        return skipped(ProbeName.DELIVERY, seen)
    return ok(
        ProbeName.DELIVERY,
        f"The last signed event, {activity.last_event}, came in at {activity.last_event_at}.",
    )
