import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from bitbucket_integration.report_job import SUBMITTED, CommitJob, PullRequestJob, from_message
from bitbucket_integration.stores.report_queue import ReportQueue
from tests.unit.stored import calls_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

COMMIT = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
JOB = PullRequestJob("abc", 7, "pullrequest:created", COMMIT[:12])


class Sent:
    """The queue, and what was sent to it."""

    def __init__(self, sqs: "SQSClient") -> None:
        url = sqs.create_queue(QueueName="jobs.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.calls = calls_of(sqs)
        self.requests: list[dict[str, Any]] = []
        sqs.meta.events.register(
            "provide-client-params.sqs.SendMessage",
            lambda params, **_: self.requests.append(params),
        )
        self.queue = ReportQueue(sqs, url)

    def ids(self, *wanted: str) -> list[str]:
        """The deduplication ids with which jobs with these ids are sent."""
        for one in wanted:
            self.queue.send(JOB, one)
        return [request["MessageDeduplicationId"] for request in self.requests]


@pytest.fixture
def sent(aws: boto3.Session) -> Sent:
    return Sent(aws.client("sqs"))


@pytest.mark.parametrize(
    "job", [JOB, CommitJob("abc", COMMIT, SUBMITTED)], ids=lambda job: job.kind
)
def test_a_job_is_one_message_in_its_group(sent: Sent, job: PullRequestJob | CommitJob) -> None:
    sent.queue.send(job, "0a1b-2c3d")
    assert sent.calls == ["SendMessage"]
    [request] = sent.requests
    assert from_message(request["MessageBody"]) == job
    assert json.loads(request["MessageBody"])["version"] == 1
    assert request["MessageGroupId"] == job.group
    assert request["MessageDeduplicationId"] == "0a1b-2c3d"


@pytest.mark.parametrize(
    "wanted",
    [
        "4f6b7f3e-6a7e-4e0c-9d1e-2b1c3d4e5f60",
        f"{COMMIT}-0123456789abcdef@2026-11-20T10:00:00.000000+00:00",
        "a" * 128,
        "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
        "0",
    ],
)
def test_an_id_that_sqs_takes_stays_itself(sent: Sent, wanted: str) -> None:
    assert sent.ids(wanted) == [wanted]


@pytest.mark.parametrize(
    "wanted", ["", "a" * 129, "a b", "a\n", "ä", "\x00", "\u202e", "a" * 10_000, "😀"]
)
def test_an_id_that_sqs_refuses_is_hashed(sent: Sent, wanted: str) -> None:
    [used, again, other] = sent.ids(wanted, wanted, wanted + " ")
    assert used == again != other
    assert len(used) == 64
    assert used.isalnum()
