"""Puts a report into Code Insights, without which the rest of a report is just as good."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.code_insights import Annotation, InsightReport
from bitbucket_integration.bitbucket.repository import BitbucketRepository
from bitbucket_integration.errors import (
    NotFoundInBitbucketError,
    PermissionMissingError,
    RequestRefusedError,
)

logger = Logger(service="report", child=True)


@dataclass(frozen=True, slots=True)
class InsightsPosting:
    """What Bitbucket refuses is noted in the log, and ends no job."""

    client: BitbucketClient
    repository: BitbucketRepository

    def post(self, commit: str, report: InsightReport, annotations: Sequence[Annotation]) -> bool:
        """Replace a commit's report; False when another try may go better. Raises what may pass."""
        try:
            # Neither Bitbucket forgets the annotations of a report that is replaced.
            self.client.run(self.repository.delete_insight_report(commit, report.key))
            self.client.run(self.repository.put_insight_report(commit, report))
            for call in self.repository.annotate(commit, report.key, annotations):
                self.client.run(call)
        except PermissionMissingError as error:
            # Some access tokens may do the rest and not this (reviewdog#1938).
            logger.warning("no code insights", reason=error.reason, detail=str(error))
            return False
        except (NotFoundInBitbucketError, RequestRefusedError) as error:
            # A fork's commit need not exist in the repository that the pull request is for, and a
            # Data Center may be set to take fewer annotations.
            logger.warning("no code insights", reason=error.reason, detail=str(error))
        return True
