"""Finds the report that a link names, and lets nobody else in."""

from dataclasses import dataclass

from bitbucket_integration.errors import IntegrationError
from bitbucket_integration.integration import Integration
from bitbucket_integration.permitted_samples import permitted_report
from bitbucket_integration.report_link import ReportId
from bitbucket_integration.report_settings import ReportSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.reports import ReportStore
from bitbucket_integration.stores.secrets import SecretReader
from full_report.shown_report import ShownReport, chosen


class UnknownReportError(IntegrationError):
    """There is no such report, not any more, or the link is not (or no longer) a valid one."""

    reason = "unknown_report"


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Reads what the report function has kept."""

    integrations: IntegrationStore
    pull_requests: PullRequestStore
    reports: ReportStore
    secrets: SecretReader
    signing_key_arn: str

    def read(self, report_id: str, wanted: str) -> ShownReport:
        """Read the report that a pull request shows, or the one of its history that is wanted.

        Raises UnknownReportError alike for everything that cannot be shown.
        """
        link, integration = self._checked(report_id)
        number = link.pull_request_id
        history = self.reports.history(link.integration_id, number)
        record = self.pull_requests.get(link.integration_id, number)
        line = chosen(history, wanted, record.reported_commit)
        published = line and self.reports.of_summary(link.integration_id, line)
        if not published:
            raise UnknownReportError("there is no report under this link")
        settings = ReportSettings.stored(integration.settings)
        report = permitted_report(published, settings)
        return ShownReport(report, tuple(history), record.head, record.reported_commit)

    def _checked(self, report_id: str) -> tuple[ReportId, Integration]:
        link = ReportId.parse(report_id)
        integration = None if link is None else self.integrations.get(link.integration_id)
        if link is not None and integration is not None:
            key = self.secrets.read(self.signing_key_arn)
            if link.proves_itself(key, integration.report_link_version):
                return link, integration
        raise UnknownReportError("there is no report under this link")
