"""What an admin wants of an integration, made to what is stored."""

from dataclasses import replace

from bitbucket_integration.integration import Integration
from integration_request import ChangeRequest, IntegrationRequest
from life.settings_change import changed_settings


def wished(
    one: Integration, request: IntegrationRequest | ChangeRequest, *, same_token: bool
) -> Integration:
    """The integration with the settings and the expiry that a request asks for.

    What is known of one access token does not hold for another. Raises InvalidRequestError.
    """
    expires = one.access_token_expires if same_token else ""
    if "access_token_expires" in request.model_fields_set:
        wish = request.access_token_expires
        expires = wish.isoformat() if wish else ""
    settings = changed_settings(one.settings, request.settings)
    return replace(one, settings=settings, access_token_expires=expires)
