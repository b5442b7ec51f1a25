"""Access tokens that several integrations use."""

from dataclasses import dataclass, replace

from bitbucket_integration.integration import Integration
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.secrets import AccessTokenWriter
from bitbucket_integration.stores.token_users import TokenUsers
from life.amendment import amended


@dataclass(frozen=True, slots=True)
class SharedTokens:
    """Who is noted as a user and does not exist, or uses another token by now, is none."""

    integrations: IntegrationStore
    users: TokenUsers
    access_tokens: AccessTokenWriter

    def join(self, integration: Integration) -> None:
        """Note that an integration uses its access token, so that it stays as long."""
        self.users.add(integration.access_token_owner, integration.id)

    def expiry(self, owner: str) -> str:
        """When the token ends that is kept under this id, as an integration stores it."""
        noted = (self.integrations.get(one) for one in (owner, *self.users.of(owner)))
        users = (one for one in noted if one and one.access_token_owner == owner)
        return next((one.access_token_expires for one in users), "")

    def others(self, integration: Integration) -> list[Integration]:
        """The other integrations with the same access token."""
        owner = integration.access_token_owner
        noted = (self.integrations.get(one) for one in self.users.of(owner))
        return [
            one
            for one in noted
            if one and one.id != integration.id and one.access_token_owner == owner
        ]

    def tell(self, integration: Integration, now: str) -> list[Integration]:
        """Let the others know what is known of the token now; who they are."""
        others, expires = self.others(integration), integration.access_token_expires
        for one in others:
            amended(
                self.integrations, one, lambda it: replace(it, access_token_expires=expires), now
            )
        return others

    def release(self, integration: Integration) -> None:
        """Take the token from an integration, and delete it with its last user."""
        owner = integration.access_token_owner
        self.users.remove(owner, integration.id)
        if not self.others(integration):
            self.access_tokens.delete(owner)
            for gone in self.users.of(owner):
                self.users.remove(owner, gone)
