"""Code Insights of Bitbucket Cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.emulator.client import REPOSITORY, Client

if TYPE_CHECKING:
    from local.bitbucket import BitbucketEmulator
    from local.bitbucket.model import PullRequest

REPORT: dict[str, Any] = {
    "title": "Data diff",
    "details": "1 of 2 models failed",
    "report_type": "TEST",
    "reporter": "Bitbucket data diff",
    "link": "https://example.com/reports/1",
    "result": "FAILED",
    "data": [
        {"title": "Verdict", "type": "TEXT", "value": "failed"},
        {"title": "Rows", "type": "NUMBER", "value": 12},
        {"title": "Match", "type": "PERCENTAGE", "value": 97.2},
        {
            "title": "Comment",
            "type": "LINK",
            "value": {"text": "Read it", "href": "https://example.com/1"},
        },
        {"title": "Safe", "type": "BOOLEAN", "value": False},
        {"title": "Anything", "value": "at all"},
    ],
}
ANNOTATION = {
    "external_id": "orders-1",
    "annotation_type": "BUG",
    "path": "models/orders.sql",
    "summary": "12 duplicate keys",
    "severity": "HIGH",
}


@pytest.fixture
def path(pull_request: PullRequest) -> str:
    return f"commit/{pull_request.head}/reports/diff"


@pytest.fixture
def report(client: Client, path: str) -> str:
    assert client.put(path, json=REPORT).status_code == 200
    return path


def several(number: int, start: int = 0) -> list[dict[str, Any]]:
    return [ANNOTATION | {"external_id": f"a{start + index}"} for index in range(number)]


def test_a_report_is_created_read_and_replaced(
    emulator: BitbucketEmulator, client: Client, path: str
) -> None:
    created = client.put(path, json=REPORT)
    again = client.put(path, json=REPORT | {"result": "PASSED", "reporter": None})

    assert (created.status_code, again.status_code) == (200, 200)
    assert {name: created.json()[name] for name in REPORT} == REPORT
    assert created.json()["external_id"] == "diff"
    read = client.get(path).json()
    assert read == again.json()
    assert (read["result"], read["created_on"]) == ("PASSED", created.json()["created_on"])
    assert "reporter" not in read
    listed = client.get(path.removesuffix("/diff")).json()["values"]
    assert listed == [read]
    [kept] = emulator.insight_reports(REPOSITORY)
    assert (kept.key, kept.title, kept.author.display_name) == ("diff", "Data diff", "Data diff")


@pytest.mark.parametrize(
    "change",
    [
        {"title": None},
        {"title": " "},
        {"title": "t" * 451},
        {"details": None},
        {"details": "d" * 2001},
        {"report_type": None},
        {"report_type": "DATA"},
        {"result": "PASS"},
        {"link": "reports/1"},
        {"logoUrl": "https://example.com/logo.png"},
        {"remote_link_enabled": "yes"},
        {"data": {}},
        {"data": [{"title": "Rows", "type": "NUMBER", "value": 1}] * 11},
        {"data": ["rows"]},
        {"data": [{"title": "Rows", "type": "NUMBER", "value": "1"}]},
        {"data": [{"title": "Rows", "type": "NUMBER", "value": True}]},
        {"data": [{"title": "Rows", "type": "COUNT", "value": 1}]},
        {"data": [{"title": "Match", "type": "PERCENTAGE", "value": 100.1}]},
        {"data": [{"title": "Safe", "type": "BOOLEAN", "value": "no"}]},
        {"data": [{"title": "", "type": "TEXT", "value": "x"}]},
        {"data": [{"title": "Rows", "value": [1]}]},
        {"data": [{"title": "Rows", "value": 1, "unit": "rows"}]},
        {"data": [{"title": "Link", "type": "LINK", "value": "https://example.com"}]},
        {"data": [{"title": "L", "type": "LINK", "value": {"linktext": "x", "href": "http://x"}}]},
        {"data": [{"title": "L", "type": "LINK", "value": {"text": "x", "href": "ftp://x"}}]},
    ],
)
def test_a_bad_report_is_refused(client: Client, path: str, change: dict[str, Any]) -> None:
    answer = client.put(path, json=REPORT | change)
    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert client.get(path).status_code == 404


def test_ten_fields_are_not_too_many(client: Client, path: str) -> None:
    data = [{"title": "Rows", "type": "NUMBER", "value": 1}] * 10
    assert client.put(path, json=REPORT | {"data": data}).status_code == 200


def test_a_deleted_report_takes_its_annotations_with_it(client: Client, report: str) -> None:
    client.post(f"{report}/annotations", json=[ANNOTATION])

    assert client.delete(report).status_code == 204
    assert client.delete(report).status_code == 204
    assert client.get(f"{report}/annotations").status_code == 404

    client.put(report, json=REPORT)
    assert client.get(f"{report}/annotations").json()["values"] == []


def test_annotations_replace_those_with_their_id(client: Client, report: str) -> None:
    added = client.post(f"{report}/annotations", json=[ANNOTATION])
    changed = ANNOTATION | {"summary": "none"}
    client.post(f"{report}/annotations", json=[changed, ANNOTATION | {"external_id": "b"}])
    client.put(f"{report}/annotations/b", json=ANNOTATION | {"summary": "still", "line": 3})

    assert added.status_code == 200
    assert {name: added.json()[0][name] for name in ANNOTATION} == ANNOTATION
    listed = client.get(f"{report}/annotations").json()["values"]
    assert [(a["external_id"], a["summary"]) for a in listed] == [
        ("orders-1", "none"),
        ("b", "still"),
    ]
    assert client.delete(f"{report}/annotations/b").status_code == 204
    assert client.get(f"{report}/annotations").json()["size"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"external_id": None},
        {"summary": None},
        {"summary": ""},
        {"summary": "s" * 451},
        {"details": "d" * 2001},
        {"annotation_type": None},
        {"annotation_type": "DATA"},
        {"severity": "WARNING"},
        {"result": "PENDING"},
        {"line": 0},
        {"line": True},
        {"path": 1},
        {"link": "x"},
        {"message": "12 duplicate keys"},
    ],
)
def test_one_bad_annotation_is_enough_to_refuse_all(
    client: Client, report: str, change: dict[str, Any]
) -> None:
    body = [ANNOTATION, ANNOTATION | {"external_id": "b"} | change]
    assert client.post(f"{report}/annotations", json=body).status_code == 400
    assert client.get(f"{report}/annotations").json()["values"] == []


def test_a_hundred_annotations_come_at_once_and_a_thousand_at_most(
    client: Client, report: str
) -> None:
    too_many = client.post(f"{report}/annotations", json=several(101))
    assert too_many.status_code == 400
    assert too_many.json() == {
        "code": 400,
        "message": "Bulk upload supports a maximum of /100 annotations.",
    }
    for start in range(0, 1000, 100):
        body = several(100, start)
        assert client.post(f"{report}/annotations", json=body).status_code == 200
    assert client.post(f"{report}/annotations", json=several(1, 1000)).status_code == 400
    # One that is there already is no more than there was.
    assert client.post(f"{report}/annotations", json=several(1)).status_code == 200


@pytest.mark.parametrize("body", [[], {}, None, {"annotations": []}, ["a"], several(1) * 2])
def test_annotations_are_a_list_of_different_ones(client: Client, report: str, body: Any) -> None:
    assert client.post(f"{report}/annotations", json=body).status_code == 400


def test_reports_ask_for_reading_only(
    emulator: BitbucketEmulator, client: Client, report: str
) -> None:
    other = Client(client.api, emulator.create_access_token(REPOSITORY, ("repository",)))
    assert other.put(report, json=REPORT).status_code == 200
    assert other.delete(report).status_code == 204
    blind = Client(client.api, emulator.create_access_token(REPOSITORY, ("webhook",)))
    assert blind.put(report, json=REPORT).status_code == 403


def test_there_are_no_annotations_without_a_report(client: Client, path: str) -> None:
    assert client.post(f"{path}/annotations", json=[ANNOTATION]).status_code == 404
    assert client.put(f"commit/{'0' * 40}/reports/diff", json=REPORT).status_code == 404


def test_a_report_is_shown_on_the_pull_request_and_its_commit(
    emulator: BitbucketEmulator, client: Client, pull_request: PullRequest, report: str
) -> None:
    client.post(f"{report}/annotations", json=[ANNOTATION | {"summary": "<b>12</b> keys"}])
    for page in (
        "pull-requests/1",
        f"commits/{pull_request.head}",
    ):
        html = requests.get(f"{emulator.cloud_web_url}/{REPOSITORY}/{page}", timeout=20).text
        for shown in (
            "1 of 2 models failed",
            "97.2%",
            '<a href="https://example.com/1" rel="noreferrer">Read it</a>',
            "models/orders.sql",
            "&lt;b&gt;12&lt;/b&gt; keys",
        ):
            assert shown in html, shown
    emulator.push_commit(REPOSITORY, 1)
    html = requests.get(f"{emulator.cloud_web_url}/{REPOSITORY}/pull-requests/1", timeout=20).text
    assert "1 of 2 models failed" not in html
