import base64
import gzip
import hashlib
import json
import random
import re
from dataclasses import replace
from typing import Any

import pytest
import requests

from bitbucket_integration.http_event import raw_body
from bitbucket_integration.judged_report import JudgedModel
from bitbucket_integration.pull_request_record import PullRequestRecord
from bitbucket_integration.report_link import ReportId
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.pull_requests import PullRequestStore
from bitbucket_integration.stores.reports import ReportStore
from tests.functional.aws_resources import SIGNING_KEY
from tests.functional.conftest import Connection, System
from tests.functional.lambda_environment import LARGEST_EVENT
from tests.functional.problems import problem
from tests.unit.large_report import large_diffs
from tests.unit.model_diffs import failed
from tests.unit.published_reports import (
    BROKEN,
    COMMIT,
    CREATED_AT,
    EVERY_KIND,
    OTHER_COMMIT,
    PASSED,
    judged,
    published,
)

NOON = 1_800_000_000.0
FUNCTION = "DiffsFunction"


def stores(system: System) -> tuple[IntegrationStore, PullRequestStore, ReportStore]:
    account = system.account
    dynamodb, s3 = account.client("dynamodb"), account.client("s3")
    table, bucket = account.environment["TABLE_NAME"], account.environment["BUCKET_NAME"]

    def now() -> float:
        return NOON

    return (
        IntegrationStore(dynamodb, table),
        PullRequestStore(dynamodb, table, 90, now),
        ReportStore(dynamodb, s3, table, bucket, 90, now),
    )


def put(connection: Connection, models: Any = EVERY_KIND, **fields: Any) -> None:
    """Keep a report of this connection, as the report function does."""
    report = published(models, integration_id=connection.id, **fields)
    stores(connection.system)[2].put(report)


def link(connection: Connection, pull_request: int = 7) -> str:
    """The path of a pull request's reports."""
    integration = stores(connection.system)[0].get(connection.id)
    assert integration is not None
    return f"/reports/{ReportId.of(SIGNING_KEY, integration, pull_request)}"


def get(connection: Connection, path: str, **headers: str) -> requests.Response:
    return connection.system.call("GET", path, None, headers=headers)


class TestTheLink:
    def test_shows_the_newest_report(self, connection: Connection) -> None:
        put(connection, [PASSED])
        put(connection, [BROKEN], created_at="2026-11-20T11:00:00.000000+00:00")
        page = get(connection, link(connection))
        assert page.status_code == 200
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "12 duplicate keys in order_id" in page.text
        assert PASSED.diff.model not in page.text

    def test_needs_no_other_credential(self, connection: Connection) -> None:
        put(connection)
        page = connection.system.call("GET", link(connection), "anything")
        assert page.status_code == 200

    def test_that_is_wrong_gets_one_page_whatever_is_wrong(self, connection: Connection) -> None:
        put(connection)
        put(connection, pull_request_id=8)
        good = link(connection)
        token = good.rpartition("-")[2]
        wrong = [
            good[:-1],
            good[:-1] + ("b" if good.endswith("a") else "a"),
            f"/reports/{connection.id}-8-{token}",
            f"/reports/{'a' * 16}-7-{token}",
            link(connection, 9),
            f"/reports/{'x' * 2_000}",
            "/reports/%20",
            good + "?report=99",
            good + f"?report={OTHER_COMMIT}",
        ]
        answers = [get(connection, path) for path in wrong]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert "Open the pull request in Bitbucket" in answers[0].text
        assert connection.system.account.metrics("ReportNotShown") == len(wrong)
        problem(get(connection, wrong[0] + "?format=json"), 404, "unknown_report")

    def test_of_another_integration_opens_nothing_here(self, connection: Connection) -> None:
        system = connection.system
        system.bitbucket.create_repository("acme/other")
        token = system.bitbucket.create_access_token("acme/other")
        other = system.configure(repository="acme/other", access_token=token).json()
        put(connection)
        stranger = Connection(system, other["integration"]["id"], other["ci_token"])
        path = link(stranger).replace(stranger.id, connection.id)
        assert get(connection, path).status_code == 404
        assert get(connection, link(stranger)).status_code == 404
        assert get(connection, link(connection)).status_code == 200

    def test_is_revoked_by_raising_the_integrations_version(self, connection: Connection) -> None:
        put(connection)
        old = link(connection)
        integrations = stores(connection.system)[0]
        integration = integrations.get(connection.id)
        assert integration is not None
        integrations.change(integration, replace(integration, report_link_version=2))
        assert get(connection, old).status_code == 404
        assert get(connection, link(connection)).status_code == 200

    def test_ends_with_its_integration(self, connection: Connection) -> None:
        put(connection)
        path = link(connection)
        connection.system.call("DELETE", f"/integrations/{connection.id}")
        assert get(connection, path).status_code == 404

    def test_is_in_no_log(self, connection: Connection) -> None:
        put(connection)
        path = link(connection)
        get(connection, path)
        get(connection, path + "?report=99")
        connection.system.account.calls.fail("Query")
        get(connection, path)
        assert path.rpartition("-")[2] not in connection.system.account.output.getvalue()

    def test_without_a_signing_key_nothing_is_shown(self, connection: Connection) -> None:
        put(connection)
        path = link(connection)
        connection.system.account.cold()
        connection.system.account.client("secretsmanager").delete_secret(
            SecretId=connection.system.account.environment["SIGNING_KEY_ARN"],
            ForceDeleteWithoutRecovery=True,
        )
        page = get(connection, path)
        assert page.status_code == 503
        assert page.headers["Retry-After"] == "30"
        assert "Try again" in page.text
        problem(get(connection, path + "?format=json"), 503, "try_again_later")


