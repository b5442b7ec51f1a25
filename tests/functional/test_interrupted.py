"""Whatever is cut off anywhere is made whole by doing the same again."""

import json
from typing import Any

import pytest
import requests

from tests.functional.bench import Bench, on_both
from tests.functional.conftest import Connection, System
from tests.functional.interruptions import (
    Act,
    State,
    Step,
    Story,
    fresh_system,
    interrupted,
    uninterrupted,
)
from tests.functional.patient import Patient
from tests.functional.repository_groups import everything, group_token, make_repositories
from tests.functional.watched_calls import PROGRESS_ID

pytestmark = on_both


def connecting(system: System) -> Act:
    """A repository is connected for the first time, and somebody looks on."""
    return lambda: system.configure(PROGRESS_ID)


def connecting_again(system: System) -> Act:
    """It gets another access token than one whose end was known, and its webhook is repaired."""
    damaged(system, access_token_expires="2030-01-31")
    token = system.bench.create_token(system.bitbucket)
    return lambda: system.configure(access_token=token)


def checking(system: System) -> Act:
    """The doctor finds a webhook to repair and one to remove."""
    patient = damaged(system)
    path = f"/integrations/{patient.id}/check"
    return lambda: system.call("POST", path, params={"progress_id": PROGRESS_ID})


def removing(system: System) -> Act:
    """A repository is disconnected that reports were made of, and are awaited of."""
    connection = system.connect()
    connection.open_pull_request()
    _, head = connection.open_pull_request()
    connection.submit(**results(3), commit=head)
    connection.settle()
    return lambda: system.call("DELETE", f"/integrations/{connection.id}")


def reporting(system: System) -> Act:
    """Results for a head are reported."""
    connection = system.connect()
    _, head = connection.open_pull_request()
    connection.settle()
    connection.submit(**results(120), commit=head)
    return system.account.drain


def reporting_again(system: System) -> Act:
    """A push has come, and results for the new head change what is shown."""
    connection = system.connect()
    number, head = connection.open_pull_request()
    connection.submit(**results(120), commit=head)
    connection.settle()
    head = connection.push(number)
    connection.settle()
    connection.submit(**results(2), commit=head)
    return system.account.drain


def changing(system: System) -> Act:
    """Settings are changed, and another access token replaces one whose end was known."""
    patient = damaged(system, access_token_expires="2030-01-31")
    token = system.bench.create_token(system.bitbucket)
    change = {"access_token": token, "settings": {"wait_minutes": 30, "comment": False}}
    return lambda: system.call("PATCH", f"/integrations/{patient.id}", json=change)


def pausing(system: System) -> Act:
    """Reports are paused."""
    connection = system.connect()
    return lambda: system.call("POST", f"/integrations/{connection.id}/pause")


def resuming(system: System) -> Act:
    """Reports go on."""
    connection = paused(system)
    return lambda: system.call("POST", f"/integrations/{connection.id}/resume")


def catching_up(system: System) -> Act:
    """What came while reports were paused is reported."""
    connection = paused(system)
    system.call("POST", f"/integrations/{connection.id}/resume")
    return system.account.drain


def rotating_the_webhook_secret(system: System) -> Act:
    """Bitbucket signs with another secret."""
    return rotating(system, what="webhook_secret")


def rotating_the_ci_token(system: System) -> Act:
    """CI gets another token, and time to use it."""
    return rotating(system, what="ci_token", grace_minutes=60)


def rotating_report_links(system: System) -> Act:
    """The links of reports that have leaked lead nowhere any more."""
    return rotating(system, what="report_links")


def connecting_many(system: System, **options: Any) -> Act:
    """Two repositories are connected with one access token."""
    make_repositories(system, "orders")
    body = {"all_in": everything(system), "access_token": group_token(system)} | options
    return lambda: system.call("POST", "/integrations", json=body)


def connecting_one_of_many_again(system: System) -> Act:
    """It gets another access token, which the other one has, too, and whose end is known."""
    connect = connecting_many(system, access_token_expires="2030-01-31")
    connect()
    token = group_token(system)
    return lambda: system.configure(access_token=token, access_token_expires="2031-01-31")


