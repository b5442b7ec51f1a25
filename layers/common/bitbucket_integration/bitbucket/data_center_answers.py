"""What Bitbucket Data Center's answers say, in this project's vocabulary.

Dates are not read: Data Center 10 sends text where older ones send milliseconds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bitbucket_integration.bitbucket.exchange import Response
from bitbucket_integration.bitbucket.vocabulary import (
    Comment,
    Commit,
    PullRequest,
    PullRequestState,
    Webhook,
)
from bitbucket_integration.submission import FULL_COMMIT

OLDEST_SUPPORTED = (7, 0)
"""The first release with the event `pr:from_ref_updated`."""

FIRST_WITH_REPOSITORY_BUILDS = (7, 4)
"""The first release with build statuses below a repository."""

FIRST_THAT_SHOWS_BUILDS = (7, 14)
"""The first release that lets a build status below a repository be read."""

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})([.\-+][0-9A-Za-z.\-+]{1,40})?")
# Nothing that ends a link in Markdown or in HTML.
_WEB_URL = re.compile(r"https?://[^\s<>()\[\]\\\"'`|]{1,2000}")
_USER = re.compile(r"[\w.@+-]{1,100}")
_BRANCH = "refs/heads/"
_NO_CONTENT = 204

_STATES = {
    "OPEN": PullRequestState.OPEN,
    "MERGED": PullRequestState.MERGED,
    "DECLINED": PullRequestState.DECLINED,
}


@dataclass(frozen=True, slots=True)
class DataCenterDescription:
    """A repository as Bitbucket describes it: by its names of today, and the id that stays.

    `user` is whom the access token acts as, empty when Bitbucket did not say. Of what is archived,
    as it can be since 8.0, nothing can be changed.
    """

    repository_id: int
    project_key: str
    slug: str
    web_url: str
    user: str = ""
    archived: bool = False

    @property
    def full_name(self) -> str:
        """How people call it."""
        return f"{self.project_key}/{self.slug}"


@dataclass(frozen=True, slots=True)
class ApplicationProperties:
    """Which Bitbucket answers at an address."""

    version: str
    display_name: str


@dataclass(frozen=True, slots=True)
class WebhookTest:
    """What Bitbucket got when it called a webhook's address; None when it got no status."""

    status: int | None


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """How a webhook's delivery went: `outcome` is SUCCESS, FAILURE (not 2xx) or ERROR (no answer).

    `description` is Bitbucket's, such as the status code.
    """

    event: str
    outcome: str
    description: str


def release(version: str) -> tuple[int, int]:
    """The part of a version that tells what a server can do. Raises ValueError for no version."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError("not a version")
    return int(match[1]), int(match[2])


def repository_url(base_url: str, project_key: str, slug: str) -> str:
    """Where people see a repository."""
    if project_key.startswith("~"):
        return f"{base_url}/users/{project_key[1:]}/repos/{slug}"
    return f"{base_url}/projects/{project_key}/repos/{slug}"


def read_properties(body: Any) -> ApplicationProperties:
    """The properties of the application; a version that is none is no answer of Bitbucket's."""
    version = body["version"]
    release(version)
    return ApplicationProperties(version, str(body["displayName"]))


def read_description(body: Any, base_url: str) -> DataCenterDescription:
    """A repository. Where Bitbucket does not say where people see it, that is below `base_url`."""
    key, slug = str(body["project"]["key"]), str(body["slug"])
    shown = _self_link(body).removesuffix("/browse")
    return DataCenterDescription(
        repository_id=_id(body["id"]),
        project_key=key,
        slug=slug,
        web_url=shown or repository_url(base_url, key, slug),
        archived=bool(body.get("archived")),
    )


def read_slug(body: Any) -> str:
    """What a repository is called in addresses."""
    return str(body["slug"])


def read_user(response: Response) -> str:
    """Whom the access token acts as, empty when that is not said or is no name."""
    user = response.headers.get("x-ausername", "")
    return user if _USER.fullmatch(user) else ""


