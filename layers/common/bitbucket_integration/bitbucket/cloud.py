"""Bitbucket Cloud's REST API 2.0: the calls that this project makes, none of them performed here.

https://developer.atlassian.com/cloud/bitbucket/rest/
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from bitbucket_integration.bitbucket.calls import (
    Caller,
    each,
    first,
    none_if_gone,
    nothing,
    of_body,
)
from bitbucket_integration.bitbucket.cloud_answers import (
    RepositoryDescription,
    read_comment,
    read_commit,
    read_description,
    read_full_name,
    read_pull_request,
    read_webhook,
)
from bitbucket_integration.bitbucket.cloud_errors import raise_for
from bitbucket_integration.bitbucket.cloud_insights import annotation_bodies, report_body
from bitbucket_integration.bitbucket.code_insights import Annotation, InsightReport
from bitbucket_integration.bitbucket.exchange import Call, Page, Request
from bitbucket_integration.bitbucket.vocabulary import (
    BuildStatus,
    Comment,
    Commit,
    PullRequest,
    Webhook,
    WebhookSpec,
)
from bitbucket_integration.errors import BitbucketUnavailableError

_CALLER = Caller(raise_for)


@dataclass(frozen=True, slots=True)
class CloudRepository:
    """The calls on one repository; `workspace` and `repository` are slugs or UUIDs in braces."""

    api_url: str
    workspace: str
    repository: str

    def describe(self) -> Call[RepositoryDescription]:
        """The repository itself, and the access token's scopes. Needs `repository`."""
        return _CALLER.call(Request("GET", self._url()), "reading the repository", read_description)

    def pull_request(self, number: int) -> Call[PullRequest]:
        """One pull request. Needs `pullrequest`."""
        request = Request("GET", self._url(f"/pullrequests/{number}"))
        return _CALLER.call(request, "reading the pull request", of_body(read_pull_request))

    def open_pull_requests(self, page_length: int = 50) -> Call[Page[PullRequest]]:
        """The open pull requests; a page has at most 50. Needs `pullrequest`."""
        url = self._url("/pullrequests", state="OPEN", pagelen=str(page_length))
        return self._page(url, "listing the pull requests", read_pull_request)

    def commit(self, commit: str) -> Call[Commit]:
        """A commit by its hash, or an unambiguous beginning of it. Needs `repository`."""
        request = Request("GET", self._url(f"/commit/{quote(commit, safe='')}"))
        return _CALLER.call(request, "reading a commit", of_body(read_commit))

    def newest_commit(self) -> Call[Commit | None]:
        """The newest commit, None in an empty repository. Needs `repository`."""
        request = Request("GET", self._url("/commits", pagelen="1"))
        read = of_body(first(read_commit))
        return none_if_gone(_CALLER.call(request, "reading the newest commit", read))

    def comments(self, pull_request: int) -> Call[Page[Comment | None]]:
        """A pull request's comments, None in place of a deleted one. Needs `pullrequest`."""
        url = self._url(f"/pullrequests/{pull_request}/comments", pagelen="100")
        return self._page(url, "listing the comments", read_comment)

    def comment(self, pull_request: int, comment_id: str) -> Call[Comment | None]:
        """One comment, None once it was deleted. Needs `pullrequest`."""
        request = Request("GET", self._comment_url(pull_request, comment_id))
        return none_if_gone(_CALLER.call(request, "reading the comment", of_body(read_comment)))

    def create_comment(self, pull_request: int, text: str) -> Call[Comment | None]:
        """Comment on a pull request. Needs `pullrequest`."""
        url = self._url(f"/pullrequests/{pull_request}/comments")
        request = Request("POST", url, {"content": {"raw": text}})
        return _CALLER.call(request, "commenting on the pull request", of_body(read_comment))

    def update_comment(
        self, pull_request: int, comment: Comment, text: str
    ) -> Call[Comment | None]:
        """Replace a comment's text; None when it was deleted meanwhile. Needs `pullrequest`."""
        url = self._comment_url(pull_request, comment.id)
        request = Request("PUT", url, {"content": {"raw": text}})
        return none_if_gone(_CALLER.call(request, "updating the comment", of_body(read_comment)))

    def set_build_status(self, commit: str, status: BuildStatus) -> Call[None]:
        """Set or overwrite a commit's build status. Needs `repository`."""
        body = {
            "key": status.key,
            "state": status.state.value,
            "name": status.name,
            "description": status.description,
            "url": status.url,
            # A status without its source branch is not shown on the pull request.
            "refname": status.source_branch,
        }
        url = self._url(f"/commit/{quote(commit, safe='')}/statuses/build")
        request = Request("POST", url, body)
        return _CALLER.call(request, "setting the build status", nothing)

    def see_build_statuses(self, commit: str) -> Call[None]:
        """See whether a commit's build statuses can be seen. Needs `repository`."""
        url = self._url(f"/commit/{quote(commit, safe='')}/statuses", pagelen="1")
        return _CALLER.call(Request("GET", url), "reading the build statuses", nothing)

    def put_insight_report(self, commit: str, report: InsightReport) -> Call[None]:
        """Set or replace a Code Insights report of a commit. Needs `repository`."""
        request = Request("PUT", self._report_url(commit, report.key), report_body(report))
        return _CALLER.call(request, "posting the Code Insights report", nothing)

    def delete_insight_report(self, commit: str, key: str) -> Call[None]:
        """Delete a report with its annotations, if there is one. Needs `repository`."""
        request = Request("DELETE", self._report_url(commit, key))
        return none_if_gone(_CALLER.call(request, "deleting the Code Insights report", nothing))

    def annotate(
        self, commit: str, key: str, annotations: Sequence[Annotation]
    ) -> tuple[Call[None], ...]:
        """Add annotations to a report, those with a known id in their place. Needs `repository`."""
        url = f"{self._report_url(commit, key)}/annotations"
        return tuple(
            _CALLER.call(Request("POST", url, body), "annotating the pull request", nothing)
            for body in annotation_bodies(annotations)
        )

    def webhooks(self) -> Call[Page[Webhook]]:
        """The repository's webhooks. Needs `webhook`."""
        url = self._url("/hooks", pagelen="100")
        return self._page(url, "listing the webhooks", read_webhook)

    def create_webhook(self, spec: WebhookSpec) -> Call[Webhook]:
        """Create a webhook. Needs `webhook` and the scopes of its events."""
        request = Request("POST", self._url("/hooks"), _webhook_body(spec))
        return _CALLER.call(request, "creating the webhook", of_body(read_webhook))

    def update_webhook(self, webhook_id: str, spec: WebhookSpec) -> Call[Webhook]:
        """Make an existing webhook as `spec` says, its secret included. Needs `webhook`."""
        request = Request("PUT", self._webhook_url(webhook_id), _webhook_body(spec))
        return _CALLER.call(request, "updating the webhook", of_body(read_webhook))

    def delete_webhook(self, webhook_id: str) -> Call[None]:
        """Delete a webhook; that it is gone already is no error. Needs `webhook`."""
        request = Request("DELETE", self._webhook_url(webhook_id))
        return none_if_gone(_CALLER.call(request, "deleting the webhook", nothing))

    def _url(self, path: str = "", **query: str) -> str:
        workspace, repository = (quote(part, safe="") for part in (self.workspace, self.repository))
        url = f"{self.api_url}/repositories/{workspace}/{repository}{path}"
        return f"{url}?{urlencode(query)}" if query else url

    def _comment_url(self, pull_request: int, comment_id: str) -> str:
        return self._url(f"/pullrequests/{pull_request}/comments/{quote(comment_id, safe='')}")

    def _report_url(self, commit: str, key: str) -> str:
        commit, key = (quote(part, safe="") for part in (commit, key))
        return self._url(f"/commit/{commit}/reports/{key}")

    def _webhook_url(self, webhook_id: str) -> str:
        return self._url(f"/hooks/{quote(webhook_id, safe='')}")

    def _page[T](self, url: str, doing: str, read: Callable[[Any], T]) -> Call[Page[T]]:
        return _page(self.api_url, url, doing, read)


