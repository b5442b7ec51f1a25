"""Changes an integration's settings and its access token."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bitbucket_integration.integration import Integration
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.timestamps import timestamp
from doctor.probe import Probe
from integration_request import ChangeRequest
from integration_setup import IntegrationSetup
from life.amendment import amended, check_revision, found
from life.shared_token import SharedTokens
from life.wishes import wished
from manual_webhook import ManualWebhook


@dataclass(frozen=True, slots=True)
class Changed:
    """A changed integration; what was looked at, if it has got another access token.

    `others` share its access token, so what was changed of that was changed for them, too.
    """

    integration: Integration
    others: Sequence[Integration] = ()
    probes: Sequence[Probe] = ()
    manual_webhook: ManualWebhook | None = None


@dataclass(frozen=True, slots=True)
class Changing:
    """`now` gives seconds since 1970."""

    integrations: IntegrationStore
    setup: IntegrationSetup
    shared: SharedTokens
    now: Callable[[], float]

    def change(
        self,
        integration_id: str,
        request: ChangeRequest,
        public_url: str,
        expected: Collection[int] | None,
    ) -> Changed:
        """Carry out a request.

        Raises UnknownIntegrationError, ChangedMeanwhileError, InvalidRequestError, and
        ConfigurationStoppedError for an access token that will not do; then all stays as it was.
        """
        seen = found(self.integrations, integration_id)
        check_revision(seen, expected)
        # What is wrong with a request is told before anything is done.
        wished(seen, request, same_token=True)
        if request.access_token is not None:
            return self._with_token(
                seen, request, request.access_token.get_secret_value(), public_url, expected
            )
        changed = amended(
            self.integrations,
            seen,
            lambda one: wished(one, request, same_token=True),
            timestamp(self.now()),
            expected,
        )
        return Changed(changed, self._told(changed, request))

    def _with_token(
        self,
        seen: Integration,
        request: ChangeRequest,
        access_token: str,
        public_url: str,
        expected: Collection[int] | None,
    ) -> Changed:
        replaced = self.setup.replace_token(seen, access_token, public_url)
        changed = amended(
            self.integrations,
            seen,
            # Also when it is in use already: a call before may have come just that far.
            lambda one: replaced.on(wished(one, request, same_token=False)),
            timestamp(self.now()),
            expected,
        )
        manual = self.setup.manual_webhook(changed, public_url)
        return Changed(changed, self._told(changed, request), replaced.probes, manual)

    def _told(self, changed: Integration, request: ChangeRequest) -> Sequence[Integration]:
        if not {"access_token", "access_token_expires"} & request.model_fields_set:
            return ()
        return self.shared.tell(changed, timestamp(self.now()))
