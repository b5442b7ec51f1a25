"""The link under which a pull request's reports are shown.

Whoever has it may read them. It holds a token that only this stack can make, and stays the same
over all reports of a pull request.
"""

import re
from dataclasses import dataclass

from bitbucket_integration.derived_secrets import is_same_secret, report_link_token
from bitbucket_integration.integration import WEBHOOK_PATH, Integration

REPORT_PATH = "/reports/"

_REPORT_ID = re.compile(r"([a-z0-9]{1,40})-([1-9][0-9]{0,14})-([a-z2-7]{32})")


@dataclass(frozen=True, slots=True)
class ReportId:
    """The last part of a link: whose reports, and the proof that the link is ours."""

    integration_id: str
    pull_request_id: int
    token: str

    @classmethod
    def parse(cls, text: str) -> "ReportId | None":
        """Read what an address names; None when it cannot be one of ours."""
        match = _REPORT_ID.fullmatch(text)
        return None if match is None else cls(match[1], int(match[2]), match[3])

    @classmethod
    def of(cls, signing_key: str, integration: Integration, pull_request_id: int) -> "ReportId":
        """Make the id. Raises MissingSecretError when the signing key is empty."""
        version = integration.report_link_version
        token = report_link_token(signing_key, integration.id, pull_request_id, version)
        return cls(integration.id, pull_request_id, token)

    def proves_itself(self, signing_key: str, version: int) -> bool:
        """Whether the token is that of this integration, pull request and version.

        Raises MissingSecretError when the signing key is empty.
        """
        expected = report_link_token(
            signing_key, self.integration_id, self.pull_request_id, version
        )
        return is_same_secret(self.token, expected)

    def __str__(self) -> str:
        return f"{self.integration_id}-{self.pull_request_id}-{self.token}"


def report_url(
    signing_key: str, integration: Integration, pull_request_id: int, public_url: str | None
) -> str | None:
    """The address of a pull request's reports.

    Without a configured address it is where the integration's webhook leads, and None when there
    is none yet. Raises MissingSecretError when the signing key is empty.
    """
    base = public_url or (integration.webhook_url or "").rpartition(WEBHOOK_PATH)[0]
    if not base:
        return None
    return f"{base}{REPORT_PATH}{ReportId.of(signing_key, integration, pull_request_id)}"
