"""Submissions: a row in DynamoDB, and their diffs as an object in S3."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from bitbucket_integration.model_diff import ModelDiff
from bitbucket_integration.stores.items import (
    EXPIRES_AT,
    HEAD_CHARACTERS,
    expires_at,
    fields_of,
    from_item,
    integration_partition,
    key,
    to_item,
    unless_condition_fails,
)
from bitbucket_integration.stores.packing import packed, unpacked
from bitbucket_integration.submission import Submission, SubmissionStatus, pull_request_target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_OBJECT_VERSION = 2
_PREFIX = "SUBMISSION#"
_LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class StoredModels:
    """A submission's object in S3."""

    version: int
    models: tuple[ModelDiff, ...]


@dataclass(frozen=True, slots=True)
class SubmissionStore:
    """Rows expire after the retention time; the bucket's lifecycle removes the objects then.

    `now` gives seconds since 1970.
    """

    dynamodb: "DynamoDBClient"
    s3: "S3Client"
    table_name: str
    bucket_name: str
    retention_days: int
    now: Callable[[], float]

    def put(self, submission: Submission, models: Sequence[ModelDiff]) -> None:
        """Store a submission, its diffs first: a row never points to an object that is not there.

        The same submission again replaces itself and counts as sent now.
        """
        self.s3.put_object(
            Bucket=self.bucket_name,
            Key=submission.object_key,
            Body=packed(StoredModels(_OBJECT_VERSION, tuple(models))),
            ContentType="application/json",
            ContentEncoding="gzip",
        )
        self.dynamodb.put_item(
            TableName=self.table_name,
            Item=_key(submission.integration_id, submission.id)
            | to_item(
                asdict(submission) | {EXPIRES_AT: expires_at(self.now(), self.retention_days)}
            ),
        )

    def get(self, integration_id: str, submission_id: str) -> Submission | None:
        """The submission with this id."""
        # An address may name anything, and DynamoDB refuses very long keys.
        if len(submission_id) > _LONGEST_ID:
            return None
        answer = self.dynamodb.get_item(
            TableName=self.table_name, Key=_key(integration_id, submission_id), ConsistentRead=True
        )
        item = answer.get("Item")
        return None if item is None else _submission(from_item(item))

    def models(self, submission: Submission) -> list[ModelDiff]:
        """The diffs of a submission. Raises the S3 client's NoSuchKey once they have expired."""
        answer = self.s3.get_object(Bucket=self.bucket_name, Key=submission.object_key)
        return list(unpacked(StoredModels, answer["Body"].read()).models)

    def of_commit(self, integration_id: str, commit: str) -> list[Submission]:
        """The submissions for a commit, oldest first; a shortened commit needs 12 characters."""
        return self._beginning_with(integration_id, commit[:HEAD_CHARACTERS], commit)

    def of_pull_request(self, integration_id: str, pull_request_id: int) -> list[Submission]:
        """The submissions that named only this pull request, oldest first."""
        return self._beginning_with(integration_id, f"{pull_request_target(pull_request_id)}-", "")

    def waiting(self, integration_id: str, reason: str) -> list[Submission]:
        """The submissions of an integration that wait for this reason, oldest first."""
        found = [
            submission
            for submission in self._query(integration_id, "")
            if submission.status is SubmissionStatus.QUEUED and submission.reason == reason
        ]
        return sorted(found, key=lambda submission: (submission.submitted_at, submission.id))

    def attach(self, submission: Submission, commit: str) -> Submission:
        """Say which commit a submission is about that named only its pull request."""
        self._update(submission, "#commit = :commit", {":commit": commit}, {"#commit": "commit"})
        return replace(submission, commit=commit)

    def mark(
        self,
        submission: Submission,
        status: SubmissionStatus,
        reason: str = "",
        detail: str = "",
        comment_url: str = "",
    ) -> None:
        """Record how far a submission has come, unless it was sent again or removed meanwhile."""
        marked = replace(
            submission, status=status, reason=reason, detail=detail, comment_url=comment_url
        )
        if marked == submission:
            return
        self._update(
            submission,
            "#status = :status, reason = :reason, detail = :detail, comment_url = :comment_url",
            {
                ":status": status.value,
                ":reason": reason,
                ":detail": detail,
                ":comment_url": comment_url,
            },
            {"#status": "status"},
        )

    def _update(
        self,
        submission: Submission,
        assignments: str,
        values: dict[str, Any],
        names: dict[str, str],
    ) -> None:
        with unless_condition_fails():
            self.dynamodb.update_item(
                TableName=self.table_name,
                Key=_key(submission.integration_id, submission.id),
                UpdateExpression=f"SET {assignments}",
                ConditionExpression="submitted_at = :seen",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=to_item(values | {":seen": submission.submitted_at}),
            )

    def _beginning_with(self, integration_id: str, beginning: str, commit: str) -> list[Submission]:
        found = [
            submission
            for submission in self._query(integration_id, beginning)
            if (submission.commit or "").startswith(commit)
        ]
        return sorted(found, key=lambda submission: (submission.submitted_at, submission.id))

    def _query(self, integration_id: str, beginning: str) -> Iterator[Submission]:
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table_name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :beginning)",
            ExpressionAttributeValues=to_item(
                {
                    ":pk": integration_partition(integration_id),
                    ":beginning": f"{_PREFIX}{beginning}",
                }
            ),
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield _submission(from_item(item))


def _key(integration_id: str, submission_id: str) -> dict[str, Any]:
    return key(integration_partition(integration_id), f"{_PREFIX}{submission_id}")


def _submission(stored: dict[str, Any]) -> Submission:
    fields = fields_of(Submission, stored)
    return Submission(**fields | {"status": SubmissionStatus(stored["status"])})
