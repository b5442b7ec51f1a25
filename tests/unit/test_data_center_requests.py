from dataclasses import fields, replace

import pytest

from bitbucket_integration.bitbucket.data_center import DataCenterProject, DataCenterRepository
from bitbucket_integration.bitbucket.data_center_answers import DataCenterDescription
from bitbucket_integration.bitbucket.data_center_builds import DataCenterBuilds
from bitbucket_integration.bitbucket.exchange import Request
from bitbucket_integration.bitbucket.vocabulary import BuildState, Comment
from bitbucket_integration.errors import RequestRefusedError
from tests.unit.code_insights import ANNOTATION, REPORT
from tests.unit.data_center_calls import (
    BASE,
    BASE_URL,
    CALLS,
    COMMIT,
    REPOSITORY,
    REST,
    SEEN_AT,
    SPEC,
    STATUS,
)

WEBHOOK = {
    "name": "Data diff reports",
    "url": "https://a.example/v1/webhooks/abc",
    "active": True,
    "sslVerificationRequired": True,
    "configuration": {"secret": "s" * 64},
    "events": ["pr:opened", "pr:modified"],
}
BUILD = {
    "key": "data-diff-abc",
    "state": "SUCCESSFUL",
    "name": "Data diff",
    "description": "No differences in 2 models",
    "url": f"{SEEN_AT}/pull-requests/7/overview?commentId=11",
}
INSIGHTS = (
    f"{BASE_URL}/rest/insights/latest/projects/DATA/repos/jaffle-shop/commits/{COMMIT}"
    "/reports/data-diff-abc"
)
REQUESTS = {
    "application_properties": Request("GET", f"{REST}/application-properties"),
    "describe": Request("GET", BASE),
    "pull_request": Request("GET", f"{BASE}/pull-requests/7"),
    "repositories": Request("GET", f"{REST}/projects/DATA/repos?limit=100&start=0"),
    "open_pull_requests": Request("GET", f"{BASE}/pull-requests?state=OPEN&limit=50&start=0"),
    "commit": Request("GET", f"{BASE}/commits/bf0e8b7962c0"),
    "newest_commit": Request("GET", f"{BASE}/commits?limit=1"),
    "comments": Request("GET", f"{BASE}/pull-requests/7/activities?limit=100&start=0"),
    "comment": Request("GET", f"{BASE}/pull-requests/7/comments/11"),
    "create_comment": Request("POST", f"{BASE}/pull-requests/7/comments", {"text": "# Hi"}),
    "update_comment": Request(
        "PUT", f"{BASE}/pull-requests/7/comments/11", {"text": "# Hi", "version": 3}
    ),
    "set": Request(
        "POST",
        f"{BASE}/commits/{COMMIT}/builds",
        BUILD | {"parent": "data-diff-abc", "ref": "refs/heads/feature/orders"},
    ),
    "set_deprecated": Request(
        "POST", f"{BASE_URL}/rest/build-status/latest/commits/{COMMIT}", BUILD
    ),
    "see": Request("GET", f"{BASE}/commits/{COMMIT}/builds?key=data-diff"),
    "see_deprecated": Request(
        "GET", f"{BASE_URL}/rest/build-status/latest/commits/{COMMIT}?limit=1"
    ),
    "put_insight_report": Request(
        "PUT",
        INSIGHTS,
        {
            "title": "Data diff",
            "details": "1 of 2 models failed",
            "reporter": "Bitbucket data diff",
            "link": "https://a.example/v1/reports/abc-7-token",
            "result": "FAIL",
            "data": [
                {"title": "Verdict", "type": "TEXT", "value": "failed"},
                {"title": "Rows added", "type": "NUMBER", "value": 1200},
                {"title": "Lowest match", "type": "PERCENTAGE", "value": 97.25},
                {
                    "title": "Comment",
                    "type": "LINK",
                    "value": {"linktext": "Read it", "href": "https://a.example/7#comment-11"},
                },
            ],
        },
    ),
    "delete_insight_report": Request("DELETE", INSIGHTS),
    "annotate": Request(
        "POST",
        f"{INSIGHTS}/annotations",
        {
            "annotations": [
                {
                    "externalId": "orders.primary_key_duplicates",
                    "type": "BUG",
                    "path": "models/marts/orders.sql",
                    "message": "orders: 12 duplicate keys in order_id",
                    "severity": "HIGH",
                }
            ]
        },
    ),
    "webhooks": Request("GET", f"{BASE}/webhooks?limit=100&start=0"),
    "create_webhook": Request("POST", f"{BASE}/webhooks", WEBHOOK),
    "update_webhook": Request("PUT", f"{BASE}/webhooks/2", WEBHOOK),
    "delete_webhook": Request("DELETE", f"{BASE}/webhooks/2"),
    "test_webhook": Request(
        "POST",
        f"{BASE}/webhooks/test?url=https%3A%2F%2Fa.example%2Fv1%2Fwebhooks%2Fabc%3Fx%3D1"
        "&sslVerificationRequired=true",
        {},
    ),
    "latest_delivery": Request("GET", f"{BASE}/webhooks/2/latest"),
}


def test_every_call_is_tried_here() -> None:
    kinds = (DataCenterRepository, DataCenterProject, DataCenterBuilds)
    made = {name for kind in kinds for name in dir(kind) if not name.startswith("_")}
    no_calls = {field.name for kind in kinds for field in fields(kind)} | {"renamed", "builds"}
    assert made - no_calls == (REQUESTS.keys() | {"set_build_status"})
    assert REQUESTS.keys() == CALLS.keys()


@pytest.mark.parametrize("name", REQUESTS)
def test_a_call_sends_exactly_what_bitbucket_expects(name: str) -> None:
    assert CALLS[name].request == REQUESTS[name]


