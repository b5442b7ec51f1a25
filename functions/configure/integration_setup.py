"""Sets integrations up, so that every step can be repeated.

The order makes each failure mendable by the same call again: the row comes first and is
`incomplete`, then the access token, then the webhook, and only then is the integration `active`.
Nothing is stored before Bitbucket has shown that the token can do the work.
"""

import base64
import secrets as random_secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from botocore.exceptions import BotoCoreError, ClientError

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.derived_secrets import ci_token, is_same_secret
from bitbucket_integration.errors import (
    IntegrationError,
    MissingSecretError,
)
from bitbucket_integration.integration import (
    Health,
    Integration,
    RepositoryIdentity,
    SetupState,
)
from bitbucket_integration.settings import ConfigureSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.secrets import (
    AccessTokenWriter,
    SecretReader,
    access_token_name,
)
from bitbucket_integration.timestamps import timestamp
from doctor.access import Access, Seen
from doctor.examination import Examination, Watcher, nobody
from doctor.probe import Probe
from doctor.providers import access_to
from integration_request import IntegrationRequest
from life.amendment import amended
from life.shared_token import SharedTokens
from life.wishes import wished
from manual_webhook import ManualWebhook
from repository_address import CloudAddress, DataCenterAddress
from webhook_setup import WebhookSetup

_ID_BYTES = 10


@dataclass(frozen=True, slots=True)
class Configured:
    """An integration that works. `ci_token` is set only for the call that completed it.

    `manual_webhook` is what a person has to enter, None when the webhook is managed.
    """

    integration: Integration
    ci_token: str | None
    probes: Sequence[Probe]
    manual_webhook: ManualWebhook | None


@dataclass(frozen=True, slots=True)
class ReplacedToken:
    """What a checked access token found."""

    settled: Integration
    health: Health
    probes: Sequence[Probe]

    def on(self, one: Integration) -> Integration:
        """The integration with its repository, its webhook and its health as they are now."""
        return replace(
            one,
            repository=self.settled.repository,
            webhook=self.settled.webhook,
            webhook_id=self.settled.webhook_id,
            webhook_url=self.settled.webhook_url,
            health=self.health.after(one.health),
        )


class ConfigurationStoppedError(IntegrationError):
    """Configuring stopped at its cause, after what the probes found."""

    def __init__(self, probes: Sequence[Probe]) -> None:
        super().__init__("the repository could not be configured")
        self.probes = probes


@contextmanager
def _stopping(examination: Examination) -> Iterator[None]:
    try:
        yield
    except (IntegrationError, ClientError, BotoCoreError) as error:
        raise ConfigurationStoppedError(examination.ended()) from error


