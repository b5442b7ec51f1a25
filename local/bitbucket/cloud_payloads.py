"""Bitbucket Cloud's objects in JSON, built from what is stored.

Hashes inside pull requests and webhooks have 12 characters (BCLOUD-21201); a commit and a build
status carry all 40. `links.html` points at the emulator's own pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from local.bitbucket.markdown import render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from local.bitbucket.code_insights import Annotation, InsightReport
    from local.bitbucket.model import (
        Account,
        BuildStatus,
        Comment,
        Commit,
        Hook,
        PullRequest,
        Repository,
    )

Json = dict[str, Any]
SHORT_HASH = 12


@dataclass(frozen=True)
class Addresses:
    """Where the API and the pages are."""

    api: str
    web: str

    def repository(self, repository: Repository) -> str:
        """The repository in the API."""
        return f"{self.api}/repositories/{repository.full_name}"

    def page(self, repository: Repository) -> str:
        """The repository's page."""
        return f"{self.web}/{repository.full_name}"


def timestamp(moment: datetime) -> str:
    """ISO 8601 with microseconds, always."""
    return moment.isoformat(timespec="microseconds")


def _links(**hrefs: str) -> Json:
    return {name.replace("_", "-"): {"href": href} for name, href in hrefs.items()}


def _rendered(raw: str) -> Json:
    return {"type": "rendered", "raw": raw, "markup": "markdown", "html": render(raw)}


def account(person: Account, at: Addresses) -> Json:
    """A person, or the app user behind an access token."""
    encoded = quote(person.uuid, safe="")
    body: Json = {
        "type": "user",
        "uuid": person.uuid,
        "display_name": person.display_name,
        "nickname": person.nickname,
        "account_id": "557058:" + person.uuid.strip("{}"),
        "links": _links(
            self=f"{at.api}/users/{encoded}",
            html=f"{at.web}/{encoded}/",
            avatar=f"{at.web}/_avatars/{encoded}.svg",
        ),
    }
    if person.token_kind:
        body |= {"type": "app_user", "kind": person.token_kind, "account_status": "active"}
    return body


def _workspace(repository: Repository, at: Addresses) -> Json:
    return {
        "type": "workspace",
        "uuid": repository.workspace_uuid,
        "name": repository.workspace,
        "slug": repository.workspace,
        "links": _links(
            self=f"{at.api}/workspaces/{repository.workspace}",
            html=f"{at.web}/{repository.workspace}/",
            avatar=f"{at.web}/_avatars/{quote(repository.workspace_uuid, safe='')}.svg",
        ),
    }


def repository_reference(repository: Repository, at: Addresses) -> Json:
    """The short form that other objects carry."""
    return {
        "type": "repository",
        "uuid": repository.uuid,
        "full_name": repository.full_name,
        "name": repository.slug,
        "links": _links(
            self=at.repository(repository),
            html=at.page(repository),
            avatar=f"{at.web}/_avatars/{quote(repository.uuid, safe='')}.svg",
        ),
    }


def webhook_repository(repository: Repository, at: Addresses) -> Json:
    """The form that webhooks carry."""
    return repository_reference(repository, at) | {
        "scm": "git",
        "website": None,
        "is_private": True,
        "parent": None,
        "owner": account(repository.owner, at) | {"type": "team", "username": repository.workspace},
        "workspace": _workspace(repository, at),
        "project": {
            "type": "project",
            "key": repository.project_key,
            "uuid": repository.project_uuid,
            "name": repository.project_key.capitalize(),
            "links": _links(
                self=f"{at.api}/workspaces/{repository.workspace}/projects/{repository.project_key}",
                html=f"{at.web}/{repository.workspace}/",
                avatar=f"{at.web}/_avatars/{quote(repository.project_uuid, safe='')}.svg",
            ),
        },
    }


