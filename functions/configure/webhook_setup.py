"""Makes a repository's webhook what it should be, or finds out whether a person has done so."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.bitbucket.vocabulary import Webhook, WebhookSpec
from bitbucket_integration.derived_secrets import webhook_secret
from bitbucket_integration.integration import WEBHOOK_PATH, Integration, WebhookMode
from bitbucket_integration.pull_request_event import EVENTS
from bitbucket_integration.stores.activity import ActivityStore
from doctor.access import Seen, last_event
from doctor.examination import Examination
from doctor.probe import ProbeName, skipped
from doctor.screens import Screens
from doctor.webhook_probes import WebhookPlan, managed, manual, plan
from manual_webhook import ManualWebhook, manual_webhook

WEBHOOK_DESCRIPTION = "Data diff reports"

_PATIENCE_SECONDS = 14
"""After this long nothing is begun that is not necessary: API Gateway waits 29 seconds."""


@dataclass(frozen=True, slots=True)
class WebhookSetup:
    """`signing_key` gives the key that secrets are derived from."""

    activity: ActivityStore
    signing_key: Callable[[], str]

    def settle(
        self,
        client: BitbucketClient,
        integration: Integration,
        seen: Seen,
        public_url: str,
        examination: Examination,
    ) -> Integration:
        """The integration with its webhook as it is now. Raises the BitbucketError in the way.

        An examination that has taken long leaves no time for testing the webhook.
        """
        spec = self._spec(integration, public_url)
        activity = self.activity.get(integration.id)
        if seen.webhooks is None:
            examination.add(*manual(activity, examination.screens), last_event(activity))
            return replace(
                integration, webhook=WebhookMode.MANUAL, webhook_id=None, webhook_url=spec.url
            )
        todo = plan(seen.webhooks, path_of(integration))
        with examination.at(ProbeName.WEBHOOK):
            webhook = _carry_out(client, seen.repository, todo, spec)
        had_one = integration.webhook_id is not None
        examination.add(*managed(todo, spec, had_one=had_one))
        if examination.seconds > _PATIENCE_SECONDS:
            hurried = "There was no time left to test the webhook. Check again."
            examination.add(skipped(ProbeName.DELIVERY, hurried))
        else:
            with examination.at(ProbeName.DELIVERY):
                delivery = seen.try_delivery(client, replace(webhook, url=spec.url), activity)
            examination.add(delivery)
        return replace(
            integration, webhook=WebhookMode.MANAGED, webhook_id=webhook.id, webhook_url=spec.url
        )

    def manual_webhook(
        self, integration: Integration, public_url: str, screens: Screens
    ) -> ManualWebhook | None:
        """What a person has to enter, None when the webhook is managed."""
        if integration.webhook is WebhookMode.MANAGED:
            return None
        return manual_webhook(self._spec(integration, public_url), screens)

    def _spec(self, integration: Integration, public_url: str) -> WebhookSpec:
        return WebhookSpec(
            url=public_url + path_of(integration),
            secret=webhook_secret(
                self.signing_key(), integration.id, integration.webhook_secret_version
            ),
            description=WEBHOOK_DESCRIPTION,
            events=EVENTS[integration.provider],
        )


def path_of(integration: Integration) -> str:
    """Where an integration's webhooks go, below the API's public address."""
    return f"{WEBHOOK_PATH}{integration.id}"


def _carry_out(
    client: BitbucketClient, repository: BitbucketRepository, todo: WebhookPlan, spec: WebhookSpec
) -> Webhook:
    if todo.keep is None:
        return client.run(repository.create_webhook(spec))
    for surplus in todo.surplus:
        client.run(repository.delete_webhook(surplus.id))
    # Always, since its secret cannot be seen.
    return client.run(repository.update_webhook(todo.keep.id, spec))
