"""Changing an integration: settings, access token, and who changed it meanwhile."""

from typing import Any

import requests

from bitbucket_integration.report_settings import ReportSettings
from tests.functional.bench import on_both
from tests.functional.conftest import Connection, System
from tests.functional.problems import fields, problem

pytestmark = on_both


def show(connection: Connection) -> requests.Response:
    answer = connection.system.call("GET", f"/integrations/{connection.id}")
    assert answer.status_code == 200, answer.text
    return answer


def change(connection: Connection, if_match: str | None = None, **body: Any) -> requests.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    return connection.system.call(
        "PATCH", f"/integrations/{connection.id}", json=body, headers=headers
    )


def tokens(connection: Connection) -> list[str]:
    return list(connection.system.account.access_tokens().values())


class TestSettings:
    def test_are_all_shown_and_changed_one_by_one(self, connection: Connection) -> None:
        before = show(connection).json()
        assert before["settings"] == ReportSettings().model_dump(mode="json")
        answer = change(connection, settings={"wait_minutes": 5, "ignore_models": ["tmp_*"]})
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        body = answer.json()
        assert (body["checks"], body["manual_webhook"]) == ([], None)
        assert body["integration"] == show(connection).json()
        assert body["integration"]["revision"] == before["revision"] + 1
        assert change(connection, settings={"wait_minutes": None}).status_code == 200
        assert show(connection).json()["settings"] == ReportSettings(
            ignore_models=("tmp_*",)
        ).model_dump(mode="json")

    def test_can_be_given_when_a_repository_is_connected(self, system: System) -> None:
        made = system.configured(settings={"sample_rows": True}, access_token_expires="2099-01-31")[
            "integration"
        ]
        assert made["settings"]["sample_rows"] is True
        assert made["access_token_expires"] == "2099-01-31"
        again = system.configure().json()["integration"]
        assert again["settings"]["sample_rows"] is True
        assert again["access_token_expires"] == "2099-01-31"

    def test_that_are_wrong_change_nothing_and_are_named(self, connection: Connection) -> None:
        before = show(connection).json()
        for settings, field in (
            ({"wait_minutes": -1}, "settings.wait_minutes"),
            ({"nope": 1}, "settings.nope"),
            ({"skip_marker": " x"}, "settings.skip_marker"),
        ):
            refused = problem(change(connection, settings=settings), 422, "invalid_request")
            assert fields(refused) == [field]
        assert show(connection).json() == before

    def test_that_are_wrong_are_told_before_bitbucket_is_asked(self, system: System) -> None:
        answer = system.configure(settings={"skip_marker": " x"})
        assert fields(problem(answer, 422, "invalid_request")) == ["settings.skip_marker"]
        assert system.bitbucket.requests() == []

    def test_that_stay_as_they_are_are_no_change(self, connection: Connection) -> None:
        before = show(connection).json()
        assert change(connection).json()["integration"] == before
        assert change(connection, settings={"comment": True}).json()["integration"] == before

    def test_judge_the_next_report(self, connection: Connection) -> None:
        """The report function reads what was stored here."""
        assert change(connection, settings={"masked_columns": ["email"]}).status_code == 200
        [row] = connection.system.account.items("INTEGRATIONS")
        assert ReportSettings.stored(row["settings"]["S"]).masked_columns == ("email",)


class TestAnotherAccessToken:
    def test_replaces_the_one_in_use_once_it_was_looked_at(self, connection: Connection) -> None:
        system = connection.system
        token = connection.bench.create_token(system.bitbucket)
        answer = change(connection, access_token=token, access_token_expires="2099-01-31")
        assert answer.status_code == 200, answer.text
        assert {one["name"] for one in answer.json()["checks"]} >= {"token", "comment", "webhook"}
        assert answer.json()["integration"]["access_token_expires"] == "2099-01-31"
        assert token not in answer.text
        assert tokens(connection) == [token]
        number, _ = connection.open_pull_request()
        connection.settle()
        assert number
        assert connection.health()["ok"]

    def test_that_will_not_do_leaves_the_one_in_use(self, connection: Connection) -> None:
        before = show(connection).json()
        refused = change(connection, access_token="wrong", settings={"comment": False})
        body = problem(refused, 422, "access_token_rejected")
        assert [one["name"] for one in body["checks"] if one["status"] == "failed"] == ["token"]
        assert tokens(connection) == [connection.system.access_token]
        assert show(connection).json() == before

    def test_forgets_when_the_former_one_ends(self, connection: Connection) -> None:
        change(connection, access_token_expires="2099-01-31")
        token = connection.bench.create_token(connection.system.bitbucket)
        other = change(connection, access_token=token)
        assert other.json()["integration"]["access_token_expires"] is None

    def test_that_may_do_less_says_which_webhook_to_enter(self, connection: Connection) -> None:
        token = connection.bench.create_lesser_token(connection.system.bitbucket)
        body = change(connection, access_token=token).json()
        assert body["integration"]["webhook"] == "manual"
        assert body["manual_webhook"]["url"].endswith(connection.id)

    def test_mends_the_health(self, connection: Connection) -> None:
        system = connection.system
        del connection.bench.tokens(system.bitbucket)[system.access_token]
        connection.open_pull_request()
        connection.settle()
        assert connection.health()["reason"] == "access_token_rejected"
        assert system.account.metrics("AccessTokenRejected") == 1
        token = connection.bench.create_token(system.bitbucket)
        assert change(connection, access_token=token).json()["integration"]["health"]["ok"]

    def test_works_again_after_a_call_that_aws_cut_short(self, connection: Connection) -> None:
        token = connection.bench.create_token(connection.system.bitbucket)
        for operation in ("PutSecretValue", "UpdateItem"):
            connection.system.account.calls.fail(operation)
            cut_short = change(connection, access_token=token, settings={"comment": False})
            problem(cut_short, 503, "try_again_later")
        assert change(connection, access_token=token).status_code == 200
        assert tokens(connection) == [token]


