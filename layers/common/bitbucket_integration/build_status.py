"""Our build status: what it is called, and the last word on one that was waiting."""

from bitbucket_integration.bitbucket.vocabulary import BuildState, BuildStatus
from bitbucket_integration.integration import Integration
from bitbucket_integration.pull_request_record import PullRequestRecord

STATUS_NAME = "Data diff"


def status_key(integration_id: str) -> str:
    """The build status's key; Bitbucket Cloud allows 40 characters."""
    return f"data-diff-{integration_id}"[:40]


def last_word(record: PullRequestRecord, integration: Integration, why: str) -> BuildStatus | None:
    """The status of a head of which nothing more will be said; None if nothing is awaited."""
    if record.build_state != BuildState.IN_PROGRESS:
        return None
    return BuildStatus(
        key=status_key(integration.id),
        state=BuildState.STOPPED,
        name=STATUS_NAME,
        description=why,
        url=integration.repository.web_url,
        source_branch="",
    )