@dataclass(frozen=True, slots=True)
class IntegrationSetup:
    """Configures integrations; `now` gives seconds since 1970."""

    integrations: IntegrationStore
    shared: SharedTokens
    access_tokens: AccessTokenWriter
    secrets: SecretReader
    webhooks: WebhookSetup
    settings: ConfigureSettings
    network: Network
    now: Callable[[], float]

    def configure(
        self,
        address: CloudAddress | DataCenterAddress,
        request: IntegrationRequest,
        public_url: str,
        token_owner: str = "",
        watcher: Watcher = nobody,
    ) -> Configured:
        """Check the token, store it, and create or repair the webhook.

        A new integration uses the token that is kept under `token_owner`; empty: one of its own.
        The `watcher` is told what is found meanwhile.
        Raises a ConfigurationStoppedError from what was in the way; the same call again goes on
        where this one stopped.
        """
        access = access_to(address, self.settings.cloud_api_url)
        token = request.access_token.get_secret_value()
        examination = self._examination(access, watcher)
        with _stopping(examination):
            seen = access.look(BitbucketClient(token, self.network), examination)
            stored = self._stored(seen.identity, token_owner)
            same = self.is_token_of(stored.access_token_owner, token)
            if not same:
                # First, since the same call again sees the new token in use already.
                stored = self._without_expiry(stored)
            replaced = self._replaced(stored, token, seen, public_url, examination, same=same)
            # Before its own is stored, so that the same call again reaches those that are left.
            self._tell_others(stored, wished(stored, request, same_token=True))
            integration = amended(
                self.integrations,
                stored,
                lambda one: replace(
                    replaced.on(wished(one, request, same_token=True)),
                    setup=SetupState.ACTIVE,
                ),
                timestamp(self.now()),
            )
            first_time = stored.setup is SetupState.INCOMPLETE
            return Configured(
                integration,
                self._ci_token(integration) if first_time else None,
                examination.ended(),
                self.webhooks.manual_webhook(integration, public_url, access.screens),
            )

    def replace_token(
        self, integration: Integration, access_token: str, public_url: str
    ) -> ReplacedToken:
        """Check another token for an integration, store it, and repair the webhook with it.

        Raises a ConfigurationStoppedError; while the token was being checked, the former one stays.
        """
        access = access_to(integration.repository, self.settings.cloud_api_url)
        examination = self._examination(access, nobody)
        with _stopping(examination):
            seen = access.look(BitbucketClient(access_token, self.network), examination)
            same = self.is_token_of(integration.access_token_owner, access_token)
            return self._replaced(
                integration, access_token, seen, public_url, examination, same=same
            )

    def manual_webhook(self, integration: Integration, public_url: str) -> ManualWebhook | None:
        """What a person has to enter, None when the webhook is managed."""
        access = access_to(integration.repository, self.settings.cloud_api_url)
        return self.webhooks.manual_webhook(integration, public_url, access.screens)

    def _examination(self, access: Access, watcher: Watcher) -> Examination:
        return Examination(access.names, access.base_url, access.screens, self.now, watcher)

    def _without_expiry(self, stored: Integration) -> Integration:
        self._tell_others(stored, replace(stored, access_token_expires=""))
        return amended(
            self.integrations,
            stored,
            lambda one: replace(one, access_token_expires=""),
            timestamp(self.now()),
        )

    def _tell_others(self, before: Integration, after: Integration) -> None:
        """Let those that share the token know when it ends, if that has changed."""
        if after.access_token_expires != before.access_token_expires:
            self.shared.tell(after, timestamp(self.now()))

    def _replaced(  # noqa: PLR0913 what a token is checked and kept with
        self,
        integration: Integration,
        access_token: str,
        seen: Seen,
        public_url: str,
        examination: Examination,
        *,
        same: bool,
    ) -> ReplacedToken:
        if not same:
            self.access_tokens.put(integration.access_token_owner, access_token)
        today = replace(integration, repository=seen.identity)
        client = BitbucketClient(access_token, self.network)
        settled = self.webhooks.settle(client, today, seen, public_url, examination)
        return ReplacedToken(
            settled,
            examination.health(timestamp(self.now())),
            examination.probes(),
        )

    def share_token(self, integration: Integration) -> str:
        """Let others use an integration's access token; under which id it is kept."""
        self.shared.join(integration)
        return integration.access_token_owner

    def is_token_of(self, owner: str, access_token: str) -> bool:
        """Whether it is the access token that is kept under this id."""
        name = access_token_name(self.settings.access_token_prefix, owner)
        self.secrets.forget(name)
        try:
            return is_same_secret(access_token, self.secrets.read(name))
        except MissingSecretError:
            return False

    def _stored(self, identity: RepositoryIdentity, token_owner: str) -> Integration:
        existing = self.integrations.of_repository(identity)
        if existing is not None:
            return existing
        now = timestamp(self.now())
        new = Integration(
            id=_new_id(),
            repository=identity,
            created_at=now,
            updated_at=now,
            access_token_id=token_owner,
        )
        if token_owner:
            new = replace(new, access_token_expires=self.shared.expiry(token_owner))
            # Before there is anything that needs the token.
            self.shared.join(new)
        return self.integrations.create(new)

    def _ci_token(self, integration: Integration) -> str:
        signing_key = self.secrets.read(self.settings.signing_key_arn)
        return ci_token(signing_key, integration.id, integration.ci_token_version)


def _new_id() -> str:
    return base64.b32encode(random_secrets.token_bytes(_ID_BYTES)).decode().lower()