def repository(repository: Repository, at: Addresses) -> Json:
    """The form that `GET /repositories/{workspace}/{slug}` answers."""
    base = at.repository(repository)
    full = webhook_repository(repository, at)
    more = _links(
        hooks=f"{base}/hooks",
        commits=f"{base}/commits",
        pullrequests=f"{base}/pullrequests",
        branches=f"{base}/refs/branches",
    )
    return full | {
        "slug": repository.slug,
        "description": "",
        "language": "",
        "size": 84351,
        "fork_policy": "allow_forks",
        "has_issues": False,
        "has_wiki": False,
        "mainbranch": {"type": "branch", "name": repository.main_branch},
        "created_on": timestamp(repository.created_on),
        "updated_on": timestamp(repository.created_on),
        "links": full["links"] | more,
    }


def _commit_reference(commit: str, repository: Repository, at: Addresses) -> Json:
    return {
        "type": "commit",
        "hash": commit,
        "links": _links(
            self=f"{at.repository(repository)}/commit/{commit}",
            html=f"{at.page(repository)}/commits/{commit}",
        ),
    }


def commit(commit: Commit, repository: Repository, at: Addresses) -> Json:
    """A commit, by its whole hash."""
    reference = _commit_reference(commit.hash, repository, at)
    statuses = _links(statuses=f"{at.repository(repository)}/commit/{commit.hash}/statuses")
    return reference | {
        "date": commit.date.isoformat(timespec="seconds"),
        "message": commit.message,
        "summary": _rendered(commit.message),
        "author": {
            "type": "author",
            "raw": f"{commit.author.display_name} <no-reply@example.com>",
            "user": account(commit.author, at),
        },
        "parents": [_commit_reference(parent, repository, at) for parent in commit.parents],
        "repository": repository_reference(repository, at),
        "participants": [],
        "links": reference["links"] | statuses,
    }


def pull_request(
    pull_request: PullRequest, repository: Repository, comment_count: int, at: Addresses
) -> Json:
    """A pull request, as the API and the webhooks give it."""
    base = f"{at.repository(repository)}/pullrequests/{pull_request.id}"

    def side(branch: str, commit_hash: str) -> Json:
        return {
            "branch": {"name": branch},
            "commit": _commit_reference(commit_hash[:SHORT_HASH], repository, at),
            "repository": repository_reference(repository, at),
        }

    merge_commit = pull_request.merge_commit
    closed_by = pull_request.closed_by
    return {
        "type": "pullrequest",
        "id": pull_request.id,
        "title": pull_request.title,
        "description": pull_request.description,
        "summary": _rendered(pull_request.description),
        "rendered": {
            "title": _rendered(pull_request.title),
            "description": _rendered(pull_request.description),
        },
        "state": pull_request.state,
        "draft": pull_request.draft,
        "author": account(pull_request.author, at),
        "source": side(pull_request.source_branch, pull_request.head),
        "destination": side(pull_request.destination_branch, pull_request.destination_commit),
        "merge_commit": merge_commit
        and _commit_reference(merge_commit[:SHORT_HASH], repository, at),
        "closed_by": closed_by and account(closed_by, at),
        "reason": pull_request.reason,
        "close_source_branch": False,
        "comment_count": comment_count,
        "task_count": 0,
        "reviewers": [],
        "participants": [],
        "created_on": timestamp(pull_request.created_on),
        "updated_on": timestamp(pull_request.updated_on),
        "links": _links(
            self=base,
            html=f"{at.page(repository)}/pull-requests/{pull_request.id}",
            comments=f"{base}/comments",
            statuses=f"{base}/statuses",
            commits=f"{base}/commits",
            diff=f"{base}/diff",
            diffstat=f"{base}/diffstat",
            activity=f"{base}/activity",
            approve=f"{base}/approve",
            request_changes=f"{base}/request-changes",
            merge=f"{base}/merge",
            decline=f"{base}/decline",
        ),
    }


