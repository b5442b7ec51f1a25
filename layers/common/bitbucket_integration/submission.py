"""A submission: the diff results that one CI job sent for a commit or a pull request."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

PAUSED = "paused"
"""The reason of a submission that waits because its integration is paused."""

FULL_COMMIT = re.compile(r"[0-9a-f]{40}")


class SubmissionStatus(StrEnum):
    """How far a submission has come, as its status URL says it."""

    QUEUED = "queued"
    POSTED = "posted"
    SUPERSEDED = "superseded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Submission:
    """What is stored about a submission; its diffs are an object in S3 under `object_key`.

    `commit` is None until a submission that named only its pull request was attached to the head.
    Times are ISO 8601 in UTC.
    """

    integration_id: str
    id: str
    format: str
    commit: str | None
    pull_request_id: int | None
    submitted_at: str
    models: int
    status: SubmissionStatus = SubmissionStatus.QUEUED
    reason: str = ""
    detail: str = ""
    comment_url: str = ""

    @property
    def object_key(self) -> str:
        """The key of the S3 object that holds the diffs."""
        return f"submissions/{self.integration_id}/{self.id}.json.gz"


def submission_id(
    commit: str | None, pull_request_id: int | None, read_as: str, body: bytes
) -> str:
    """The same results for the same target are the same submission, however often they are sent.

    `read_as` says what else they depend on: their format, and what the query says about them.
    Ids start with what they are about, so that all submissions of a commit can be read in one
    consistent query.
    """
    about = f"{read_as}\n{pull_request_id or ''}\n"
    digest = hashlib.sha256(about.encode() + body).hexdigest()[:16]
    return f"{commit or pull_request_target(pull_request_id)}-{digest}"


def pull_request_target(pull_request_id: int | None) -> str:
    """How the ids of submissions begin that name only their pull request."""
    return f"pr{pull_request_id}"
