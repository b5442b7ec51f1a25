"""Bitbucket Data Center's objects in JSON, built from what is stored.

Shapes: the reference, and answers and webhooks recorded by bitbucket-branch-source-plugin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local.bitbucket import page_addresses
from local.bitbucket.model import Happening, PullRequestState
from local.bitbucket.page_addresses import CONTEXT_PATH, project_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from local.bitbucket.code_insights import Annotation, InsightReport
    from local.bitbucket.model import (
        Account,
        Activity,
        BuildStatus,
        Comment,
        Commit,
        Hook,
        PullRequest,
        Repository,
    )

Json = dict[str, Any]
DISPLAYED_HASH = 11
SSH_PORT = 7999
ACTION_OF = {
    Happening.OPENED: "OPENED",
    Happening.PUSHED: "RESCOPED",
    Happening.EDITED: "UPDATED",
    Happening.MERGED: "MERGED",
    Happening.DECLINED: "DECLINED",
    Happening.COMMENTED: "COMMENTED",
}


def milliseconds(moment: datetime) -> int:
    """Dates in answers, and in webhooks before 10.0."""
    return int(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    """Dates in webhooks since 10.0."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


@dataclass(frozen=True)
class Rendering:
    """Where the server is, what its numbers are, and how it writes dates."""

    server: str
    number_of: Callable[[str, str], int]
    drafts: bool = True
    date: Callable[[datetime], int | str] = milliseconds

    def page(self, path: str) -> Json:
        """The links of something that has a page, by the page's path with the context path."""
        return {"self": [{"href": self.server.removesuffix(CONTEXT_PATH) + path}]}


def user_name(account: Account) -> str:
    """The name that someone logs in with; a bot's is made up."""
    if account.token_kind:
        return account.nickname
    return ".".join(account.display_name.lower().split())


def user(account: Account, at: Rendering) -> Json:
    """A person, or the bot behind an access token.

    What the bot of a repository's or project's token is called was not recorded; that it is a user
    of type SERVICE is in the reference since 9.4.
    """
    name = user_name(account)
    return {
        "name": name,
        "emailAddress": f"{name}@example.com",
        "active": True,
        "displayName": account.display_name,
        "id": at.number_of("user", account.uuid),
        "slug": name,
        "type": "SERVICE" if account.token_kind else "NORMAL",
        "links": at.page(f"{CONTEXT_PATH}/users/{name}"),
    }


def repository(repository: Repository, at: Rendering) -> Json:
    """A repository, in every place where one is."""
    key, slug = repository.project_key, repository.slug
    git_path = f"{key.lower()}/{slug}.git"
    project: Json = {
        "key": key,
        "id": repository.project_id,
        "name": repository.owner.display_name if key.startswith("~") else key.capitalize(),
        "type": "NORMAL",
        "links": at.page(CONTEXT_PATH + project_path(key)),
    }
    if key.startswith("~"):
        project |= {"type": "PERSONAL", "owner": user(repository.owner, at)}
    else:
        project["public"] = False
    return {
        "slug": slug,
        "id": repository.id,
        "name": slug,
        "hierarchyId": repository.uuid.strip("{}").replace("-", "")[:20],
        "scmId": "git",
        "state": "AVAILABLE",
        "statusMessage": "Available",
        "forkable": True,
        "project": project,
        "public": False,
        "archived": repository.archived,
        "links": {
            "clone": [
                {"href": f"{at.server}/scm/{git_path}", "name": "http"},
                {
                    "href": f"ssh://git@{urlsplit(at.server).hostname}:{SSH_PORT}/{git_path}",
                    "name": "ssh",
                },
            ],
            **at.page(f"{page_addresses.group(repository)}/repos/{slug}/browse"),
        },
    }


def branch(name: str, head: str) -> Json:
    """A branch, without its repository."""
    return {"id": f"refs/heads/{name}", "displayId": name, "latestCommit": head, "type": "BRANCH"}


def pull_request(
    pull_request: PullRequest, repository_: Repository, comment_count: int, at: Rendering
) -> Json:
    """A pull request, as answers give it."""
    shown = webhook_pull_request(pull_request, repository_, at)
    counts = {"resolvedTaskCount": 0, "commentCount": comment_count, "openTaskCount": 0}
    return shown | {"properties": shown.get("properties", {}) | counts}


def webhook_pull_request(pull_request: PullRequest, repository_: Repository, at: Rendering) -> Json:
    """A pull request, as webhooks give it: its commits' hashes have all 40 characters."""
    where = {"repository": repository(repository_, at)}
    is_open = pull_request.state is PullRequestState.OPEN
    source = branch(pull_request.source_branch, pull_request.head)
    target = branch(pull_request.destination_branch, pull_request.destination_commit)
    body: Json = {
        "id": pull_request.id,
        "version": pull_request.version,
        "title": pull_request.title,
        "state": pull_request.state,
        "open": is_open,
        "closed": not is_open,
        "createdDate": at.date(pull_request.created_on),
        "updatedDate": at.date(pull_request.updated_on),
        "fromRef": source | where,
        "toRef": target | where,
        "locked": False,
        "author": {
            "user": user(pull_request.author, at),
            "role": "AUTHOR",
            "approved": False,
            "status": "UNAPPROVED",
        },
        "reviewers": [],
        "participants": [],
        "links": at.page(
            f"{page_addresses.pull_requests(repository_)}/{pull_request.id}",
        ),
    }
    # A description that is empty is left out.
    if pull_request.description:
        body["description"] = pull_request.description
    if at.drafts:
        body["draft"] = pull_request.draft
    if not is_open:
        body["closedDate"] = at.date(pull_request.updated_on)
    if pull_request.merge_commit:
        body["properties"] = {"mergeCommit": minimal_commit(pull_request.merge_commit)}
    return body