def read_pull_request(body: Any, repository_web_url: str) -> PullRequest:
    """A pull request; drafts are open, and known as drafts since 8.18."""
    number, source = _id(body["id"]), body["fromRef"]
    head = source.get("latestCommit")
    return PullRequest(
        id=number,
        state=_STATES[body["state"]],
        head=None if head is None else str(head),
        # In full where it is no branch: one can open a pull request from a tag.
        source_branch=str(source["id"]).removeprefix(_BRANCH),
        web_url=_self_link(body) or f"{repository_web_url}/pull-requests/{number}",
        title=str(body["title"]),
        destination_branch=str(body["toRef"]["id"]).removeprefix(_BRANCH),
        is_draft=bool(body.get("draft")),
    )


def read_target_repository(body: Any) -> int:
    """The number of the repository that a pull request is into."""
    return _id(body["toRef"]["repository"]["id"])


def read_commit(body: Any) -> Commit:
    """A commit."""
    commit = str(body["id"])
    if FULL_COMMIT.fullmatch(commit) is None:
        raise ValueError("not a full hash")
    return Commit(commit, str(body.get("message") or ""))


def read_comment(body: Any, pull_request_web_url: str) -> Comment:
    """A comment."""
    number = _id(body["id"])
    return Comment(
        id=str(number),
        text=str(body["text"]),
        web_url=f"{pull_request_web_url}/overview?commentId={number}",
        is_reply="parent" in body,
        version=_count(body["version"]),
    )


def read_added_comments(body: Any, pull_request_web_url: str) -> Iterator[Comment]:
    """The comments in a page of a pull request's activities, as their text is now.

    An activity without a comment may be of any shape: plugins add their own.
    """
    for activity in body["values"]:
        match activity:
            case {"action": "COMMENTED", "commentAction": "ADDED", "comment": comment}:
                yield read_comment(comment, pull_request_web_url)
            case dict():
                continue
            case _:
                raise TypeError("not an activity")


def read_next_start(body: Any, start: int) -> int | None:
    """Where the page after the one from `start` begins; None after the last.

    Not `start` plus the page's size: the server leaves out what the token may not see.
    """
    following = body.get("nextPageStart")
    if body["isLastPage"] or following is None:
        return None
    if _count(following) <= start:
        raise ValueError("a page that comes before this one")
    return _count(following)


def read_webhook(body: Any) -> Webhook:
    """A webhook as the API lists it."""
    return Webhook(
        id=str(_id(body["id"])),
        url=str(body["url"]),
        active=bool(body.get("active", True)),
        events=frozenset(map(str, body.get("events") or ())),
    )


def read_webhook_test(body: Any) -> WebhookTest:
    """The outcome of a test.

    Atlassian describes the answer without its members (RestWebhookRequestResponse). Clients know it
    as a request with its `response` (Bitbucket.Net), deliveries have a `result` in that place.
    """
    match body.get("response") or body.get("result"):
        case {"status": int(status)} | {"statusCode": int(status)}:
            return WebhookTest(_count(status))
    return WebhookTest(None)


def read_delivery(response: Response) -> WebhookDelivery | None:
    """A webhook's latest delivery, None when there was none."""
    if response.status == _NO_CONTENT:
        return None
    body = response.json()
    return WebhookDelivery(
        event=str(body["event"]),
        outcome=str(body["result"]["outcome"]),
        description=str(body["result"].get("description") or ""),
    )


def _id(value: object) -> int:
    number = _count(value)
    if number == 0:
        raise ValueError("not an id")
    return number


def _count(value: object) -> int:
    # JSON's true is an int in Python.
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a number that counts something")
    return value


def _self_link(body: Any) -> str:
    """Where Bitbucket says that people see a thing, made of its own configured address."""
    match body.get("links"):
        case {"self": [{"href": str(href)}, *_]} if _WEB_URL.fullmatch(href):
            return href
    return ""
