"""Sets integrations up and takes them down, so that every step can be repeated.

The order makes each failure mendable by the same call again: the row comes first and is
`incomplete`, then the access token, then the webhook, and only then is the integration `active`.
Nothing is stored before Bitbucket has shown that the token can do the work.
"""

import base64
import secrets as random_secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import cloud_access
import data_center_access
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.data_center import DataCenterRepository
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.bitbucket.repository import BitbucketRepository, repository_of
from bitbucket_integration.bitbucket.vocabulary import Webhook, WebhookSpec
from bitbucket_integration.derived_secrets import ci_token, webhook_secret
from bitbucket_integration.errors import (
    BitbucketError,
    MissingSecretError,
    TryAgainLaterError,
    UnknownIntegrationError,
)
from bitbucket_integration.integration import (
    WEBHOOK_PATH,
    Health,
    Integration,
    RepositoryIdentity,
    SetupState,
)
from bitbucket_integration.pull_request_event import EVENTS
from bitbucket_integration.settings import ConfigureSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.secrets import (
    AccessTokenWriter,
    SecretReader,
    access_token_name,
)
from repository_address import CloudAddress, DataCenterAddress

WEBHOOK_DESCRIPTION = "Data diff reports"

_ID_BYTES = 10


@dataclass(frozen=True, slots=True)
class Configured:
    """An integration that works. `ci_token` is set only for the call that completed it."""

    integration: Integration
    ci_token: str | None


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of the webhook when an integration was deleted."""

    webhook_removed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class IntegrationSetup:
    """Configures and deletes integrations; `now` gives seconds since 1970."""

    integrations: IntegrationStore
    access_tokens: AccessTokenWriter
    secrets: SecretReader
    settings: ConfigureSettings
    network: Network
    now: Callable[[], float]

    def configure(
        self, address: CloudAddress | DataCenterAddress, access_token: str, public_url: str
    ) -> Configured:
        """Check the token, store it, and create or repair the webhook.

        Raises a BitbucketError that says what Bitbucket refused; the same call again goes on
        where this one stopped.
        """
        client = BitbucketClient(access_token, self.network)
        identity = self._check(client, address)
        integration = replace(self._stored(identity), repository=identity)
        self.access_tokens.put(integration.id, access_token)
        webhook = self._ensure_webhook(client, integration, public_url)
        first_time = integration.setup is SetupState.INCOMPLETE
        now = self._timestamp()
        integration = replace(
            integration,
            setup=SetupState.ACTIVE,
            webhook_id=webhook.id,
            webhook_url=webhook.url,
            health=Health(since=now),
            updated_at=now,
        )
        self.integrations.update(integration)
        token = self._ci_token(integration) if first_time else None
        return Configured(integration, token)

    def remove(self, integration_id: str) -> Removed:
        """Remove the webhook, the access token and all rows; the rows last.

        Raises UnknownIntegrationError. A webhook that Bitbucket does not let us remove keeps
        nothing alive: its deliveries are refused from now on.
        """
        integration = self.integrations.get(integration_id)
        if integration is None:
            raise UnknownIntegrationError(f"there is no integration {integration_id}")
        removed = self._remove_webhook(integration)
        self.access_tokens.delete(integration.id)
        self.integrations.delete(integration)
        return removed

    def _check(
        self, client: BitbucketClient, address: CloudAddress | DataCenterAddress
    ) -> RepositoryIdentity:
        match address:
            case CloudAddress():
                return cloud_access.check(client, address, self.settings.cloud_api_url)
            case DataCenterAddress():
                return data_center_access.check(client, address)

    def _stored(self, identity: RepositoryIdentity) -> Integration:
        existing = self.integrations.of_repository(identity)
        if existing is not None:
            return existing
        now = self._timestamp()
        return self.integrations.create(
            Integration(id=_new_id(), repository=identity, created_at=now, updated_at=now)
        )

    def _ensure_webhook(
        self, client: BitbucketClient, integration: Integration, public_url: str
    ) -> Webhook:
        repository = self._repository(integration)
        path = f"{WEBHOOK_PATH}{integration.id}"
        spec = WebhookSpec(
            url=public_url + path,
            secret=webhook_secret(
                self._signing_key(), integration.id, integration.webhook_secret_version
            ),
            description=WEBHOOK_DESCRIPTION,
            events=EVENTS[integration.provider],
        )
        # Ours is told by its path: the API's address changes when a custom domain is introduced.
        ours = [hook for hook in client.items(repository.webhooks()) if hook.url.endswith(path)]
        if not ours:
            return client.run(repository.create_webhook(spec))
        for surplus in ours[1:]:
            client.run(repository.delete_webhook(surplus.id))
        return client.run(repository.update_webhook(ours[0].id, spec))

    def _remove_webhook(self, integration: Integration) -> Removed:
        name = access_token_name(self.settings.access_token_prefix, integration.id)
        try:
            self.secrets.forget(name)
            client = BitbucketClient(self.secrets.read(name), self.network)
            repository = self._repository(integration)
            if isinstance(repository, DataCenterRepository):
                repository = repository.renamed(data_center_access.describe(client, repository))
            path = f"{WEBHOOK_PATH}{integration.id}"
            for hook in client.items(repository.webhooks()):
                if hook.url.endswith(path):
                    client.run(repository.delete_webhook(hook.id))
        except TryAgainLaterError:
            # Nothing has been removed yet: the same call again can remove everything.
            raise
        except (BitbucketError, MissingSecretError) as error:
            url = integration.webhook_url or path_of(integration)
            return Removed(
                webhook_removed=False,
                detail=f"Remove the webhook {url} in Bitbucket by hand: {error}.",
            )
        return Removed(webhook_removed=True, detail="")

    def _repository(self, integration: Integration) -> BitbucketRepository:
        return repository_of(integration.repository, self.settings.cloud_api_url)

    def _ci_token(self, integration: Integration) -> str:
        return ci_token(self._signing_key(), integration.id, integration.ci_token_version)

    def _signing_key(self) -> str:
        return self.secrets.read(self.settings.signing_key_arn)

    def _timestamp(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="seconds")


def path_of(integration: Integration) -> str:
    """Where an integration's webhooks go, below the API's public address."""
    return f"{WEBHOOK_PATH}{integration.id}"


def _new_id() -> str:
    return base64.b32encode(random_secrets.token_bytes(_ID_BYTES)).decode().lower()
