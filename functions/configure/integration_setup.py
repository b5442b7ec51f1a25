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

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.cloud import CloudRepository
from bitbucket_integration.bitbucket.cloud_answers import RepositoryDescription
from bitbucket_integration.bitbucket.cloud_errors import missing_scopes, permission_names
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.bitbucket.repository import BitbucketRepository, repository_of
from bitbucket_integration.bitbucket.vocabulary import Webhook, WebhookSpec
from bitbucket_integration.derived_secrets import ci_token, webhook_secret
from bitbucket_integration.errors import (
    BitbucketError,
    InvalidRequestError,
    MissingSecretError,
    PermissionMissingError,
    TryAgainLaterError,
    UnknownIntegrationError,
)
from bitbucket_integration.integration import (
    WEBHOOK_PATH,
    CloudIdentity,
    Health,
    Integration,
    SetupState,
)
from bitbucket_integration.pull_request_event import CLOUD_EVENTS
from bitbucket_integration.settings import ConfigureSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.secrets import (
    AccessTokenWriter,
    SecretReader,
    access_token_name,
)
from repository_address import CloudAddress, DataCenterAddress

REQUIRED_SCOPES = frozenset({"pullrequest", "webhook"})
"""What Bitbucket Cloud demands for comments and webhooks; `pullrequest` includes `repository`."""

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
    """Configures and deletes integrations on Bitbucket Cloud; `now` gives seconds since 1970."""

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
        if not isinstance(address, CloudAddress):
            raise InvalidRequestError("repository", "is not on Bitbucket Cloud (bitbucket.org)")
        client = BitbucketClient(access_token, self.network)
        description = self._check(client, address)
        integration = self._stored(description)
        self.access_tokens.put(integration.id, access_token)
        webhook = self._ensure_webhook(client, integration, public_url)
        first_time = integration.setup is SetupState.INCOMPLETE
        now = self._timestamp()
        integration = replace(
            integration,
            repository=_identity(description),
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

    def _check(self, client: BitbucketClient, address: CloudAddress) -> RepositoryDescription:
        repository = CloudRepository(
            self.settings.cloud_api_url, address.workspace, address.repository
        )
        description = client.run(repository.describe())
        if description.granted_scopes is not None:
            missing = missing_scopes(description.granted_scopes, REQUIRED_SCOPES)
            if missing:
                names = permission_names(missing)
                raise PermissionMissingError(f"the access token lacks {' and '.join(names)}", names)
        client.run(repository.open_pull_requests(page_length=1))
        client.run(repository.webhooks())
        return description

    def _stored(self, description: RepositoryDescription) -> Integration:
        identity = _identity(description)
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
            events=CLOUD_EVENTS,
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


def _identity(description: RepositoryDescription) -> CloudIdentity:
    return CloudIdentity(
        workspace_uuid=description.workspace_uuid,
        repository_uuid=description.repository_uuid,
        full_name=description.full_name,
        web_url=description.web_url,
    )


def _new_id() -> str:
    return base64.b32encode(random_secrets.token_bytes(_ID_BYTES)).decode().lower()
