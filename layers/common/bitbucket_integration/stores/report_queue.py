"""The queue of report jobs: SQS FIFO, one message group per pull request."""

import hashlib
import re
from typing import TYPE_CHECKING

from bitbucket_integration.report_job import ReportJob, to_message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# What SQS allows in a deduplication id.
_ALLOWED = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")


class ReportQueue:
    """Sends report jobs."""

    def __init__(self, sqs: "SQSClient", queue_url: str) -> None:
        """Use this client and queue."""
        self._sqs = sqs
        self._url = queue_url

    def send(self, job: ReportJob, deduplication_id: str) -> None:
        """Queue a job. The same id in the same group within five minutes is the same job."""
        if _ALLOWED.fullmatch(deduplication_id) is None:
            deduplication_id = hashlib.sha256(deduplication_id.encode()).hexdigest()
        self._sqs.send_message(
            QueueUrl=self._url,
            MessageBody=to_message(job),
            MessageGroupId=job.group,
            MessageDeduplicationId=deduplication_id,
        )
