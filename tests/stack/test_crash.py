import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.functional.data_diff_lines import different
from tests.stack.conftest import Repository, until

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes in /proc"),
]

SECONDS_UNTIL_REDELIVERY = 3


def processes_of(endpoint_url: str, function: str) -> list[int]:
    """The worker processes of a function on this MiniStack."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = environ.read_bytes().split(b"\0")
        except OSError:  # another user's, or gone
            continue
        names = [one for one in variables if one.startswith(b"AWS_LAMBDA_FUNCTION_NAME=")]
        ours = f"AWS_ENDPOINT_URL={endpoint_url}".encode() in variables
        if ours and names and function.encode() in names[0]:
            found.append(int(environ.parent.name))
    return found


def test_killed_between_posting_the_comment_and_storing_its_id_makes_no_second_comment(
    repository: Repository,
) -> None:
    number, head = repository.open_pull_request()
    stack = repository.stack
    sqs: Any = stack.session.client("sqs", endpoint_url=stack.endpoint_url)
    queue = stack.deployment.outputs["ReportQueueUrl"]

    def redeliver_after(seconds: str) -> str:
        """Set the queue's visibility timeout; a killed function's message comes back after it."""
        names = ["VisibilityTimeout"]
        before = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": seconds})
        return str(before["VisibilityTimeout"])

    repository.bitbucket.add_fault(
        "apply_then_wait", method="POST", path="*/comments", seconds=8, times=1
    )
    before = redeliver_after(str(SECONDS_UNTIL_REDELIVERY))
    try:
        submitted = repository.submit(different(), commit=head)
        # Bitbucket has the comment; the function waits for the answer that tells its id.
        until(lambda: repository.comments(number), "the posted comment")
        [(posted, _)] = repository.comments(number)
        workers = processes_of(stack.endpoint_url, "Report")
        assert workers, "no process of the report function was found"
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        repository.until_posted(submitted)
    finally:
        redeliver_after(before)
    assert [comment for comment, _ in repository.comments(number)] == [posted]
