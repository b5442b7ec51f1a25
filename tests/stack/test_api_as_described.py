"""The deployed API answers as its description says, behind a gateway and by its own functions."""

import re

import pytest
import requests

from tests.described_api import Caller, ask_everything
from tests.functional.data_diff_lines import different
from tests.stack.conftest import Repository

pytestmark = pytest.mark.stack

EXAMPLES = 10
"""A few of each kind: tests/functional asks for more, where a call takes less time."""

PROGRESS_ID = "deployed0progress0id"


@pytest.mark.parametrize("repository", ["cloud"], indirect=True)
def test_every_answer_is_one_that_is_described(
    repository: Repository, subtests: pytest.Subtests
) -> None:
    stack = repository.stack
    number, head = repository.open_pull_request()
    status_url = repository.submit(different(), commit=head)
    repository.until_posted(status_url)
    [(_, comment)] = repository.comments(number)
    reports = set(re.findall(r"/reports/([^)\s]+)\)", comment))
    checked = requests.post(
        f"{stack.api_url}/integrations/{repository.integration_id}/check",
        params={"progress_id": PROGRESS_ID},
        headers={"Authorization": f"Bearer {stack.admin_token}"},
        timeout=60,
    )
    assert checked.status_code == 200
    caller = Caller(
        url=stack.api_url,
        address=repository.bench.address(repository.name),
        access_token=repository.access_token,
        admin_token=stack.admin_token,
        ci_token=repository.ci_token,
        webhook_secret=repository.webhook_secret(),
        known={
            "integration_id": repository.integration_id,
            "submission_id": status_url.rpartition("/")[2],
            "report_id": reports.pop(),
            "progress_id": PROGRESS_ID,
        },
        results=different().encode(),
    )
    ask_everything(caller, EXAMPLES, subtests)
