import pytest

from bitbucket_integration.bitbucket.cloud import CloudRepository, CloudWorkspace
from bitbucket_integration.bitbucket.exchange import Request
from bitbucket_integration.bitbucket.vocabulary import Comment
from tests.unit.cloud_calls import API, BASE, CALLS, COMMIT, REPOSITORY, STATUS
from tests.unit.code_insights import ANNOTATION, REPORT

WEBHOOK = {
    "description": "Data diff reports",
    "url": "https://a.example/v1/webhooks/abc",
    "active": True,
    "secret": "s" * 64,
    "events": ["pullrequest:created", "pullrequest:updated"],
}
REQUESTS = {
    "describe": Request("GET", BASE),
    "pull_request": Request("GET", f"{BASE}/pullrequests/7"),
    "open_pull_requests": Request("GET", f"{BASE}/pullrequests?state=OPEN&pagelen=50"),
    "commit": Request("GET", f"{BASE}/commit/046d9a3c1532"),
    "newest_commit": Request("GET", f"{BASE}/commits?pagelen=1"),
    "comments": Request("GET", f"{BASE}/pullrequests/7/comments?pagelen=100"),
    "comment": Request("GET", f"{BASE}/pullrequests/7/comments/11"),
    "create_comment": Request(
        "POST", f"{BASE}/pullrequests/7/comments", {"content": {"raw": "# Hi"}}
    ),
    "update_comment": Request(
        "PUT", f"{BASE}/pullrequests/7/comments/11", {"content": {"raw": "# Hi"}}
    ),
    "set_build_status": Request(
        "POST",
        f"{BASE}/commit/{COMMIT}/statuses/build",
        {
            "key": "data-diff-abc",
            "state": "SUCCESSFUL",
            "name": "Data diff",
            "description": "No differences in 2 models",
            "url": "https://bitbucket.org/acme/jaffle-shop/pull-requests/7",
            "refname": "feature/orders",
        },
    ),
    "see_build_statuses": Request("GET", f"{BASE}/commit/{COMMIT}/statuses?pagelen=1"),
    "put_insight_report": Request(
        "PUT",
        f"{BASE}/commit/{COMMIT}/reports/data-diff-abc",
        {
            "title": "Data diff",
            "details": "1 of 2 models failed",
            "report_type": "TEST",
            "reporter": "Bitbucket data diff",
            "link": "https://a.example/v1/reports/abc-7-token",
            "result": "FAILED",
            "data": [
                {"title": "Verdict", "type": "TEXT", "value": "failed"},
                {"title": "Rows added", "type": "NUMBER", "value": 1200},
                {"title": "Lowest match", "type": "PERCENTAGE", "value": 97.25},
                {
                    "title": "Comment",
                    "type": "LINK",
                    "value": {"text": "Read it", "href": "https://a.example/7#comment-11"},
                },
            ],
        },
    ),
    "delete_insight_report": Request("DELETE", f"{BASE}/commit/{COMMIT}/reports/data-diff-abc"),
    "annotate": Request(
        "POST",
        f"{BASE}/commit/{COMMIT}/reports/data-diff-abc/annotations",
        [
            {
                "external_id": "orders.primary_key_duplicates",
                "annotation_type": "BUG",
                "path": "models/marts/orders.sql",
                "summary": "orders: 12 duplicate keys in order_id",
                "severity": "HIGH",
            }
        ],
    ),
    "webhooks": Request("GET", f"{BASE}/hooks?pagelen=100"),
    "repositories": Request("GET", f"{API}/repositories/acme?role=member&pagelen=100"),
    "create_webhook": Request("POST", f"{BASE}/hooks", WEBHOOK),
    "update_webhook": Request("PUT", f"{BASE}/hooks/%7Bh%7D", WEBHOOK),
    "delete_webhook": Request("DELETE", f"{BASE}/hooks/%7Bh%7D"),
}


def test_every_call_is_tried_here() -> None:
    kinds = (CloudRepository, CloudWorkspace)
    made = {name for kind in kinds for name in dir(kind) if not name.startswith("_")}
    assert made - {"api_url", "workspace", "repository"} == REQUESTS.keys() == CALLS.keys()


@pytest.mark.parametrize("name", REQUESTS)
def test_a_call_sends_exactly_what_bitbucket_expects(name: str) -> None:
    assert CALLS[name].request == REQUESTS[name]


def test_slugs_stay_readable_in_addresses() -> None:
    described = CloudRepository(API, "acme", "jaffle-shop_1.0").describe()
    assert described.request.url == f"{API}/repositories/acme/jaffle-shop_1.0"


@pytest.mark.parametrize("part", ["a/b", "a?b", "a#b", "a b", "../x", "a%2Fb", "ä"])
def test_nothing_from_outside_changes_an_addresss_path(part: str) -> None:
    urls = {
        CloudRepository(API, part, "r").describe().request.url: 7,
        CloudRepository(API, "w", part).describe().request.url: 7,
        REPOSITORY.commit(part).request.url: 9,
        REPOSITORY.comment(7, part).request.url: 11,
        REPOSITORY.update_comment(7, Comment(part, "", ""), "").request.url: 11,
        REPOSITORY.delete_webhook(part).request.url: 9,
        REPOSITORY.set_build_status(part, STATUS).request.url: 11,
        REPOSITORY.delete_insight_report(part, "k").request.url: 11,
        REPOSITORY.delete_insight_report(COMMIT, part).request.url: 11,
        REPOSITORY.put_insight_report(part, REPORT).request.url: 11,
        REPOSITORY.annotate(COMMIT, part, [ANNOTATION])[0].request.url: 12,
    }
    for url, parts in urls.items():
        assert len(url.split("/")) == parts
        assert not set(url) & set("?# ä")


def test_a_page_may_be_shorter() -> None:
    url = REPOSITORY.open_pull_requests(page_length=1).request.url
    assert url == f"{BASE}/pullrequests?state=OPEN&pagelen=1"