class TestTheHistory:
    def test_leads_to_earlier_reports(self, connection: Connection) -> None:
        put(connection, [PASSED], commit=OTHER_COMMIT)
        put(connection, [BROKEN], created_at="2026-11-20T11:00:00.000000+00:00")
        for wanted in (OTHER_COMMIT, OTHER_COMMIT[:7], "2", CREATED_AT.replace("+", "%2B")):
            page = get(connection, f"{link(connection)}?report={wanted}")
            assert PASSED.diff.model in page.text
            assert "This is an earlier report" in page.text
        page = get(connection, link(connection))
        assert "This is an earlier report" not in page.text
        addresses = re.findall(r'href="(\?report=[^"]+)"', page.text)
        shown = [get(connection, link(connection) + address).text for address in addresses]
        assert [PASSED.diff.model in text for text in shown] == [False, True]

    def test_of_a_report_that_has_expired_leads_to_the_page_that_says_so(
        self, connection: Connection
    ) -> None:
        put(connection)
        s3 = connection.system.account.client("s3")
        bucket = connection.system.account.environment["BUCKET_NAME"]
        [kept] = s3.list_objects_v2(Bucket=bucket, Prefix="reports/")["Contents"]
        s3.delete_object(Bucket=bucket, Key=kept["Key"])
        assert get(connection, link(connection)).status_code == 404


@pytest.mark.parametrize(
    ("head", "moved_on"),
    [("", False), (COMMIT, False), (COMMIT[:12], False), (OTHER_COMMIT, True)],
)
def test_a_page_says_so_when_the_pull_request_has_moved_on(
    connection: Connection, head: str, *, moved_on: bool
) -> None:
    put(connection)
    stores(connection.system)[1].put(connection.id, PullRequestRecord(7, head=head))
    page = get(connection, link(connection))
    assert ("The pull request has moved on" in page.text) is moved_on
    answer = get(connection, link(connection) + "?format=json").json()
    assert answer["moved_on"] is moved_on
    assert answer["pull_request_head"] == (head or None)


class TestAsJson:
    def test_the_same_is_said(self, connection: Connection) -> None:
        put(connection)
        answer = get(connection, link(connection), Accept="application/json")
        assert answer.headers["Content-Type"] == "application/json"
        body = answer.json()
        assert [one["level"] for one in body["models"]] == ["failed", "failed", "warned", "passed"]
        first = body["models"][0]
        assert first["diff"]["rows"]["added"] == 9
        assert first["diff"]["column_values"][2] == {
            "name": "comment",
            "different": None,
            "compared": None,
            "match_percent": None,
        }
        assert first["findings"][0]["text"] == "12 duplicate keys in order_id"
        assert body["history"][0]["failing"] == 2
        assert (body["level"], body["commit"], body["changes"]) == ("failed", COMMIT, None)

    def test_a_selection_narrows_it_down(self, connection: Connection) -> None:
        put(connection)
        answer = get(connection, link(connection) + "?format=json&level=warned").json()
        assert [one["diff"]["model"] for one in answer["models"]] == ["model.shop.customers"]

    @pytest.mark.parametrize(
        ("query", "accept", "kind"),
        [
            ("", "application/json", "application/json"),
            ("", "*/*", "text/html; charset=utf-8"),
            ("", "text/html,application/json", "text/html; charset=utf-8"),
            ("?format=html", "application/json", "text/html; charset=utf-8"),
            ("?format=json", "text/html", "application/json"),
            ("?format=xml", "*/*", "text/html; charset=utf-8"),
        ],
    )
    def test_who_asks_for_it_gets_it(
        self, connection: Connection, query: str, accept: str, kind: str
    ) -> None:
        put(connection)
        answer = get(connection, link(connection) + query, Accept=accept)
        assert answer.headers["Content-Type"] == kind