def removing_one_of_many(system: System) -> Act:
    """One of them is disconnected; it is the one that the access token is kept under."""
    answer = connecting_many(system)()
    assert isinstance(answer, requests.Response)
    first = answer.json()["results"][0]["integration"]["id"]
    return lambda: system.call("DELETE", f"/integrations/{first}")


def removing_the_last_of_many(system: System) -> Act:
    """After that the other one, with the access token."""
    removing_one_of_many(system)()
    [left] = system.call("GET", "/integrations").json()["integrations"]
    return lambda: system.call("DELETE", f"/integrations/{left['id']}")


CALLS = [
    connecting,
    connecting_again,
    connecting_one_of_many_again,
    checking,
    changing,
    pausing,
    resuming,
    rotating_the_webhook_secret,
    rotating_the_ci_token,
    rotating_report_links,
    removing,
    removing_one_of_many,
    removing_the_last_of_many,
]
JOBS = [catching_up, reporting, reporting_again]


def paused(system: System) -> Connection:
    """A paused repository in which things have happened since. Little of them will be shown."""
    connection = system.connect()
    connection.set(comment=False, build_status=False, code_insights=False)
    system.call("POST", f"/integrations/{connection.id}/pause")
    _, head = connection.open_pull_request()
    connection.submit(**results(3), commit=head)
    connection.settle()
    return connection


def rotating(system: System, **request: Any) -> Act:
    connection = system.connect()
    _, head = connection.open_pull_request()
    connection.submit(**results(3), commit=head)
    connection.settle()
    return lambda: system.call("POST", f"/integrations/{connection.id}/rotate", json=request)


def damaged(system: System, **options: Any) -> Patient:
    """A connected repository whose webhook somebody has spoilt."""
    patient = Patient(system)
    patient.id = system.configured(**options)["integration"]["id"]
    [hook] = patient.hooks().values()
    patient.change_hook(active=False, events=hook.events[:1], secret="another")
    return patient


def results(models: int) -> dict[str, Any]:
    """What CI sends of models, each in a file of its own, that could not be diffed."""
    diffs = [{"model": f"m{n}", "path": f"{n}.sql", "error": "No table."} for n in range(models)]
    return {"body": json.dumps({"version": 1, "models": diffs}), "format": "model-diffs"}


def name_of(story: Story) -> str:
    return story.__name__


@pytest.mark.parametrize("story", CALLS, ids=name_of)
def test_a_call_that_is_interrupted_anywhere_is_finished_by_the_same_call(
    bench: Bench, story: Story, subtests: pytest.Subtests
) -> None:
    steps, expected = uninterrupted_on(bench, story)
    for step in steps:
        with subtests.test(str(step)), fresh_system(bench) as system:
            assert interrupted(system, story, step) == expected


@pytest.mark.parametrize("story", JOBS, ids=name_of)
def test_a_job_that_is_interrupted_anywhere_is_finished_by_its_next_delivery(
    bench: Bench, story: Story, subtests: pytest.Subtests
) -> None:
    steps, expected = uninterrupted_on(bench, story)
    for step in steps:
        # The queue delivers again whatever a job ends with, so one way to end is enough.
        if step.killed or step.where == "Bitbucket":
            with subtests.test(str(step)), fresh_system(bench) as system:
                assert interrupted(system, story, step) == expected


def test_connecting_many_repositories_that_is_killed_anywhere_is_finished_by_the_same_call(
    bench: Bench, subtests: pytest.Subtests
) -> None:
    steps, expected = uninterrupted_on(bench, connecting_many)
    for step in steps:
        # An answer that is lost is the matter of one repository: the others go on without it.
        if step.killed:
            with subtests.test(str(step)), fresh_system(bench) as system:
                assert interrupted(system, connecting_many, step) == expected


def uninterrupted_on(bench: Bench, story: Story) -> tuple[list[Step], State]:
    with fresh_system(bench) as system:
        steps, state = uninterrupted(system, story)
    assert steps
    # Bitbucket's delivery is accepted, if there is a webhook for it.
    assert set(state["deliveries"]) <= {"[202]"}
    return steps, state