def test_a_users_repository_is_below_their_project() -> None:
    url = DataCenterRepository(BASE_URL, "~jane.doe", "jaffle-shop").describe().request.url
    assert url == f"{REST}/projects/~jane.doe/repos/jaffle-shop"


@pytest.mark.parametrize("part", ["a/b", "a?b", "a#b", "a b", "../x", "a%2Fb", "ä"])
def test_nothing_from_outside_changes_an_addresss_path(part: str) -> None:
    urls = {
        DataCenterRepository(BASE_URL, part, "r").describe().request.url: 11,
        DataCenterRepository(BASE_URL, "K", part).describe().request.url: 11,
        REPOSITORY.commit(part).request.url: 13,
        REPOSITORY.comment(7, part).request.url: 15,
        REPOSITORY.update_comment(7, Comment(part, "", ""), "").request.url: 15,
        REPOSITORY.set_build_status(part, STATUS).request.url: 14,
        REPOSITORY.builds.set_deprecated(part, STATUS).request.url: 9,
        REPOSITORY.delete_insight_report(part, "k").request.url: 15,
        REPOSITORY.delete_insight_report(COMMIT, part).request.url: 15,
        REPOSITORY.put_insight_report(part, REPORT).request.url: 15,
        REPOSITORY.annotate(COMMIT, part, [ANNOTATION])[0].request.url: 16,
        REPOSITORY.update_webhook(part, SPEC).request.url: 13,
        REPOSITORY.delete_webhook(part).request.url: 13,
        REPOSITORY.latest_delivery(part).request.url: 14,
    }
    for url, parts in urls.items():
        assert len(url.split("/")) == parts
        assert not set(url) & set("?# ä")


def test_a_page_may_be_shorter() -> None:
    url = REPOSITORY.open_pull_requests(page_length=1).request.url
    assert url == f"{BASE}/pull-requests?state=OPEN&limit=1&start=0"


def test_a_server_that_lacks_builds_below_a_repository_gets_the_deprecated_request() -> None:
    old = replace(REPOSITORY, has_repository_builds=False)
    assert old.set_build_status(COMMIT, STATUS).request == REQUESTS["set_deprecated"]


class TestWhatIsTooLong:
    def test_is_cut_where_it_is_text(self) -> None:
        for length in (255, 256, 5000):
            status = replace(STATUS, name="x" * length, description="y" * length)
            sent = REPOSITORY.set_build_status(COMMIT, status).request.body
            for text in (sent["name"], sent["description"]):
                assert len(text) == 255
                assert text.endswith("…") is (length > 255)

    def test_is_a_digest_where_it_is_a_key(self) -> None:
        def key(text: str) -> str:
            request = REPOSITORY.set_build_status(COMMIT, replace(STATUS, key=text)).request
            assert request.body["parent"] == request.body["key"]
            return str(request.body["key"])

        assert key("k" * 255) == "k" * 255
        assert len(key("k" * 256)) == 64
        assert key("k" * 256) != key("k" * 257)

    def test_is_never_cut_where_it_is_a_url(self) -> None:
        fits = f"https://a.example/{'x' * 432}"
        assert len(fits) == 450
        for url, sent in {fits: fits, f"{fits}y": SEEN_AT}.items():
            for call in (REPOSITORY.set_build_status, REPOSITORY.builds.set_deprecated):
                assert call(COMMIT, replace(STATUS, url=url)).request.body["url"] == sent

    def test_is_refused_where_no_address_fits(self) -> None:
        far = replace(REPOSITORY, web_url=f"https://a.example/{'x' * 500}")
        with pytest.raises(RequestRefusedError, match="450"):
            far.set_build_status(COMMIT, replace(STATUS, url=far.web_url))

    def test_is_left_out_where_it_is_a_branch(self) -> None:
        for length, kept in ((1013, True), (1014, False)):
            status = replace(STATUS, source_branch="b" * length)
            body = REPOSITORY.set_build_status(COMMIT, status).request.body
            assert ("ref" in body) is kept


@pytest.mark.parametrize(
    ("source", "ref"),
    [
        ("main", "refs/heads/main"),
        ("heads/main", "refs/heads/heads/main"),
        ("refs/tags/v1.0", "refs/tags/v1.0"),
        ("", None),
    ],
)
def test_a_status_is_for_the_ref_that_the_pull_request_comes_from(
    source: str, ref: str | None
) -> None:
    status = replace(STATUS, source_branch=source)
    assert REPOSITORY.set_build_status(COMMIT, status).request.body.get("ref") == ref


def test_a_status_of_which_nothing_comes_is_cancelled() -> None:
    stopped = replace(STATUS, state=BuildState.STOPPED)
    assert REPOSITORY.set_build_status(COMMIT, stopped).request.body["state"] == "CANCELLED"
    # All that the deprecated resource has beside it is success.
    old = REPOSITORY.builds.set_deprecated(COMMIT, stopped)
    assert old.request.body["state"] == "FAILED"


def test_a_webhooks_name_is_cut() -> None:
    spec = replace(SPEC, description="d" * 300)
    assert len(REPOSITORY.create_webhook(spec).request.body["name"]) == 255


def test_a_renamed_repository_is_called_by_its_new_names() -> None:
    described = DataCenterDescription(7, "NEW", "shop", "https://people.example/shop")
    renamed = replace(REPOSITORY, has_repository_builds=False).renamed(described)
    assert renamed == DataCenterRepository(
        BASE_URL, "NEW", "shop", "https://people.example/shop", has_repository_builds=False
    )
    assert renamed.describe().request.url == f"{REST}/projects/NEW/repos/shop"
