"""Build statuses say that the access token is about to end, and stop when it was replaced."""

from datetime import UTC, datetime, timedelta

from tests.functional.bench import on_both
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import identical

pytestmark = on_both

PASSED = "No differences in 1 model"


def in_days(connection: Connection, days: int) -> str:
    now = datetime.fromtimestamp(connection.system.account.clock(), UTC)
    return (now + timedelta(days=days)).date().isoformat()


def change(connection: Connection, **body: str) -> None:
    answer = connection.system.call("PATCH", f"/integrations/{connection.id}", json=body)
    assert answer.status_code == 200, answer.text


def edit(connection: Connection, number: int, title: str) -> None:
    connection.system.bitbucket.edit_pull_request(connection.repository, number, title=title)
    connection.settle()


def written(connection: Connection) -> int:
    """How many build statuses were set."""
    return len(connection.system.bitbucket.requests("POST", connection.bench.build_status))


def test_a_status_says_when_the_token_ends_until_it_is_replaced(connection: Connection) -> None:
    day = in_days(connection, 10)
    hint = f" · Access token ends on {day}: replace it in the configuration"
    number, head = connection.open_pull_request()
    connection.settle()
    assert "Access token" not in connection.build_status(head)[1]

    change(connection, access_token_expires=day)
    edit(connection, number, "Another title")
    assert connection.build_status(head)[1] == f"Waiting for data diff results{hint}"
    connection.submit(identical(), commit=head)
    connection.settle()
    assert connection.build_status(head)[1] == PASSED + hint

    token = connection.bench.create_token(connection.system.bitbucket)
    change(connection, access_token=token, access_token_expires=in_days(connection, 365))
    edit(connection, number, "A third title")
    assert connection.build_status(head)[1] == PASSED


def test_the_same_hint_is_written_once(connection: Connection) -> None:
    change(connection, access_token_expires=in_days(connection, 10))
    number, head = connection.open_pull_request()
    connection.submit(identical(), commit=head)
    connection.settle()
    assert "Access token" in connection.build_status(head)[1]
    before = written(connection)
    assert before
    edit(connection, number, "Another title")
    connection.system.account.clock.let_pass(minutes=3 * 24 * 60)
    edit(connection, number, "A third title")
    assert written(connection) == before
