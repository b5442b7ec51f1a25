"""Every call that this project makes to Bitbucket Cloud, and answers to give them."""

import json
from typing import Any

from bitbucket_integration.bitbucket.cloud import CloudRepository, CloudWorkspace
from bitbucket_integration.bitbucket.exchange import Call, Response
from bitbucket_integration.bitbucket.vocabulary import BuildState, BuildStatus, Comment, WebhookSpec
from tests.unit.code_insights import ANNOTATION, REPORT

API = "https://api.bitbucket.org/2.0"
BASE = f"{API}/repositories/%7Bw%7D/%7Br%7D"
COMMIT = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
REPOSITORY = CloudRepository(API, "{w}", "{r}")

STATUS = BuildStatus(
    key="data-diff-abc",
    state=BuildState.SUCCESSFUL,
    name="Data diff",
    description="No differences in 2 models",
    url="https://bitbucket.org/acme/jaffle-shop/pull-requests/7",
    source_branch="feature/orders",
)
SPEC = WebhookSpec(
    url="https://a.example/v1/webhooks/abc",
    secret="s" * 64,
    description="Data diff reports",
    events=("pullrequest:created", "pullrequest:updated"),
)

CALLS: dict[str, Call[Any]] = {
    "describe": REPOSITORY.describe(),
    "pull_request": REPOSITORY.pull_request(7),
    "open_pull_requests": REPOSITORY.open_pull_requests(),
    "commit": REPOSITORY.commit("046d9a3c1532"),
    "newest_commit": REPOSITORY.newest_commit(),
    "comments": REPOSITORY.comments(7),
    "comment": REPOSITORY.comment(7, "11"),
    "create_comment": REPOSITORY.create_comment(7, "# Hi"),
    "update_comment": REPOSITORY.update_comment(7, Comment("11", "", ""), "# Hi"),
    "set_build_status": REPOSITORY.set_build_status(COMMIT, STATUS),
    "see_build_statuses": REPOSITORY.see_build_statuses(COMMIT),
    "put_insight_report": REPOSITORY.put_insight_report(COMMIT, REPORT),
    "delete_insight_report": REPOSITORY.delete_insight_report(COMMIT, REPORT.key),
    "annotate": REPOSITORY.annotate(COMMIT, REPORT.key, [ANNOTATION])[0],
    "webhooks": REPOSITORY.webhooks(),
    "repositories": CloudWorkspace(API, "acme").repositories(),
    "create_webhook": REPOSITORY.create_webhook(SPEC),
    "update_webhook": REPOSITORY.update_webhook("{h}", SPEC),
    "delete_webhook": REPOSITORY.delete_webhook("{h}"),
}
GONE_IS_FINE = {
    "comment",
    "delete_insight_report",
    "delete_webhook",
    "newest_commit",
    "update_comment",
}
WITHOUT_ANSWER = {
    "annotate",
    "delete_insight_report",
    "delete_webhook",
    "put_insight_report",
    "see_build_statuses",
    "set_build_status",
}


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    """An answer with a JSON body; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, json.dumps(body).encode())
