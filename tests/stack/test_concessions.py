"""What the stack runner sets right on MiniStack, seen from where a user stands."""

import gzip

import pytest
import requests

from local.stack import LocalStack
from tests.functional.data_diff_lines import different
from tests.stack.conftest import Repository

pytestmark = pytest.mark.stack


def test_a_packed_body_arrives_byte_for_byte(repository: Repository) -> None:
    number, head = repository.open_pull_request()
    answer = requests.post(
        f"{repository.stack.api_url}/integrations/{repository.integration_id}/diffs",
        params={"format": "data-diff", "pull_request": str(number), "commit": head},
        data=gzip.compress(different().encode()),
        headers={
            "Authorization": f"Bearer {repository.ci_token}",
            "Content-Encoding": "gzip",
            "Content-Type": "application/x-ndjson",
        },
        timeout=60,
    )
    assert answer.status_code == 202, answer.text
    repository.until_posted(answer.json()["status_url"])


def test_the_admin_token_needs_no_quoting(stack: LocalStack) -> None:
    assert stack.admin_token.isalnum()