class TestTheSameAgain:
    def test_is_no_change(self, connection: Connection) -> None:
        system = connection.system
        before = show(connection)
        system.account.clock.let_pass(minutes=5)
        assert system.configure().headers["ETag"] == before.headers["ETag"]
        again = change(connection, access_token=system.access_token)
        assert again.headers["ETag"] == before.headers["ETag"]
        assert show(connection).json() == before.json()


class TestTheExpiry:
    def test_is_warned_of_in_time(self, connection: Connection) -> None:
        soon = change(connection, access_token_expires="2026-01-01").json()["integration"]
        [warning] = soon["health"]["warnings"]
        assert warning["reason"] == "access_token_expires_soon"
        [listed] = connection.system.call("GET", "/integrations").json()["integrations"]
        assert listed["health"]["warnings"] == [warning]
        unknown = change(connection, access_token_expires=None).json()["integration"]
        assert (unknown["access_token_expires"], unknown["health"]["warnings"]) == (None, [])

    def test_that_is_no_date_is_refused(self, connection: Connection) -> None:
        refused = change(connection, access_token_expires="soon")
        assert fields(problem(refused, 422, "invalid_request")) == ["access_token_expires"]


class TestSomebodyElse:
    def test_has_changed_it_meanwhile(self, connection: Connection) -> None:
        mine = show(connection).headers["ETag"]
        theirs = change(connection, settings={"comment": False})
        assert theirs.headers["ETag"] != mine
        refused = change(connection, mine, settings={"comment": True})
        problem(refused, 412, "changed_meanwhile")
        assert refused.headers["ETag"] == theirs.headers["ETag"]
        assert show(connection).json()["settings"]["comment"] is False
        assert change(connection, refused.headers["ETag"], settings={"comment": None}).ok

    def test_is_told_before_bitbucket_sees_a_token(self, connection: Connection) -> None:
        asked = len(connection.system.bitbucket.requests())
        problem(change(connection, '"99"', access_token="new"), 412, "changed_meanwhile")
        assert len(connection.system.bitbucket.requests()) == asked

    def test_is_asked_about_by_every_call_that_changes(self, connection: Connection) -> None:
        path = f"/integrations/{connection.id}"
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", f"{path}/pause", {}),
            ("POST", f"{path}/resume", {}),
            ("POST", f"{path}/rotate", {"json": {"what": "ci_token"}}),
            ("POST", f"{path}/rotate", {"json": {"what": "webhook_secret"}}),
            ("POST", f"{path}/rotate", {"json": {"what": "report_links"}}),
            ("DELETE", path, {}),
        ]
        for method, target, options in calls:
            headers = {"If-Match": '"99"'}
            answer = connection.system.call(method, target, headers=headers, **options)
            problem(answer, 412, "changed_meanwhile")
        assert show(connection).headers["ETag"] == '"2"'
        fits = {"If-Match": '"2"'}
        assert connection.system.call("DELETE", path, headers=fits).status_code == 200

    def test_is_named_as_it_was_answered(self, connection: Connection) -> None:
        refused = problem(change(connection, "2", settings={}), 422, "invalid_request")
        assert fields(refused) == ["If-Match"]


def test_what_is_not_there_cannot_be_changed(system: System) -> None:
    for method, path, body in (
        ("PATCH", "/integrations/aaaa", {"settings": {}}),
        ("POST", "/integrations/aaaa/pause", None),
        ("POST", "/integrations/aaaa/resume", None),
        ("POST", "/integrations/aaaa/rotate", {"what": "ci_token"}),
        ("POST", "/integrations/aaaa/rotate", {"what": "webhook_secret"}),
        ("POST", "/integrations/aaaa/rotate", {"what": "report_links"}),
        ("GET", "/integrations/aaaa/activity", None),
    ):
        problem(system.call(method, path, json=body), 404, "unknown_integration")
