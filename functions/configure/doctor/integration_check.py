"""The doctor: looks at an integration again, repairs what it may, and records its health."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.errors import (
    BitbucketError,
    MissingSecretError,
    UnknownIntegrationError,
)
from bitbucket_integration.integration import Integration, SetupState
from bitbucket_integration.problem import sentence
from bitbucket_integration.report_settings import ReportSettings
from bitbucket_integration.settings import ConfigureSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.secrets import SecretReader, access_token_name
from bitbucket_integration.timestamps import timestamp
from doctor.access import Access, unwanted_build_statuses
from doctor.examination import Examination, Watcher, nobody
from doctor.probe import Probe, ProbeName, ProbeStatus, failed
from doctor.providers import access_to
from manual_webhook import ManualWebhook
from webhook_setup import WebhookSetup

_INCOMPLETE = failed(
    ProbeName.WEBHOOK,
    "The configuration of this repository stopped half-way.",
    "Configure the repository again.",
    "incomplete",
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; `manual_webhook` as for a Configured."""

    integration: Integration
    probes: Sequence[Probe]
    manual_webhook: ManualWebhook | None

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return all(probe.status is not ProbeStatus.FAILED for probe in self.probes)


@dataclass(frozen=True, slots=True)
class IntegrationCheck:
    """Checks integrations; `now` gives seconds since 1970."""

    integrations: IntegrationStore
    secrets: SecretReader
    webhooks: WebhookSetup
    settings: ConfigureSettings
    network: Network
    now: Callable[[], float]

    def check(self, integration_id: str, public_url: str, watcher: Watcher = nobody) -> Checked:
        """Look at everything that an integration needs. Raises UnknownIntegrationError.

        The `watcher` is told what is found meanwhile.
        """
        integration = self.integrations.get(integration_id)
        if integration is None:
            raise UnknownIntegrationError(f"there is no integration {integration_id}")
        access = access_to(integration.repository, self.settings.cloud_api_url)
        examination = Examination(access.names, access.base_url, access.screens, self.now, watcher)
        examined = self._examined(access, examination, integration, public_url)
        health = examination.health(timestamp(self.now())).after(integration.health)
        checked = replace(examined, health=health)
        self.integrations.record_check(checked)
        return Checked(
            checked,
            examination.ended(),
            self.webhooks.manual_webhook(checked, public_url, access.screens),
        )

    def _examined(
        self, access: Access, examination: Examination, integration: Integration, public_url: str
    ) -> Integration:
        prefix = self.settings.access_token_prefix
        name = access_token_name(prefix, integration.access_token_owner)
        try:
            self.secrets.forget(name)
            client = BitbucketClient(self.secrets.read(name), self.network)
        except MissingSecretError as error:
            cure = access.screens.new_token
            examination.add(failed(ProbeName.TOKEN, sentence(error), cure, error.reason))
            return integration
        # What is in the way is kept by the examination, and nothing after it was looked at.
        with suppress(BitbucketError):
            seen = access.look(client, examination)
            if not ReportSettings.stored(integration.settings).build_status:
                examination.add(unwanted_build_statuses())
            found = replace(integration, repository=seen.identity)
            if integration.setup is SetupState.INCOMPLETE:
                examination.add(_INCOMPLETE)
                return found
            return self.webhooks.settle(client, found, seen, public_url, examination)
        return integration
