"""Bitbucket Cloud's REST API 2.0: the calls that this project makes, none of them performed here.

https://developer.atlassian.com/cloud/bitbucket/rest/
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from bitbucket_integration.bitbucket.cloud_answers import (
    RepositoryDescription,
    check,
    read_comment,
    read_commit,
    read_description,
    read_pull_request,
    read_webhook,
    shaped,
)
from bitbucket_integration.bitbucket.exchange import Call, Page, Request, Response
from bitbucket_integration.bitbucket.vocabulary import (
    BuildStatus,
    Comment,
    PullRequest,
    Webhook,
    WebhookSpec,
)
from bitbucket_integration.errors import BitbucketUnavailableError, NotFoundInBitbucketError


@dataclass(frozen=True, slots=True)
class CloudRepository:
    """The calls on one repository; `workspace` and `repository` are slugs or UUIDs in braces."""

    api_url: str
    workspace: str
    repository: str

    def describe(self) -> Call[RepositoryDescription]:
        """The repository itself, and the access token's scopes. Needs `repository`."""
        return self._call(Request("GET", self._url()), "reading the repository", read_description)

    def pull_request(self, number: int) -> Call[PullRequest]:
        """One pull request. Needs `pullrequest`."""
        request = Request("GET", self._url(f"/pullrequests/{number}"))
        return self._call(request, "reading the pull request", _of_body(read_pull_request))

    def open_pull_requests(self, page_length: int = 50) -> Call[Page[PullRequest]]:
        """The open pull requests; a page has at most 50. Needs `pullrequest`."""
        url = self._url("/pullrequests", state="OPEN", pagelen=str(page_length))
        return self._page(url, "listing the pull requests", read_pull_request)

    def full_commit(self, commit: str) -> Call[str]:
        """A commit's 40 characters, from an unambiguous beginning. Needs `repository`."""
        request = Request("GET", self._url(f"/commit/{quote(commit, safe='')}"))
        return self._call(request, "reading a commit", _of_body(read_commit))

    def comments(self, pull_request: int) -> Call[Page[Comment | None]]:
        """A pull request's comments, None in place of a deleted one. Needs `pullrequest`."""
        url = self._url(f"/pullrequests/{pull_request}/comments", pagelen="100")
        return self._page(url, "listing the comments", read_comment)

    def comment(self, pull_request: int, comment_id: str) -> Call[Comment | None]:
        """One comment, None once it was deleted. Needs `pullrequest`."""
        request = Request("GET", self._comment_url(pull_request, comment_id))
        return _none_if_gone(self._call(request, "reading the comment", _of_body(read_comment)))

    def create_comment(self, pull_request: int, text: str) -> Call[Comment | None]:
        """Comment on a pull request. Needs `pullrequest`."""
        url = self._url(f"/pullrequests/{pull_request}/comments")
        request = Request("POST", url, {"content": {"raw": text}})
        return self._call(request, "commenting on the pull request", _of_body(read_comment))

    def update_comment(self, pull_request: int, comment_id: str, text: str) -> Call[Comment | None]:
        """Replace a comment's text; None when it was deleted meanwhile. Needs `pullrequest`."""
        url = self._comment_url(pull_request, comment_id)
        request = Request("PUT", url, {"content": {"raw": text}})
        return _none_if_gone(self._call(request, "updating the comment", _of_body(read_comment)))

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
        request = Request("POST", self._url(f"/commit/{commit}/statuses/build"), body)
        return self._call(request, "setting the build status", _nothing)

    def webhooks(self) -> Call[Page[Webhook]]:
        """The repository's webhooks. Needs `webhook`."""
        url = self._url("/hooks", pagelen="100")
        return self._page(url, "listing the webhooks", read_webhook)

    def create_webhook(self, spec: WebhookSpec) -> Call[Webhook]:
        """Create a webhook. Needs `webhook` and the scopes of its events."""
        request = Request("POST", self._url("/hooks"), _webhook_body(spec))
        return self._call(request, "creating the webhook", _of_body(read_webhook))

    def update_webhook(self, webhook_id: str, spec: WebhookSpec) -> Call[Webhook]:
        """Make an existing webhook as `spec` says, its secret included. Needs `webhook`."""
        request = Request("PUT", self._webhook_url(webhook_id), _webhook_body(spec))
        return self._call(request, "updating the webhook", _of_body(read_webhook))

    def delete_webhook(self, webhook_id: str) -> Call[None]:
        """Delete a webhook; that it is gone already is no error. Needs `webhook`."""
        request = Request("DELETE", self._webhook_url(webhook_id))
        return _none_if_gone(self._call(request, "deleting the webhook", _nothing))

    def _url(self, path: str = "", **query: str) -> str:
        workspace, repository = (quote(part, safe="") for part in (self.workspace, self.repository))
        url = f"{self.api_url}/repositories/{workspace}/{repository}{path}"
        return f"{url}?{urlencode(query)}" if query else url

    def _comment_url(self, pull_request: int, comment_id: str) -> str:
        return self._url(f"/pullrequests/{pull_request}/comments/{quote(comment_id, safe='')}")

    def _webhook_url(self, webhook_id: str) -> str:
        return self._url(f"/hooks/{quote(webhook_id, safe='')}")

    @staticmethod
    def _call[T](request: Request, doing: str, read: Callable[[Response], T]) -> Call[T]:
        def read_checked(response: Response) -> T:
            check(response, doing)
            return shaped(response, doing, read)

        return Call(request, read_checked)

    def _page[T](self, url: str, doing: str, read: Callable[[Any], T]) -> Call[Page[T]]:
        def read_page(response: Response) -> Page[T]:
            body = response.json()
            items = tuple(read(item) for item in body["values"])
            following = body.get("next")
            if following is None:
                return Page(items, None)
            # The access token goes with the next request, so that must not leave Bitbucket.
            if not str(following).startswith(f"{self.api_url}/"):
                raise BitbucketUnavailableError(f"{doing}: the next page is not at {self.api_url}")
            return Page(items, self._page(following, doing, read))

        return self._call(Request("GET", url), doing, read_page)


def _of_body[T](read: Callable[[Any], T]) -> Callable[[Response], T]:
    return lambda response: read(response.json())


def _nothing(_: Response) -> None:
    return None


def _none_if_gone[T](call: Call[T]) -> Call[T | None]:
    def read(response: Response) -> T | None:
        try:
            return call.read(response)
        except NotFoundInBitbucketError:
            return None

    return Call(call.request, read)


def _webhook_body(spec: WebhookSpec) -> dict[str, Any]:
    return {
        "description": spec.description,
        "url": spec.url,
        "active": True,
        "secret": spec.secret,
        "events": list(spec.events),
    }