def minimal_commit(commit_hash: str) -> Json:
    """The short form of a commit."""
    return {"id": commit_hash, "displayId": commit_hash[:DISPLAYED_HASH]}


def commit(commit: Commit, at: Rendering) -> Json:
    """A commit."""
    author = {
        "name": commit.author.display_name,
        "emailAddress": f"{user_name(commit.author)}@example.com",
    }
    date = at.date(commit.date)
    return minimal_commit(commit.hash) | {
        "author": author,
        "authorTimestamp": date,
        "committer": author,
        "committerTimestamp": date,
        "message": commit.message,
        "parents": [minimal_commit(parent) for parent in commit.parents],
    }


def comment(
    comment_: Comment, everything: Iterable[Comment], repository_: Repository, at: Rendering
) -> Json:
    """A comment with its replies, which are among everything that was said there."""
    replies = [c for c in everything if c.parent == comment_.id and not c.deleted]
    return {
        "properties": {"repositoryId": repository_.id},
        "id": comment_.id,
        "version": comment_.version,
        "text": comment_.raw,
        "author": user(comment_.author, at),
        "createdDate": at.date(comment_.created_on),
        "updatedDate": at.date(comment_.updated_on),
        "comments": [comment(reply, everything, repository_, at) for reply in replies],
        "threadResolved": False,
        "severity": "NORMAL",
        "state": "OPEN",
        "permittedOperations": {"editable": True, "transitionable": True, "deletable": True},
    }


def activity(
    activity: Activity, comments: Mapping[int, Comment], repository_: Repository, at: Rendering
) -> Json | None:
    """One entry of a pull request's history; None for a comment that is no entry of its own.

    Replies are found in the comment they answer, deleted comments nowhere.
    """
    body: Json = {
        "id": activity.id,
        "createdDate": at.date(activity.date),
        "user": user(activity.actor, at),
        "action": ACTION_OF[activity.happening],
    }
    if activity.comment is not None:
        about = comments[activity.comment]
        if about.deleted or about.parent is not None:
            return None
        shown = comment(about, comments.values(), repository_, at)
        return body | {"commentAction": "ADDED", "comment": shown}
    if activity.happening is Happening.PUSHED and activity.before:
        new = activity.after.commits[: -len(activity.before.commits)]
        body |= {
            "fromHash": activity.after.head,
            "previousFromHash": activity.before.head,
            "toHash": activity.after.destination_commit,
            "previousToHash": activity.before.destination_commit,
            "added": {"commits": [minimal_commit(c) for c in new], "total": len(new)},
            "removed": {"commits": [], "total": 0},
        }
    if activity.after.merge_commit and activity.happening is Happening.MERGED:
        body["commit"] = minimal_commit(activity.after.merge_commit)
    return body


def build_status(status: BuildStatus, at: Rendering) -> Json:
    """What a build says of a commit, as the deprecated resource gives it."""
    return {
        "state": status.state,
        "key": status.key,
        "name": status.name,
        "url": status.url,
        "description": status.description,
        "dateAdded": at.date(status.updated_on),
    }


def build(status: BuildStatus, repository_: Repository, at: Rendering) -> Json:
    """What a build says of a repository's commit."""
    body: Json = {
        "key": status.key,
        "state": status.state,
        "url": status.url,
        "name": status.name or None,
        "description": status.description or None,
        "ref": status.refname,
        "projectKey": repository_.project_key,
        "repositorySlug": repository_.slug,
        "createdDate": at.date(status.created_on),
        "updatedDate": at.date(status.updated_on),
        **status.more,
    }
    return {name: value for name, value in body.items() if value is not None}


def insight_report(report: InsightReport, at: Rendering) -> Json:
    """A report of Code Insights, without its annotations."""
    body: Json = {
        "key": report.key,
        "title": report.title,
        "details": report.details or None,
        "result": report.result or None,
        "reporter": report.reporter or None,
        "link": report.link or None,
        "data": [dict(field) for field in report.data],
        "createdDate": at.date(report.created_on),
        **report.more,
    }
    return {name: value for name, value in body.items() if value is not None}


def annotation(annotation: Annotation, report_key: str) -> Json:
    """A finding of such a report."""
    body: Json = {
        "reportKey": report_key,
        "externalId": annotation.external_id,
        "message": annotation.message,
        "severity": annotation.severity,
        "path": annotation.path or None,
        "line": annotation.line,
        "link": annotation.link or None,
        **annotation.more,
    }
    return {name: value for name, value in body.items() if value is not None}


def hook(hook: Hook, at: Rendering) -> Json:
    """A webhook. Whoever may see it may see its secret (bitbucket-branch-source-plugin#1227)."""
    body: Json = {
        "id": int(hook.uuid),
        "name": hook.description,
        "createdDate": at.date(hook.created_at),
        "updatedDate": at.date(hook.updated_at or hook.created_at),
        "events": list(hook.events),
        "configuration": {"createdBy": "bitbucket"},
        "url": hook.url,
        "active": hook.active,
        "scopeType": "repository",
        "sslVerificationRequired": not hook.skip_cert_verification,
    }
    if hook.secret:
        body["configuration"]["secret"] = hook.secret
    if hook.credentials:
        body["credentials"] = {"username": hook.credentials[0]}
    return body
