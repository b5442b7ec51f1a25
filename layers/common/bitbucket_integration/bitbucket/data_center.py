"""Bitbucket Data Center's REST API: the calls that this project makes, none of them performed here.

https://developer.atlassian.com/server/bitbucket/rest/
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
from bitbucket_integration.bitbucket.code_insights import Annotation, InsightReport
from bitbucket_integration.bitbucket.data_center_answers import (
    ApplicationProperties,
    DataCenterDescription,
    WebhookDelivery,
    WebhookTest,
    read_added_comments,
    read_comment,
    read_commit,
    read_delivery,
    read_description,
    read_next_start,
    read_properties,
    read_pull_request,
    read_slug,
    read_target_repository,
    read_user,
    read_webhook,
    read_webhook_test,
    repository_url,
)
from bitbucket_integration.bitbucket.data_center_bodies import (
    webhook_body,
)
from bitbucket_integration.bitbucket.data_center_builds import DataCenterBuilds
from bitbucket_integration.bitbucket.data_center_errors import (
    ADMIN,
    ANYBODY,
    READER,
)
from bitbucket_integration.bitbucket.data_center_insights import annotations_body, report_body
from bitbucket_integration.bitbucket.exchange import Call, Page, Request, Response
from bitbucket_integration.bitbucket.vocabulary import (
    BuildStatus,
    Comment,
    Commit,
    PullRequest,
    Webhook,
    WebhookSpec,
)
from bitbucket_integration.errors import NotFoundInBitbucketError

_PAGE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class DataCenterRepository:
    """The calls on one repository; the base URL has no slash at its end.

    `web_url` is where people see the repository, if that is not below the base URL; servers before
    7.4 have no build statuses below a repository. With a `repository_id`, another repository that
    has come to the same names is one that is not found.
    """

    base_url: str
    project_key: str
    slug: str
    web_url: str = ""
    has_repository_builds: bool = True
    repository_id: int | None = None

    def renamed(self, description: DataCenterDescription) -> "DataCenterRepository":
        """The same repository by the names that it has now."""
        return replace(
            self,
            project_key=description.project_key,
            slug=description.slug,
            web_url=description.web_url,
        )

    def application_properties(self) -> Call[ApplicationProperties]:
        """Which Bitbucket this is. Needs no access token."""
        request = Request("GET", f"{self.base_url}/rest/api/latest/application-properties")
        return ANYBODY.call(request, "reading Bitbucket's version", of_body(read_properties))

    def describe(self) -> Call[DataCenterDescription]:
        """The repository itself, and whom the token acts as. Needs Repository read."""

        def read(response: Response) -> DataCenterDescription:
            description = read_description(response.json(), self.base_url)
            self._expect(description.repository_id)
            return replace(description, user=read_user(response))

        return READER.call(Request("GET", self._url()), "reading the repository", read)

    def pull_request(self, number: int) -> Call[PullRequest]:
        """One pull request. Needs Repository read."""
        request = Request("GET", self._url(f"/pull-requests/{number}"))
        return READER.call(request, "reading the pull request", of_body(self._read_pull_request))

    def open_pull_requests(self, page_length: int = 50) -> Call[Page[PullRequest]]:
        """The open pull requests into this repository. Needs Repository read."""
        url = self._url(f"/pull-requests?state=OPEN&limit={page_length}")
        return _page(READER, url, "listing the pull requests", each(self._read_pull_request))

    def commit(self, commit: str) -> Call[Commit]:
        """A commit by its hash, or an unambiguous beginning of it. Needs Repository read."""
        request = Request("GET", self._url(f"/commits/{quote(commit, safe='')}"))
        return READER.call(request, "reading a commit", of_body(read_commit))

    def newest_commit(self) -> Call[Commit | None]:
        """The default branch's newest commit, None if there is none. Needs Repository read."""
        request = Request("GET", self._url("/commits?limit=1"))
        read = of_body(first(read_commit))
        return none_if_gone(READER.call(request, "reading the newest commit", read))

    def comments(self, pull_request: int) -> Call[Page[Comment | None]]:
        """A pull request's comments, the newest first, without replies. Needs Repository read.

        Data Center lists comments only by file; those on the whole pull request are found among
        its activities (BSERV-7643).
        """

        def comments(body: Any) -> Iterable[Comment | None]:
            return read_added_comments(body, self._pull_request_web_url(pull_request))

        url = self._url(f"/pull-requests/{pull_request}/activities?limit={_PAGE_LENGTH}")
        return _page(READER, url, "listing the comments", comments)

    def comment(self, pull_request: int, comment_id: str) -> Call[Comment | None]:
        """One comment, None once it was deleted. Needs Repository read."""
        request = Request("GET", self._comment_url(pull_request, comment_id))
        read = self._comment_reader(pull_request)
        return none_if_gone(READER.call(request, "reading the comment", of_body(read)))

    def create_comment(self, pull_request: int, text: str) -> Call[Comment | None]:
        """Comment on a pull request. Needs Repository read."""
        request = Request(
            "POST", self._url(f"/pull-requests/{pull_request}/comments"), {"text": text}
        )
        read = self._comment_reader(pull_request)
        return READER.call(request, "commenting on the pull request", of_body(read))

    def update_comment(
        self, pull_request: int, comment: Comment, text: str
    ) -> Call[Comment | None]:
        """Replace a comment's text; None when it was deleted meanwhile.

        Only its author may do it. OutOfDateError when it is not the version that `comment` is.
        """
        url = self._comment_url(pull_request, comment.id)
        request = Request("PUT", url, {"text": text, "version": comment.version})
        read = self._comment_reader(pull_request)
        return none_if_gone(ANYBODY.call(request, "updating the comment", of_body(read)))

    @property
    def builds(self) -> DataCenterBuilds:
        """The calls on build statuses, whichever the server's version has."""
        return DataCenterBuilds(self.base_url, self._url(), self._seen_at())

    def set_build_status(self, commit: str, status: BuildStatus) -> Call[None]:
        """Set or overwrite a commit's build status. Needs Repository read."""
        set_ = self.builds.set if self.has_repository_builds else self.builds.set_deprecated
        return set_(commit, status)

    def put_insight_report(self, commit: str, report: InsightReport) -> Call[None]:
        """Set or replace a Code Insights report of a commit. Needs Repository read.

        Only who created a report may replace it.
        """
        request = Request("PUT", self._insight_url(commit, report.key), report_body(report))
        return READER.call(request, "posting the Code Insights report", nothing)

    def delete_insight_report(self, commit: str, key: str) -> Call[None]:
        """Delete a report with its annotations, if there is one.

        Needs Repository read; Repository admin for one that another access token created.
        """
        request = Request("DELETE", self._insight_url(commit, key))
        return none_if_gone(READER.call(request, "deleting the Code Insights report", nothing))

    def annotate(
        self, commit: str, key: str, annotations: Sequence[Annotation]
    ) -> tuple[Call[None], ...]:
        """Add annotations to a report. Needs Repository read.

        What was added before stays: a report has to be deleted before it is annotated anew.
        """
        if not annotations:
            return ()
        url = f"{self._insight_url(commit, key)}/annotations"
        request = Request("POST", url, annotations_body(annotations))
        return (READER.call(request, "annotating the pull request", nothing),)

    def webhooks(self) -> Call[Page[Webhook]]:
        """The repository's webhooks. Needs Repository admin."""
        url = self._url(f"/webhooks?limit={_PAGE_LENGTH}")
        return _page(ADMIN, url, "listing the webhooks", each(read_webhook))

    def create_webhook(self, spec: WebhookSpec) -> Call[Webhook]:
        """Create a webhook. Needs Repository admin."""
        request = Request("POST", self._url("/webhooks"), webhook_body(spec))
        return ADMIN.call(request, "creating the webhook", of_body(read_webhook))

    def update_webhook(self, webhook_id: str, spec: WebhookSpec) -> Call[Webhook]:
        """Make an existing webhook as `spec` says, its secret included. Needs Repository admin."""
        request = Request("PUT", self._webhook_url(webhook_id), webhook_body(spec))
        return ADMIN.call(request, "updating the webhook", of_body(read_webhook))

    def delete_webhook(self, webhook_id: str) -> Call[None]:
        """Delete a webhook; that it is gone already is no error. Needs Repository admin."""
        request = Request("DELETE", self._webhook_url(webhook_id))
        return none_if_gone(ADMIN.call(request, "deleting the webhook", nothing))

    def test_webhook(self, url: str) -> Call[WebhookTest]:
        """Let Bitbucket send `diagnostics:ping` to this URL. Needs Repository admin."""
        query = urlencode({"url": url, "sslVerificationRequired": "true"})
        # No credentials, but a body: without one there is no Content-Type that says JSON.
        request = Request("POST", f"{self._url('/webhooks/test')}?{query}", {})
        return ADMIN.call(request, "testing the webhook", of_body(read_webhook_test))

    def latest_delivery(self, webhook_id: str) -> Call[WebhookDelivery | None]:
        """How a webhook's latest delivery went, None before its first. Needs Repository admin."""
        request = Request("GET", f"{self._webhook_url(webhook_id)}/latest")
        return ADMIN.call(request, "reading the webhook's latest delivery", read_delivery)

    def _url(self, path: str = "", resource: str = "api") -> str:
        key, slug = (quote(part, safe="") for part in (self.project_key, self.slug))
        return f"{self.base_url}/rest/{resource}/latest/projects/{key}/repos/{slug}{path}"

    def _comment_url(self, pull_request: int, comment_id: str) -> str:
        return self._url(f"/pull-requests/{pull_request}/comments/{quote(comment_id, safe='')}")

    def _insight_url(self, commit: str, key: str) -> str:
        commit, key = (quote(part, safe="") for part in (commit, key))
        return self._url(f"/commits/{commit}/reports/{key}", "insights")

    def _webhook_url(self, webhook_id: str) -> str:
        return self._url(f"/webhooks/{quote(webhook_id, safe='')}")

    def _seen_at(self) -> str:
        key, slug = (quote(part, safe="") for part in (self.project_key, self.slug))
        return self.web_url or repository_url(self.base_url, key, slug)

    def _pull_request_web_url(self, number: int) -> str:
        return f"{self._seen_at()}/pull-requests/{number}"

    def _read_pull_request(self, body: Any) -> PullRequest:
        if self.repository_id is not None:
            self._expect(read_target_repository(body))
        return read_pull_request(body, self._seen_at())

    def _expect(self, repository_id: int) -> None:
        # Names are given anew: a token for a whole project would write to whoever has them now.
        if self.repository_id not in {None, repository_id}:
            raise NotFoundInBitbucketError(
                f"another repository is at {self.project_key}/{self.slug} now"
            )

    def _comment_reader(self, pull_request: int) -> Callable[[Any], Comment | None]:
        web_url = self._pull_request_web_url(pull_request)
        return partial(read_comment, pull_request_web_url=web_url)


@dataclass(frozen=True, slots=True)
class DataCenterProject:
    """The calls on one project; the base URL has no slash at its end."""

    base_url: str
    project_key: str

    def repositories(self) -> Call[Page[str]]:
        """The slugs of the repositories that the token sees. Needs Repository read of each."""
        key = quote(self.project_key, safe="~")
        url = f"{self.base_url}/rest/api/latest/projects/{key}/repos?limit={_PAGE_LENGTH}"
        return _page(READER, url, "listing the repositories", each(read_slug))


def _page[T](
    caller: Caller, url: str, doing: str, items: Callable[[Any], Iterable[T]], start: int = 0
) -> Call[Page[T]]:
    """The page from `start`; `url` has a query already, which says how long a page is."""

    def following(body: Any) -> Call[Page[T]] | None:
        after = read_next_start(body, start)
        return None if after is None else _page(caller, url, doing, items, after)

    # The next page's address is made here and not by the server, so it leads nowhere else.
    return caller.page(Request("GET", f"{url}&start={start}"), doing, items, following)
