"""Lets nobody wait for reports that will not come."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.bitbucket.vocabulary import BuildStatus
from bitbucket_integration.build_status import last_word
from bitbucket_integration.errors import NotFoundInBitbucketError
from bitbucket_integration.integration import Integration
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.stores.pull_requests import AwaitedPullRequests

logger = Logger(service="configure", child=True)

_WHY = "Data diff reports were turned off for this repository"
_PATIENCE_SECONDS = 8
"""After this long the rest is left to another call: API Gateway waits 29 seconds."""


@dataclass(frozen=True, slots=True)
class AwaitedResults:
    """Closes build statuses; `now` gives seconds."""

    pull_requests: AwaitedPullRequests
    now: Callable[[], float]

    def end(
        self, client: BitbucketClient, repository: BitbucketRepository, integration: Integration
    ) -> bool:
        """Close what is in progress; whether that was all of it. Raises a BitbucketError.

        A pull request whose status is closed is forgotten, so that another call goes on.
        """
        started = self.now()
        for record in self.pull_requests.of(integration.id):
            if self.now() - started > _PATIENCE_SECONDS:
                return False
            status = last_word(record, integration, _WHY)
            if status is not None:
                self._set(client, repository, record, status)
            self.pull_requests.forget(integration.id, record)
        return True

    def _set(
        self,
        client: BitbucketClient,
        repository: BitbucketRepository,
        record: PullRequestRecord,
        status: BuildStatus,
    ) -> None:
        try:
            pull_request = client.run(repository.pull_request(record.pull_request_id))
            # Bitbucket Cloud shows a status where its branch is.
            shown = replace(
                status, url=pull_request.web_url, source_branch=pull_request.source_branch
            )
            client.run(repository.set_build_status(record.head, shown))
        except NotFoundInBitbucketError:
            # The pull request is gone, or its commit is a fork's.
            logger.info("no build status to close", pull_request_id=record.pull_request_id)
