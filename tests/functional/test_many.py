"""Connecting many repositories with one access token."""

from importlib import import_module
from types import ModuleType
from typing import Any
from unittest import mock

import pytest

from tests.functional.bench import on_both
from tests.functional.conftest import System
from tests.functional.data_diff_lines import different
from tests.functional.problems import fields, problem
from tests.functional.repository_groups import everything, group_token, make_repositories

pytestmark = on_both

NAMES = ("basket", "customers", "jaffle-shop", "orders")


def connect(system: System, token: str, **body: Any) -> dict[str, Any]:
    answer = system.call("POST", "/integrations", json={"access_token": token} | body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def token(system: System) -> str:
    make_repositories(system, *(name for name in NAMES if name != "jaffle-shop"))
    return group_token(system)


def loaded(system: System) -> ModuleType:
    """The module that the function runs with."""
    assert system.call("GET", "/integrations").status_code == 200
    return import_module("many.connecting")


def names(answer: dict[str, Any]) -> list[str]:
    return [one["repository"].rpartition("/")[2] for one in answer["results"]]


def test_all_of_a_group_are_connected_and_share_one_secret(system: System, token: str) -> None:
    answer = connect(system, token, all_in=everything(system), settings={"wait_minutes": 5})
    assert names(answer) == list(NAMES)
    assert answer["next"] is None
    assert [one["status"] for one in answer["results"]] == [201] * 4
    assert len({one["ci_token"] for one in answer["results"]}) == 4
    assert all(one["integration"]["health"]["ok"] for one in answer["results"])
    assert {one["integration"]["settings"]["wait_minutes"] for one in answer["results"]} == {5}
    assert list(system.account.access_tokens().values()) == [token]
    again = connect(system, token, all_in=everything(system))
    assert [one["status"] for one in again["results"]] == [200] * 4
    assert [one["ci_token"] for one in again["results"]] == [None] * 4
    assert list(system.account.access_tokens().values()) == [token]


def test_each_of_them_reports_with_the_shared_token(system: System, token: str) -> None:
    answer = connect(system, token, all_in=everything(system))
    results = answer["results"]
    shop = next(one for one in results if one["repository"].endswith("jaffle-shop"))
    opened = system.bitbucket.open_pull_request(system.bench.repository, title="Fix amounts")
    path = f"/integrations/{shop['integration']['id']}/diffs"
    query = {"pull_request": str(opened.id)}
    assert system.call("POST", path, shop["ci_token"], params=query, data=different()).ok
    system.bitbucket.wait_until_delivered()
    system.account.drain()
    assert len(system.bitbucket.comments(system.bench.repository, opened.id)) == 1


def test_a_list_is_connected_and_what_is_wrong_with_one_keeps_no_other(
    system: System, token: str
) -> None:
    given = system.bench.address(system.bitbucket)
    missing = given.replace("jaffle-shop", "missing")
    answer = connect(system, token, repositories=["no/such/thing", given, missing])
    by_status = {one["status"]: one for one in answer["results"]}
    assert sorted(one["status"] for one in answer["results"]) == [201, 422, 422]
    assert by_status[201]["repository"].endswith("jaffle-shop")
    problems = {one["problem"]["reason"] for one in answer["results"] if one["problem"]}
    assert problems == {"invalid_request", "not_found_in_bitbucket"}
    assert answer["next"] is None


def test_a_call_does_what_there_is_time_for_and_the_next_goes_on(
    system: System, token: str
) -> None:
    connecting = loaded(system)
    seen: list[str] = []
    after: str | None = None
    for _ in NAMES:
        with mock.patch.object(connecting, "_PATIENCE_SECONDS", -1):
            answer = connect(system, token, all_in=everything(system), after=after)
        seen += names(answer)
        assert len(answer["results"]) == 1
        after = answer["next"]
    assert seen == list(NAMES)
    assert after is None
    assert list(system.account.access_tokens().values()) == [token]


def test_twenty_are_connected_at_the_most(system: System, token: str) -> None:
    connecting = loaded(system)
    with mock.patch.object(connecting, "MOST_AT_ONCE", 3):
        answer = connect(system, token, all_in=everything(system))
        assert names(answer) == list(NAMES[:3])
        rest = connect(system, token, all_in=everything(system), after=answer["next"])
    assert (names(rest), rest["next"]) == ([NAMES[3]], None)


def test_a_cursor_shares_no_other_token(system: System, token: str) -> None:
    """Whoever makes a cursor up does not get somebody else's token for their repositories."""
    other = system.configured()["integration"]["id"]
    answer = connect(system, token, all_in=everything(system), after=f"{other}/!")
    assert [one["status"] for one in answer["results"]].count(201) == 3
    kept = list(system.account.access_tokens().values())
    assert token in kept


def test_more_than_one_call_takes_are_listed_at_once(system: System, token: str) -> None:
    connecting = loaded(system)
    listed = [system.bench.address(system.bitbucket).replace("jaffle-shop", one) for one in NAMES]
    with mock.patch.object(connecting, "MOST_AT_ONCE", 3):
        answer = connect(system, token, repositories=listed)
        rest = connect(system, token, repositories=listed, after=answer["next"])
    assert names(answer) + names(rest) == list(NAMES)
    assert list(system.account.access_tokens().values()) == [token]


def test_those_that_are_connected_later_share_the_secret_if_the_token_is_the_same(
    system: System, token: str
) -> None:
    given = system.bench.address(system.bitbucket)
    listed = [given.replace("jaffle-shop", one) for one in NAMES]
    none = connect(system, token, repositories=[f"{given}-missing"])
    assert none["further"] is None
    first = connect(system, token, repositories=listed[:1])
    again = connect(system, token, repositories=listed[:2], after=first["further"])
    assert [one["status"] for one in again["results"]] == [200, 201]
    assert again["further"] == first["further"]
    assert list(system.account.access_tokens().values()) == [token]
    replacement = group_token(system)
    other = connect(system, replacement, repositories=listed[2:], after=again["further"])
    assert other["further"] != again["further"]
    assert sorted(system.account.access_tokens().values()) == sorted([token, replacement])


def test_another_token_is_replaced_for_all_that_share_it(system: System, token: str) -> None:
    results = connect(system, token, all_in=everything(system))["results"]
    replacement = group_token(system)
    path = f"/integrations/{results[2]['integration']['id']}"
    body = {"access_token": replacement, "access_token_expires": "2099-01-31"}
    changed = system.call("PATCH", path, json=body).json()
    assert len(changed["also_changed_for"]) == 3
    assert list(system.account.access_tokens().values()) == [replacement]
    listed = system.call("GET", "/integrations").json()["integrations"]
    assert {one["access_token_expires"] for one in listed} == {"2099-01-31"}


def expiries(system: System) -> set[str | None]:
    listed = system.call("GET", "/integrations").json()["integrations"]
    return {one["access_token_expires"] for one in listed}


def test_connecting_one_again_with_another_token_is_told_to_all_that_share_it(
    system: System, token: str
) -> None:
    connect(system, token, all_in=everything(system), access_token_expires="2098-01-31")
    assert expiries(system) == {"2098-01-31"}
    replacement = group_token(system)
    assert system.configure(access_token=replacement).status_code == 200
    assert list(system.account.access_tokens().values()) == [replacement]
    assert expiries(system) == {None}
    again = system.configure(access_token=replacement, access_token_expires="2099-01-31")
    assert again.status_code == 200
    assert expiries(system) == {"2099-01-31"}


def test_another_token_for_all_is_told_to_all(system: System, token: str) -> None:
    connect(system, token, all_in=everything(system), access_token_expires="2098-01-31")
    replacement = group_token(system)
    address = system.bench.address(system.bitbucket)
    body = {"repositories": [address], "access_token_expires": "2099-01-31"}
    connect(system, replacement, **body)
    assert expiries(system) == {"2099-01-31"}


def test_a_repository_that_joins_knows_when_the_shared_token_ends(
    system: System, token: str
) -> None:
    connect(system, token, all_in=everything(system), access_token_expires="2099-01-31")
    make_repositories(system, "payments")
    connect(system, token, all_in=everything(system))
    assert len(system.call("GET", "/integrations").json()["integrations"]) == 5
    assert expiries(system) == {"2099-01-31"}


def test_the_secret_goes_with_its_last_user(system: System, token: str) -> None:
    results = connect(system, token, all_in=everything(system))["results"]
    *first, last = [one["integration"]["id"] for one in results]
    for one in first:
        removed = system.call("DELETE", f"/integrations/{one}").json()
        assert removed == {"deleted": True, "webhook_removed": True, "detail": ""}
        assert list(system.account.access_tokens().values()) == [token]
    assert system.call("POST", f"/integrations/{last}/check").json()["ok"] is True
    assert system.call("DELETE", f"/integrations/{last}").json()["webhook_removed"] is True
    assert system.account.access_tokens() == {}
    assert system.account.items() == []


def test_a_token_that_sees_none_of_it_says_so(system: System) -> None:
    body = {"access_token": "wrong", "all_in": everything(system)}
    answer = system.call("POST", "/integrations", json=body)
    problem(answer, 422, "access_token_rejected")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "repository"),
        ({"repository": "a/b", "all_in": "a"}, "repository"),
        ({"repository": "a/b", "repositories": ["a/c"]}, "repository"),
        ({"repositories": ["a/c"], "all_in": "a"}, "repository"),
        ({"repositories": []}, "repositories"),
        ({"repositories": ["a/b"] * 201}, "repositories"),
        ({"all_in": "a/b/c"}, "all_in"),
        ({"all_in": "acme", "after": "no cursor"}, "after"),
    ],
)
def test_what_cannot_be_meant_is_named(system: System, body: dict[str, Any], field: str) -> None:
    answer = system.call("POST", "/integrations", json={"access_token": "token"} | body)
    assert fields(problem(answer, 422, "invalid_request")) == [field]