def comment(comment: Comment, title: str, repository: Repository, at: Addresses) -> Json:
    """A comment of the pull request with that title; a deleted one has blank content."""
    pull = f"{at.repository(repository)}/pullrequests/{comment.pull_request}"
    page = f"{at.page(repository)}/pull-requests/{comment.pull_request}"
    body: Json = {
        "type": "pullrequest_comment",
        "id": comment.id,
        "content": _rendered(comment.raw),
        "user": account(comment.author, at),
        "created_on": timestamp(comment.created_on),
        "updated_on": timestamp(comment.updated_on),
        "deleted": comment.deleted,
        "pending": False,
        "pullrequest": {
            "type": "pullrequest",
            "id": comment.pull_request,
            "title": title,
            "links": _links(self=pull, html=page),
        },
        "links": _links(self=f"{pull}/comments/{comment.id}", html=f"{page}#comment-{comment.id}"),
    }
    if comment.parent is not None:
        parent = _links(self=f"{pull}/comments/{comment.parent}")
        body["parent"] = {"id": comment.parent, "links": parent}
    if comment.inline is not None:
        inline = comment.inline
        body["inline"] = {"path": inline.path, "to": inline.to, "from": inline.from_}
    return body


def build_status(status: BuildStatus, repository: Repository, at: Addresses) -> Json:
    """What a build says of a commit."""
    of_commit = f"{at.repository(repository)}/commit/{status.commit}"
    return {
        "type": "build",
        "key": status.key,
        "state": status.state,
        "name": status.name,
        "description": status.description,
        "url": status.url,
        "refname": status.refname,
        "commit": _commit_reference(status.commit, repository, at),
        "repository": repository_reference(repository, at),
        "created_on": timestamp(status.created_on),
        "updated_on": timestamp(status.updated_on),
        "links": _links(
            self=f"{of_commit}/statuses/build/{quote(status.key, safe='')}", commit=of_commit
        ),
    }


def insight_report(report: InsightReport) -> Json:
    """A report of Code Insights, without its annotations."""
    body: Json = {
        "type": "report",
        "uuid": report.uuid,
        "external_id": report.key,
        "title": report.title,
        "details": report.details,
        "result": report.result or None,
        "reporter": report.reporter or None,
        "link": report.link or None,
        "data": [dict(field) for field in report.data],
        "created_on": timestamp(report.created_on),
        "updated_on": timestamp(report.updated_on),
        **report.more,
    }
    return {name: value for name, value in body.items() if value is not None}


def annotation(annotation: Annotation) -> Json:
    """A finding of such a report."""
    body: Json = {
        "type": "report_annotation",
        "uuid": annotation.uuid,
        "external_id": annotation.external_id,
        "summary": annotation.message,
        "severity": annotation.severity or None,
        "path": annotation.path or None,
        "line": annotation.line or None,
        "link": annotation.link or None,
        "created_on": timestamp(annotation.created_on),
        "updated_on": timestamp(annotation.created_on),
        **annotation.more,
    }
    return {name: value for name, value in body.items() if value is not None}


def hook(hook: Hook, repository: Repository, at: Addresses) -> Json:
    """A webhook; whether it has a secret is told, the secret never."""
    return {
        "type": "webhook_subscription",
        "uuid": hook.uuid,
        "url": hook.url,
        "description": hook.description,
        "active": hook.active,
        "events": list(hook.events),
        "secret_set": bool(hook.secret),
        "skip_cert_verification": hook.skip_cert_verification,
        "history_enabled": hook.history_enabled,
        "subject_type": "repository",
        "subject": repository_reference(repository, at),
        "source": None,
        "read_only": None,
        "created_at": timestamp(hook.created_at).replace("+00:00", "Z"),
        "links": _links(self=f"{at.repository(repository)}/hooks/{quote(hook.uuid, safe='')}"),
    }


def webhook(
    actor: Account,
    repository: Repository,
    pull_request_body: Mapping[str, Any],
    at: Addresses,
) -> Json:
    """What is delivered; the event's name is in a header only."""
    return {
        "actor": account(actor, at),
        "repository": webhook_repository(repository, at),
        "pullrequest": dict(pull_request_body),
    }