@dataclass(frozen=True, slots=True)
class CloudWorkspace:
    """The calls on one workspace, by its slug or its UUID in braces."""

    api_url: str
    workspace: str

    def repositories(self) -> Call[Page[str]]:
        """The full names of the repositories that the token is a member of. Needs `repository`."""
        query = urlencode({"role": "member", "pagelen": "100"})
        url = f"{self.api_url}/repositories/{quote(self.workspace, safe='')}?{query}"
        return _page(self.api_url, url, "listing the repositories", read_full_name)


def _page[T](api_url: str, url: str, doing: str, read: Callable[[Any], T]) -> Call[Page[T]]:
    def following(body: Any) -> Call[Page[T]] | None:
        url = body.get("next")
        if url is None:
            return None
        # The access token goes with the next request, so that must not leave Bitbucket.
        if not str(url).startswith(f"{api_url}/"):
            raise BitbucketUnavailableError(f"{doing}: the next page is not at {api_url}")
        return _page(api_url, url, doing, read)

    return _CALLER.page(Request("GET", url), doing, each(read), following)


def _webhook_body(spec: WebhookSpec) -> dict[str, Any]:
    return {
        "description": spec.description,
        "url": spec.url,
        "active": True,
        "secret": spec.secret,
        "events": list(spec.events),
    }
