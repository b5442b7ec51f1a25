"""The sweep function as it is deployed, with the permissions that it has."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bitbucket_integration.stores.deadlines import Deadline, DeadlineStore, PassedDeadlines
from tests.stack.conftest import Repository, until

pytestmark = pytest.mark.stack


def test_a_deadline_that_has_passed_makes_a_job_and_is_forgotten(repository: Repository) -> None:
    stack = repository.stack
    dynamodb: Any = stack.session.client("dynamodb", endpoint_url=stack.endpoint_url)
    table = stack.deployment.outputs["TableName"]
    passed = PassedDeadlines(dynamodb, table)
    number, head = repository.open_pull_request()
    # That there is a deadline two hours ahead is the report function's doing.
    ours = (repository.integration_id, number)
    [ahead] = [
        one for one in passed.by("9999") if (one.integration_id, one.pull_request_id) == ours
    ]
    now = datetime.now(UTC)
    over = Deadline(now.isoformat(timespec="seconds"), repository.integration_id, number)
    DeadlineStore(dynamodb, table, 7, now.timestamp).put(over)

    cloudformation = stack.session.client("cloudformation", endpoint_url=stack.endpoint_url)
    function = cloudformation.describe_stack_resource(
        StackName=stack.stack_name, LogicalResourceId="SweepFunction"
    )["StackResourceDetail"]["PhysicalResourceId"]
    functions: Any = stack.session.client("lambda", endpoint_url=stack.endpoint_url)
    answer = functions.invoke(FunctionName=function, Payload=b"{}")

    assert json.loads(answer["Payload"].read())["queued"] >= 1
    assert over not in passed.by("9999")
    assert ahead in passed.by("9999")
    # By what the report function knows it is not over, so nothing changes.
    repository.settle()
    until(lambda: repository.build_state(head) == "INPROGRESS", "the status to stay")
