"""That the report function notes which events came in, and when."""

from datetime import datetime

from tests.functional.bench import on_both
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different
from tests.functional.signed_webhooks import deliver, payload

pytestmark = on_both


def activity(connection: Connection) -> dict[str, str] | None:
    """The integration's activity as it is stored."""
    rows = connection.system.account.items(f"INTEGRATION#{connection.id}", "ACTIVITY")
    summaries = [one for one in rows if one["sk"]["S"] == "ACTIVITY" and "first_event_at" in one]
    return {
        name: value["S"] for row in summaries for name, value in row.items() if "S" in value
    } or None


def test_the_first_event_is_noted_with_the_time_at_which_it_came_in(
    connection: Connection,
) -> None:
    assert activity(connection) is None
    deliver(connection, payload(connection))
    [record] = connection.system.account.jobs()
    connection.system.account.work([record])
    noted = activity(connection)
    assert noted is not None
    assert noted["last_event"] == connection.bench.opened
    came_in = datetime.fromisoformat(noted["last_event_at"]).timestamp()
    assert came_in == int(record["attributes"]["SentTimestamp"]) // 1000
    assert noted["first_event_at"] == noted["last_event_at"]


def test_results_from_ci_are_no_events(connection: Connection) -> None:
    connection.system.bitbucket.pause_deliveries()
    number, head = connection.open_pull_request()
    connection.submit(different(), commit=head)
    connection.submit(different(), pull_request=number)
    connection.system.account.drain()
    assert len(connection.comments(number)) == 1
    assert activity(connection) is None
    connection.system.bitbucket.resume_deliveries()


def test_an_event_is_noted_although_its_job_could_not_be_done(connection: Connection) -> None:
    system = connection.system
    system.bitbucket.revoke_access_token(system.access_token)
    connection.open_pull_request()
    connection.settle()
    assert connection.health()["ok"] is False
    noted = activity(connection)
    assert noted is not None
    assert noted["last_event"] == connection.bench.opened


def test_a_job_that_is_tried_again_does_not_make_its_event_later(connection: Connection) -> None:
    connection.system.bitbucket.add_fault("server_error")
    connection.open_pull_request()
    connection.settle()
    before = activity(connection)
    assert before is not None
    connection.system.account.skip_delays()
    connection.settle()
    assert activity(connection) == before


def test_an_event_of_a_deleted_integration_leaves_nothing_behind(connection: Connection) -> None:
    deliver(connection, payload(connection))
    connection.system.call("DELETE", f"/integrations/{connection.id}")
    connection.settle()
    assert connection.system.account.items() == []
