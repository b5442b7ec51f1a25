"""Code Insights of Data Center."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.emulator.data_center_client import REPOSITORY, DataCenterClient, connect, exception

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest

REPORT: dict[str, Any] = {
    "title": "Data diff",
    "details": "1 of 2 models failed",
    "reporter": "Bitbucket data diff",
    "link": "https://example.com/reports/1",
    "result": "FAIL",
    "data": [
        {"title": "Rows", "type": "NUMBER", "value": 12},
        {
            "title": "Comment",
            "type": "LINK",
            "value": {"linktext": "Read it", "href": "https://example.com/1"},
        },
    ],
}
ANNOTATION = {
    "externalId": "orders-1",
    "type": "BUG",
    "path": "models/orders.sql",
    "message": "12 duplicate keys",
    "severity": "HIGH",
}


def reports(client: DataCenterClient, commit: str, version: str = "latest") -> str:
    root = client.api.removesuffix("/api/latest")
    return f"{root}/insights/{version}/{client.repository}/commits/{commit}/reports"


@pytest.fixture
def path(server: DataCenterClient, change: PullRequest) -> str:
    return f"{reports(server, change.head)}/diff"


@pytest.fixture
def report(server: DataCenterClient, path: str) -> str:
    assert server.put(path, json=REPORT).status_code == 200
    return path


def test_a_report_is_created_read_and_replaced(
    emulator: BitbucketEmulator, server: DataCenterClient, change: PullRequest, path: str
) -> None:
    created = server.put(path, json=REPORT)
    again = server.put(path, json=REPORT | {"result": "PASS"})

    assert (created.status_code, again.status_code) == (200, 200)
    assert {name: created.json()[name] for name in REPORT} == REPORT
    assert server.get(path).json() == again.json()
    assert server.get(reports(server, change.head)).json()["values"] == [again.json()]
    [kept] = emulator.insight_reports(REPOSITORY, change.head)
    assert (kept.key, kept.result) == ("diff", "PASS")


@pytest.mark.parametrize(
    ("change_", "context"),
    [
        ({"title": None}, "title"),
        ({"title": "t" * 451}, "title"),
        ({"details": "d" * 2001}, "details"),
        ({"reporter": "r" * 451}, "reporter"),
        ({"result": "PASSED"}, "result"),
        ({"link": "reports/1"}, "url"),
        ({"report_type": "TEST"}, "report_type"),
        ({"data": None}, "data"),
        ({"data": [{"title": "Rows", "type": "NUMBER", "value": 1}] * 7}, "data"),
        ({"data": [{"title": "Rows", "type": "NUMBER", "value": "1"}]}, "data"),
        ({"data": [{"title": "Rows", "type": "COUNT", "value": 1}]}, "data"),
        ({"data": [{"title": "Rows", "value": 1, "unit": "rows"}]}, "unit"),
        (
            {
                "data": [
                    {"title": "L", "type": "LINK", "value": {"text": "x", "href": "https://x.y"}}
                ]
            },
            "data",
        ),
    ],
)
def test_a_bad_report_is_refused(
    server: DataCenterClient, path: str, change_: dict[str, Any], context: str
) -> None:
    answer = server.put(path, json=REPORT | change_)
    assert (answer.status_code, exception(answer)) == (400, "ArgumentValidationException")
    assert answer.json()["errors"][0]["context"] == context
    assert exception(server.get(path)) == "NoSuchInsightReportException"


def test_six_fields_are_not_too_many(server: DataCenterClient, path: str) -> None:
    data = [{"title": "Rows", "type": "NUMBER", "value": 1}] * 6
    assert server.put(path, json=REPORT | {"data": data}).status_code == 200


def test_nothing_is_replaced_among_annotations(
    emulator: BitbucketEmulator, server: DataCenterClient, report: str
) -> None:
    for _ in range(2):
        answer = server.post(f"{report}/annotations", json={"annotations": [ANNOTATION]})
        assert (answer.status_code, answer.content) == (204, b"")
    server.put(report, json=REPORT)

    listed = server.get(f"{report}/annotations").json()["annotations"]
    assert [{name: one[name] for name in ANNOTATION} for one in listed] == [ANNOTATION] * 2

    server.put(f"{report}/annotations/orders-1", json={"message": "one", "severity": "LOW"})
    assert [a.message for a in emulator.insight_reports(REPOSITORY)[0].annotations] == ["one"]


def test_annotations_are_deleted_by_id_or_all_together(
    server: DataCenterClient, report: str
) -> None:
    body = [ANNOTATION | {"externalId": name} for name in "abc"]
    server.post(f"{report}/annotations", json={"annotations": body})

    assert server.delete(f"{report}/annotations?externalId=a").status_code == 204
    left = server.get(f"{report}/annotations").json()["annotations"]
    assert [one["externalId"] for one in left] == ["b", "c"]
    assert server.delete(f"{report}/annotations").status_code == 204
    assert server.get(f"{report}/annotations").json() == {"annotations": []}


def test_a_deleted_report_takes_its_annotations_with_it(
    server: DataCenterClient, report: str
) -> None:
    server.post(f"{report}/annotations", json={"annotations": [ANNOTATION]})
    assert server.delete(report).status_code == 204
    assert server.delete(report).status_code == 404
    server.put(report, json=REPORT)
    assert server.get(f"{report}/annotations").json() == {"annotations": []}


@pytest.mark.parametrize(
    "change_",
    [
        {"message": None},
        {"message": "m" * 2001},
        {"severity": None},
        {"severity": "CRITICAL"},
        {"type": "DATA"},
        {"line": -1},
        {"link": "x"},
        {"externalId": "x" * 450},
        {"summary": "12 duplicate keys"},
    ],
)
def test_one_bad_annotation_is_enough_to_refuse_all(
    server: DataCenterClient, report: str, change_: dict[str, Any]
) -> None:
    body = {"annotations": [ANNOTATION, ANNOTATION | change_]}
    assert server.post(f"{report}/annotations", json=body).status_code == 400
    assert server.get(f"{report}/annotations").json() == {"annotations": []}


def test_one_too_many_is_enough_to_refuse_all(server: DataCenterClient, report: str) -> None:
    def post(number: int) -> int:
        body = {"annotations": [ANNOTATION] * number}
        return server.post(f"{report}/annotations", json=body).status_code

    assert post(1001) == 400
    assert post(999) == 204
    assert post(2) == 400
    assert post(1) == 204
    assert len(server.get(f"{report}/annotations").json()["annotations"]) == 1000


@pytest.mark.parametrize("body", [[], {}, {"annotations": []}, {"annotations": ["a"]}])
def test_annotations_are_a_list_in_an_object(
    server: DataCenterClient, report: str, body: Any
) -> None:
    assert server.post(f"{report}/annotations", json=body).status_code == 400


def test_only_the_creator_changes_a_report_and_an_administrator_deletes_it(
    emulator: BitbucketEmulator, server: DataCenterClient, path: str
) -> None:
    creator, other = (connect(emulator, permission="REPO_READ") for _ in range(2))
    creator.put(path, json=REPORT)
    for caller in (other, server):
        for refused in (
            caller.put(path, json=REPORT),
            caller.post(f"{path}/annotations", json={"annotations": [ANNOTATION]}),
            caller.put(f"{path}/annotations/a", json=ANNOTATION),
        ):
            assert (refused.status_code, exception(refused)) == (401, "AuthorisationException")
    assert exception(other.delete(path)) == "AuthorisationException"
    assert exception(other.delete(f"{path}/annotations")) == "AuthorisationException"

    assert creator.put(path, json=REPORT).status_code == 200
    assert server.delete(f"{path}/annotations").status_code == 204
    assert server.delete(path).status_code == 204
    assert server.put(path, json=REPORT).status_code == 200


def test_a_commit_is_named_by_its_whole_hash(server: DataCenterClient, change: PullRequest) -> None:
    short = f"{reports(server, change.head[:12])}/diff"
    assert server.put(short, json=REPORT).status_code == 400
    unknown = server.put(f"{reports(server, '0' * 40)}/diff", json=REPORT)
    assert exception(unknown) == "NoSuchCommitException"
    assert server.put(f"/commits/{change.head}/reports/diff", json=REPORT).status_code == 404


def test_the_numbered_resource_is_the_same(server: DataCenterClient, change: PullRequest) -> None:
    numbered = f"{reports(server, change.head, '1.0')}/diff"
    assert server.put(numbered, json=REPORT).status_code == 200
    assert server.get(f"{reports(server, change.head)}/diff").status_code == 200


def test_a_report_is_shown_on_the_pull_request(
    emulator: BitbucketEmulator, server: DataCenterClient, report: str
) -> None:
    server.post(f"{report}/annotations", json={"annotations": [ANNOTATION]})
    page = f"{emulator.data_center_url}/{REPOSITORY}/pull-requests/1"
    html = requests.get(page, timeout=20).text
    for shown in ("1 of 2 models failed", ">Read it</a>", "models/orders.sql"):
        assert shown in html
