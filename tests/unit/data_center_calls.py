"""Every call that this project makes to Bitbucket Data Center, and answers to give them."""

from typing import Any

from bitbucket_integration.bitbucket.data_center import DataCenterProject, DataCenterRepository
from bitbucket_integration.bitbucket.exchange import Call
from bitbucket_integration.bitbucket.vocabulary import (
    BuildState,
    BuildStatus,
    Comment,
    WebhookSpec,
)
from tests.unit.code_insights import ANNOTATION, REPORT

BASE_URL = "https://bitbucket.example.com/git"
REST = f"{BASE_URL}/rest/api/latest"
BASE = f"{REST}/projects/DATA/repos/jaffle-shop"
SEEN_AT = f"{BASE_URL}/projects/DATA/repos/jaffle-shop"
COMMIT = "bf0e8b7962c024026ad01ae09d3a11732e26c0d4"
REPOSITORY = DataCenterRepository(BASE_URL, "DATA", "jaffle-shop")
COMMENT = Comment("11", "# Hi", f"{SEEN_AT}/pull-requests/7/overview?commentId=11", version=3)

STATUS = BuildStatus(
    key="data-diff-abc",
    state=BuildState.SUCCESSFUL,
    name="Data diff",
    description="No differences in 2 models",
    url=f"{SEEN_AT}/pull-requests/7/overview?commentId=11",
    source_branch="feature/orders",
)
SPEC = WebhookSpec(
    url="https://a.example/v1/webhooks/abc",
    secret="s" * 64,
    description="Data diff reports",
    events=("pr:opened", "pr:modified"),
)

CALLS: dict[str, Call[Any]] = {
    "application_properties": REPOSITORY.application_properties(),
    "describe": REPOSITORY.describe(),
    "pull_request": REPOSITORY.pull_request(7),
    "open_pull_requests": REPOSITORY.open_pull_requests(),
    "repositories": DataCenterProject(BASE_URL, "DATA").repositories(),
    "commit": REPOSITORY.commit("bf0e8b7962c0"),
    "newest_commit": REPOSITORY.newest_commit(),
    "comments": REPOSITORY.comments(7),
    "comment": REPOSITORY.comment(7, "11"),
    "create_comment": REPOSITORY.create_comment(7, "# Hi"),
    "update_comment": REPOSITORY.update_comment(7, COMMENT, "# Hi"),
    "set": REPOSITORY.builds.set(COMMIT, STATUS),
    "set_deprecated": REPOSITORY.builds.set_deprecated(COMMIT, STATUS),
    "see": REPOSITORY.builds.see(COMMIT),
    "see_deprecated": REPOSITORY.builds.see_deprecated(COMMIT),
    "put_insight_report": REPOSITORY.put_insight_report(COMMIT, REPORT),
    "delete_insight_report": REPOSITORY.delete_insight_report(COMMIT, REPORT.key),
    "annotate": REPOSITORY.annotate(COMMIT, REPORT.key, [ANNOTATION])[0],
    "webhooks": REPOSITORY.webhooks(),
    "create_webhook": REPOSITORY.create_webhook(SPEC),
    "update_webhook": REPOSITORY.update_webhook("2", SPEC),
    "delete_webhook": REPOSITORY.delete_webhook("2"),
    "test_webhook": REPOSITORY.test_webhook("https://a.example/v1/webhooks/abc?x=1"),
    "latest_delivery": REPOSITORY.latest_delivery("2"),
}
PAGED = ["comments", "open_pull_requests", "webhooks"]
NEED_ADMIN = {
    "create_webhook",
    "delete_webhook",
    "latest_delivery",
    "test_webhook",
    "update_webhook",
    "webhooks",
}
NEED_NOTHING = {
    "application_properties",
    "see_deprecated",
    "set_deprecated",
    "update_comment",
}
GONE_IS_FINE = {
    "comment",
    "delete_insight_report",
    "delete_webhook",
    "newest_commit",
    "see",
    "update_comment",
}
WITHOUT_ANSWER = {
    "annotate",
    "delete_insight_report",
    "delete_webhook",
    "put_insight_report",
    "see",
    "see_deprecated",
    "set",
    "set_deprecated",
}


def error_body(exception: str | None, message: str | None = "Why it is so.") -> dict[str, Any]:
    """An error as Data Center words it; `exception` goes without the usual package."""
    name = f"com.atlassian.bitbucket.{exception}" if exception else None
    return {"errors": [{"context": None, "message": message, "exceptionName": name}]}
