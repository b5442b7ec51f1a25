"""What Bitbucket Cloud's answers say, in this project's vocabulary."""

from dataclasses import dataclass
from typing import Any

from bitbucket_integration.bitbucket.cloud_errors import scopes
from bitbucket_integration.bitbucket.exchange import Response
from bitbucket_integration.bitbucket.vocabulary import (
    Comment,
    Commit,
    PullRequest,
    PullRequestState,
    Webhook,
)
from bitbucket_integration.submission import FULL_COMMIT

_STATES = {
    "OPEN": PullRequestState.OPEN,
    "DRAFT": PullRequestState.OPEN,
    "MERGED": PullRequestState.MERGED,
    "DECLINED": PullRequestState.DECLINED,
    "SUPERSEDED": PullRequestState.DECLINED,
}


@dataclass(frozen=True, slots=True)
class RepositoryDescription:
    """A repository as Bitbucket describes it, and the scopes that the access token was granted.

    `granted_scopes` and `credential_type`, such as `repo_access_token`, are None when Bitbucket did
    not say.
    """

    workspace_uuid: str
    repository_uuid: str
    full_name: str
    web_url: str
    granted_scopes: frozenset[str] | None
    credential_type: str | None = None


def read_description(response: Response) -> RepositoryDescription:
    """A repository, with what the answer's headers say of the access token."""
    body = response.json()
    granted = response.headers.get("x-oauth-scopes")
    return RepositoryDescription(
        workspace_uuid=str(body["workspace"]["uuid"]),
        repository_uuid=str(body["uuid"]),
        full_name=str(body["full_name"]),
        web_url=str(body["links"]["html"]["href"]),
        granted_scopes=None if granted is None else scopes(granted),
        credential_type=response.headers.get("x-credential-type"),
    )


def read_full_name(body: Any) -> str:
    """What a repository is called, as workspace/repository."""
    return str(body["full_name"])


def read_pull_request(body: Any) -> PullRequest:
    """A pull request. Its head is None once the fork it came from was deleted."""
    source, destination = body["source"] or {}, body["destination"] or {}
    commit = source.get("commit")
    return PullRequest(
        id=int(body["id"]),
        state=_STATES[body["state"]],
        head=None if commit is None else str(commit["hash"]),
        source_branch=str(source["branch"]["name"]) if source else "",
        web_url=str(body["links"]["html"]["href"]),
        title=str(body["title"]),
        destination_branch=str(destination["branch"]["name"]) if destination else "",
        is_draft=bool(body.get("draft")) or body["state"] == "DRAFT",
    )


def read_commit(body: Any) -> Commit:
    """A commit."""
    commit = str(body["hash"])
    if FULL_COMMIT.fullmatch(commit) is None:
        raise ValueError("not a full hash")
    return Commit(commit, str(body.get("message") or ""))


def read_comment(body: Any) -> Comment | None:
    """A comment; deleted ones stay readable, without their text, and are None here."""
    if body.get("deleted"):
        return None
    return Comment(
        id=str(body["id"]),
        text=str(body["content"]["raw"]),
        web_url=str(body["links"]["html"]["href"]),
        is_reply="parent" in body,
    )


def read_webhook(body: Any) -> Webhook:
    """A webhook as the API lists it."""
    return Webhook(
        id=str(body["uuid"]),
        url=str(body["url"]),
        active=bool(body.get("active", True)),
        events=frozenset(map(str, body.get("events") or ())),
    )
