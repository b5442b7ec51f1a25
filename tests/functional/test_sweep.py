"""What is awaited for too long: the sweep function alone. Its stories are with the report's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bitbucket_integration.report_job import PullRequestJob, from_message
from bitbucket_integration.stores.deadlines import Deadline, DeadlineStore
from tests.functional.conftest import System
from tests.functional.lambda_environment import LambdaContext

SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event"}


@pytest.fixture
def deadlines(system: System) -> DeadlineStore:
    client = system.account.client("dynamodb")
    return DeadlineStore(client, "table", 90, lambda: 1_800_000_000)


def deadline(minutes: int, number: int = 7) -> Deadline:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    return Deadline(at.isoformat(timespec="seconds"), "abc", number)


def swept(system: System, context: Any = None) -> int:
    queued: int = system.account.invoke("SweepFunction", SCHEDULED, context)["queued"]
    return queued


def jobs(system: System) -> list[Any]:
    return [from_message(record["body"]) for record in system.account.jobs()]


def test_a_job_is_queued_for_each_deadline_that_has_passed(
    system: System, deadlines: DeadlineStore
) -> None:
    for one in (deadline(-10), deadline(-5, 8), deadline(5, 9)):
        deadlines.put(one)
    assert swept(system) == 2
    assert sorted(jobs(system), key=lambda job: job.pull_request_id) == [
        PullRequestJob("abc", 7, "deadline"),
        PullRequestJob("abc", 8, "deadline"),
    ]
    assert swept(system) == 0
    assert len(system.account.items("WAITING")) == 1
    assert system.account.metrics("DeadlinePassed") == 2


def test_a_deadline_that_could_not_be_removed_makes_no_second_job(
    system: System, deadlines: DeadlineStore
) -> None:
    one = deadline(-10)
    deadlines.put(one)
    assert swept(system) == 1
    deadlines.put(one)
    assert swept(system) == 1
    assert jobs(system) == [PullRequestJob("abc", 7, "deadline")]


def test_a_deadline_stays_until_its_job_is_queued(system: System, deadlines: DeadlineStore) -> None:
    deadlines.put(deadline(-10))
    queue_url = system.account.queue_url
    system.account.client("sqs").delete_queue(QueueUrl=queue_url)
    with pytest.raises(ClientError):
        swept(system)
    assert len(system.account.items("WAITING")) == 1


def test_what_there_is_no_time_for_is_left_to_the_next_run(
    system: System, deadlines: DeadlineStore
) -> None:
    for number in (7, 8):
        deadlines.put(deadline(-10, number))
    assert swept(system, LambdaContext(milliseconds=9_999)) == 0
    assert swept(system, LambdaContext(milliseconds=10_000)) == 2


def test_the_deadline_of_an_integration_that_is_gone_ends_quietly(
    system: System, deadlines: DeadlineStore
) -> None:
    deadlines.put(deadline(-10))
    swept(system)
    assert system.account.drain() == 1
    assert "integration deleted" in [line.get("outcome") for line in system.account.logs()]
