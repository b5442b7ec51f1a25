"""Connects repositories one after another, as many with each call as there is time for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

import repository_address
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.errors import IntegrationError, InvalidRequestError
from integration_request import IntegrationRequest
from integration_setup import Configured, IntegrationSetup
from many.repository_group import name_of, parse_group
from repository_address import CloudAddress, DataCenterAddress

MOST_AT_ONCE = 20
_PATIENCE_SECONDS = 14
"""After this long no further repository is begun: API Gateway waits 29 seconds."""


@dataclass(frozen=True, slots=True)
class Named:
    """A repository by its address, or what is wrong with what was given as one."""

    name: str
    address: CloudAddress | DataCenterAddress | InvalidRequestError


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one repository."""

    name: str
    outcome: Configured | Exception


@dataclass(frozen=True, slots=True)
class Many:
    """What became of some repositories; `following` says where to go on, None: nowhere.

    `owner` is the id under which the access token is kept that they share, empty: none was kept.
    """

    results: Sequence[Result]
    following: str | None
    owner: str

    @property
    def configured(self) -> int:
        """How many of them work now."""
        return sum(isinstance(one.outcome, Configured) for one in self.results)


@dataclass(frozen=True, slots=True)
class ConnectingMany:
    """Goes through repositories in the order of their names; `now` gives seconds.

    `allows_http` tells of a host whether it may be spoken to without encryption.
    """

    setup: IntegrationSetup
    allows_http: Callable[[str], bool]
    now: Callable[[], float]

    def connect(self, request: IntegrationRequest, public_url: str) -> Many:
        """Connect the repositories of a request that come after its cursor.

        What goes wrong with one of them does not keep the others. Raises InvalidRequestError, and
        the BitbucketError that is in the way of listing them.
        """
        started, token = self.now(), request.access_token.get_secret_value()
        # The cursor is a client's: whose token it names is looked at before it is shared.
        claimed, _, last = (request.after or "/").partition("/")
        owner = claimed if claimed and self.setup.is_token_of(claimed, token) else ""
        named = sorted(self._named(request, token), key=lambda one: one.name)
        results: list[Result] = []
        for one in (one for one in named if one.name > last):
            late = bool(results) and self.now() - started > _PATIENCE_SECONDS
            if late or len(results) == MOST_AT_ONCE:
                return Many(results, f"{owner}/{results[-1].name}", owner)
            result = Result(one.name, self._outcome(one, request, public_url, owner))
            results.append(result)
            if not owner and isinstance(result.outcome, Configured):
                owner = self.setup.share_token(result.outcome.integration)
        return Many(results, None, owner)

    def _named(self, request: IntegrationRequest, token: str) -> list[Named]:
        if request.all_in is None:
            return [self._read(text) for text in request.repositories or ()]
        group = parse_group(request.all_in, self.allows_http)
        client = BitbucketClient(token, self.setup.network)
        found = group.repositories(client, self.setup.settings.cloud_api_url)
        return [Named(name_of(one), one) for one in found]

    def _read(self, text: str) -> Named:
        try:
            address = repository_address.parse(text, self.allows_http)
        except InvalidRequestError as error:
            return Named(text, error)
        return Named(name_of(address), address)

    def _outcome(
        self, one: Named, request: IntegrationRequest, public_url: str, owner: str
    ) -> Configured | Exception:
        if isinstance(one.address, InvalidRequestError):
            return one.address
        try:
            return self.setup.configure(one.address, request, public_url, owner)
        except (IntegrationError, ClientError, BotoCoreError) as error:
            return error
