"""Takes an integration down, so that every step can be repeated.

The integration itself goes last: a call that stopped half-way is made again, and goes on.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.errors import BitbucketError, MissingSecretError, TryAgainLaterError
from bitbucket_integration.integration import Integration
from bitbucket_integration.settings import ConfigureSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.purge import Purge
from bitbucket_integration.stores.secrets import (
    SecretReader,
    access_token_name,
)
from doctor.providers import access_to
from life.amendment import check_revision, found
from life.awaited_results import AwaitedResults
from life.shared_token import SharedTokens
from webhook_setup import path_of


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of an integration. `detail` says what is left to do, and by whom."""

    deleted: bool
    webhook_removed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class _Left:
    """What Bitbucket still has. `detail` is for a person, `more` for the same call again."""

    webhook_removed: bool = True
    detail: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """Removes integrations."""

    integrations: IntegrationStore
    shared: SharedTokens
    awaited: AwaitedResults
    secrets: SecretReader
    purge: Purge
    settings: ConfigureSettings
    network: Network

    def remove(self, integration_id: str, expected: Collection[int] | None = None) -> Removed:
        """Remove the webhook, results and reports, the access token, and all rows.

        Build statuses that wait for results are closed. Raises UnknownIntegrationError and
        ChangedMeanwhileError. A webhook that Bitbucket does not let us remove keeps nothing alive:
        its deliveries are refused from now on.
        """
        integration = found(self.integrations, integration_id)
        check_revision(integration, expected)
        left = self._leave_bitbucket(integration)
        if left.more or not self.purge.run(integration.id):
            detail = f"There is more to remove: make the same call again. {left.detail}".strip()
            return Removed(deleted=False, webhook_removed=left.webhook_removed, detail=detail)
        self.shared.release(integration)
        self.integrations.delete(integration)
        return Removed(deleted=True, webhook_removed=left.webhook_removed, detail=left.detail)

    def _leave_bitbucket(self, integration: Integration) -> _Left:
        """Take away what is in Bitbucket. Raises TryAgainLaterError: the same call again can."""
        prefix = self.settings.access_token_prefix
        name = access_token_name(prefix, integration.access_token_owner)
        access = access_to(integration.repository, self.settings.cloud_api_url)
        try:
            self.secrets.forget(name)
            client = BitbucketClient(self.secrets.read(name), self.network)
            repository = access.today(client)
            for hook in client.items(repository.webhooks()):
                if hook.url.endswith(path_of(integration)):
                    client.run(repository.delete_webhook(hook.id))
        except TryAgainLaterError:
            raise
        except (BitbucketError, MissingSecretError) as error:
            if isinstance(error, MissingSecretError) and integration.webhook_url is None:
                # A call before has removed both, or there never was either.
                return _Left()
            url = integration.webhook_url or path_of(integration)
            detail = f"Remove the webhook {url} in Bitbucket by hand: {error}."
            return _Left(webhook_removed=False, detail=detail)
        # The access token goes before the row: should that fail, nobody can look any more.
        self.integrations.record_no_webhook(integration)
        try:
            return _Left(more=not self.awaited.end(client, repository, integration))
        except TryAgainLaterError:
            raise
        except BitbucketError as error:
            return _Left(detail=f"Build statuses stay in progress in Bitbucket: {error}.")
