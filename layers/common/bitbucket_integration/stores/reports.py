"""Reports as they are kept for their page: a row in DynamoDB, and the report as an object in S3."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bitbucket_integration.judged_report import Level
from bitbucket_integration.model_diff import Outcome
from bitbucket_integration.published_report import PublishedReport, ReportSummary
from bitbucket_integration.stores.items import (
    EXPIRES_AT,
    expires_at,
    fields_of,
    from_item,
    integration_partition,
    key,
    to_item,
)
from bitbucket_integration.stores.packing import packed, unpacked

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

LONGEST_HISTORY = 50
_OBJECT_KEY = "object_key"


@dataclass(frozen=True, slots=True)
class ReportStore:
    """Rows expire after the retention time; the bucket's lifecycle removes the objects then.

    `now` gives seconds since 1970.
    """

    dynamodb: "DynamoDBClient"
    s3: "S3Client"
    table_name: str
    bucket_name: str
    retention_days: int
    now: Callable[[], float]

    def put(self, published: PublishedReport) -> None:
        """Keep a report, its object first: a row never points to an object that is not there.

        A report on the same commit with the same time is the same report, and replaces itself.
        """
        content = packed(published)
        object_key = _object_key(published, content)
        self.s3.put_object(
            Bucket=self.bucket_name,
            Key=object_key,
            Body=content,
            ContentType="application/json",
            ContentEncoding="gzip",
        )
        row = asdict(_summary_of(published)) | {
            _OBJECT_KEY: object_key,
            EXPIRES_AT: expires_at(self.now(), self.retention_days),
        }
        self.dynamodb.put_item(
            TableName=self.table_name,
            Item=_key(published.integration_id, _summary_of(published)) | to_item(row),
        )

    def history(self, integration_id: str, pull_request_id: int) -> list[ReportSummary]:
        """The latest reports of a pull request, at most 50, the newest first."""
        rows = self._rows(integration_id, pull_request_id, LONGEST_HISTORY)
        return [_summary(row) for row in rows]

    def latest(self, integration_id: str, pull_request_id: int) -> PublishedReport | None:
        """The newest report of a pull request; None without one, or once it has expired."""
        rows = self._rows(integration_id, pull_request_id, 1)
        return self._load(rows[0]) if rows else None

    def get(self, integration_id: str, pull_request_id: int, commit: str) -> PublishedReport | None:
        """The newest report on a commit, among the latest 50 of its pull request."""
        for row in self._rows(integration_id, pull_request_id, LONGEST_HISTORY):
            if row["commit"] == commit:
                return self._load(row)
        return None

    def of_summary(self, integration_id: str, summary: ReportSummary) -> PublishedReport | None:
        """The report behind a line of the history; None once it has expired."""
        answer = self.dynamodb.get_item(
            TableName=self.table_name, Key=_key(integration_id, summary), ConsistentRead=True
        )
        item = answer.get("Item")
        return None if item is None else self._load(from_item(item))

    def _rows(self, integration_id: str, pull_request_id: int, limit: int) -> list[dict[str, Any]]:
        answer = self.dynamodb.query(
            TableName=self.table_name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :beginning)",
            ExpressionAttributeValues=to_item(
                {
                    ":pk": integration_partition(integration_id),
                    ":beginning": _beginning(pull_request_id),
                }
            ),
            ScanIndexForward=False,
            Limit=limit,
            ConsistentRead=True,
        )
        return [from_item(item) for item in answer["Items"]]

    def _load(self, row: dict[str, Any]) -> PublishedReport | None:
        try:
            answer = self.s3.get_object(Bucket=self.bucket_name, Key=row[_OBJECT_KEY])
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        return unpacked(PublishedReport, answer["Body"].read())


def _summary_of(published: PublishedReport) -> ReportSummary:
    models = published.report.models
    return ReportSummary(
        pull_request_id=published.pull_request_id,
        commit=published.commit,
        created_at=published.created_at,
        level=published.report.level,
        models=len(models),
        differing=sum(one.diff.outcome is Outcome.DIFFERENT for one in models),
        failing=sum(one.level is Level.FAILED for one in models),
    )


def _summary(row: dict[str, Any]) -> ReportSummary:
    return ReportSummary(**fields_of(ReportSummary, row) | {"level": Level(row["level"])})


def _object_key(published: PublishedReport, content: bytes) -> str:
    # With the digest a reader of an older row gets what that row speaks of.
    digest = hashlib.sha256(content).hexdigest()[:16]
    folder = f"reports/{published.integration_id}/{published.pull_request_id}"
    return f"{folder}/{published.commit}-{digest}.json.gz"


def _key(integration_id: str, summary: ReportSummary) -> dict[str, Any]:
    sort = f"{_beginning(summary.pull_request_id)}{summary.created_at}#{summary.commit}"
    return key(integration_partition(integration_id), sort)


def _beginning(pull_request_id: int) -> str:
    return f"REPORT#{pull_request_id:015}#"