class TestTheHeaders:
    @pytest.mark.parametrize("path", ["", "?format=json", "x"], ids=["page", "json", "404"])
    def test_keep_the_page_to_who_has_the_link(self, connection: Connection, path: str) -> None:
        put(connection)
        headers = get(connection, link(connection) + path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"

    @pytest.mark.parametrize("path", ["", "x"], ids=["page", "404"])
    def test_allow_the_pages_own_script_and_styles_and_nothing_else(
        self, connection: Connection, path: str
    ) -> None:
        put(connection)
        page = get(connection, link(connection) + path)
        policy = dict(
            one.strip().split(" ", 1) for one in page.headers["Content-Security-Policy"].split(";")
        )
        for tag, directive in (("style", "style-src"), ("script", "script-src")):
            [text] = re.findall(rf"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert policy.pop(directive) == f"'sha256-{digest}'"
        assert policy == {
            "default-src": "'none'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
            "form-action": "'self'",
            "img-src": "data:",
        }
        assert " style=" not in page.text
        assert not re.search(r"\son\w+=", page.text)


def event(path: str, **headers: str) -> dict[str, Any]:
    return {
        "resource": "/reports/{report_id}",
        "path": path,
        "httpMethod": "GET",
        "headers": headers,
        "queryStringParameters": None,
        "requestContext": {"path": f"/v1{path}"},
        "body": None,
        "isBase64Encoded": False,
    }


class TestThePacking:
    @pytest.mark.parametrize(
        ("accepted", "is_packed"),
        [
            ("gzip, deflate, br", True),
            ("br;q=1.0, GZIP;q=0.8", True),
            ("*", True),
            ("gzip;q=0", False),
            ("gzip; q=0.0", False),
            ("identity", False),
            ("br", False),
            ("", False),
        ],
    )
    def test_is_done_for_who_unpacks_it(
        self, connection: Connection, accepted: str, *, is_packed: bool
    ) -> None:
        put(connection)
        path = link(connection)
        account = connection.system.account
        answer = account.invoke(FUNCTION, event(path, **{"Accept-Encoding": accepted}))
        plain = account.invoke(FUNCTION, event(path))
        assert not plain["isBase64Encoded"]
        headers = {name: values[-1] for name, values in answer["multiValueHeaders"].items()}
        assert (headers.get("Content-Encoding") == "gzip") is is_packed
        body = raw_body(answer)
        assert (gzip.decompress(body) if is_packed else body).decode() == plain["body"]

    @pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "gzip"}])
    @pytest.mark.parametrize("query", [None, {"format": "json"}], ids=["page", "json"])
    def test_lets_a_large_report_through_lambda(
        self, connection: Connection, headers: dict[str, str], query: dict[str, str] | None
    ) -> None:
        put(connection, judged(large_diffs()))
        request = event(link(connection), **headers) | {"queryStringParameters": query}
        answer = connection.system.account.invoke(FUNCTION, request)
        assert answer["statusCode"] == 200
        assert len(json.dumps(answer)) < LARGEST_EVENT
        assert len(gzip.decompress(raw_body(answer))) > 3_000_000


def test_what_is_too_large_even_when_packed_is_told_to_be_narrowed_down(
    connection: Connection,
) -> None:
    noise = base64.b64encode(random.Random(1).randbytes(5_000_000)).decode()  # noqa: S311
    put(connection, [PASSED, JudgedModel(failed("model.shop.noise", noise))])
    page = get(connection, link(connection) + "?q=noise")
    assert page.status_code == 500
    assert "Narrow it down" in page.text
    problem(get(connection, link(connection) + "?q=noise&format=json"), 500, "report_too_large")
    assert get(connection, link(connection)).status_code == 200


def test_what_cannot_be_read_is_told_to_be_tried_again(connection: Connection) -> None:
    put(connection)
    for call in ("Query", "GetObject"):
        connection.system.account.calls.fail(call)
        assert get(connection, link(connection)).status_code == 503
    assert get(connection, link(connection)).status_code == 200
    assert connection.system.account.metrics("ReportShown") == 1
