"""The whole API, asked what its description allows and what not, answers as it describes."""

import pytest

from tests.described_api import Caller, ask_everything
from tests.functional.aws_resources import ADMIN_TOKEN
from tests.functional.bench import on_both
from tests.functional.conftest import System
from tests.functional.data_diff_lines import different
from tests.functional.signed_webhooks import secret_of
from tests.functional.watched_calls import PROGRESS_ID

pytestmark = on_both

EXAMPLES = 30


def test_every_answer_is_one_that_is_described(system: System, subtests: pytest.Subtests) -> None:
    connection = system.connect()
    check = f"/integrations/{connection.id}/check"
    assert system.call("POST", check, params={"progress_id": PROGRESS_ID}).ok
    _, head = connection.open_pull_request()
    submitted = connection.submit(different(), commit=head)
    connection.settle()
    [status] = system.bitbucket.build_statuses(connection.repository, head)
    caller = Caller(
        url=system.url,
        address=system.bench.address(system.bitbucket),
        access_token=system.access_token,
        admin_token=ADMIN_TOKEN,
        ci_token=connection.ci_token,
        webhook_secret=secret_of(connection),
        known={
            "integration_id": connection.id,
            "submission_id": submitted.json()["status_url"].rpartition("/")[2],
            "report_id": status.url.rpartition("/")[2],
            "progress_id": PROGRESS_ID,
        },
        results=different().encode(),
    )
    ask_everything(caller, EXAMPLES, subtests)
