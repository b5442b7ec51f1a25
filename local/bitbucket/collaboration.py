"""What people do in a repository: open, push, edit, merge, decline, delete, comment.

Every change of a pull request is announced, so that webhooks can follow from it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from local.bitbucket.model import (
    Account,
    Activity,
    Comment,
    Happening,
    Inline,
    News,
    NotPossibleError,
    NotThereError,
    Provider,
    PullRequest,
    PullRequestState,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.bitbucket.state import RepositoryState, State


class Collaboration:
    """Changes repositories the way people do, and announces what befell pull requests."""

    def __init__(self, state: State, announce: Callable[[RepositoryState, News], None]) -> None:
        self._state = state
        self._announce = announce

    def open_pull_request(  # noqa: PLR0913 - the fields of Bitbucket's form
        self,
        stored: RepositoryState,
        *,
        title: str,
        description: str,
        source_branch: str,
        destination_branch: str,
        author: Account,
        draft: bool = False,
    ) -> PullRequest:
        """Commit to the source branch and ask for it to be merged."""
        with self._state.lock:
            if destination_branch not in stored.branches:
                message = f"branch {destination_branch} not found"
                raise NotThereError(message)
            if source_branch == destination_branch:
                message = "a branch cannot be merged into itself"
                raise NotPossibleError(message)
            now = self._state.now()
            stored.last_pull_request += 1
            pull_request = PullRequest(
                id=stored.last_pull_request,
                title=title,
                description=description,
                author=author,
                source_branch=source_branch,
                destination_branch=destination_branch,
                destination_commit=stored.branches[destination_branch],
                commits=(stored.add_commit(source_branch, title, author, now).hash,),
                state=PullRequestState.OPEN,
                created_on=now,
                updated_on=now,
                draft=draft,
            )
            return self._store(stored, pull_request, Happening.OPENED, author)

    def push(
        self, stored: RepositoryState, number: int, *, message: str, actor: Account
    ) -> PullRequest:
        """Put another commit on the source branch."""
        with self._state.lock:
            pull_request = self._still_open(stored, number)
            commit = stored.add_commit(
                pull_request.source_branch, message, actor, self._state.now()
            )
            changed = replace(pull_request, commits=(commit.hash, *pull_request.commits))
            return self._store(stored, changed, Happening.PUSHED, actor)

    def edit(  # noqa: PLR0913 - these are the fields of Bitbucket's own form
        self,
        stored: RepositoryState,
        number: int,
        *,
        title: str | None,
        description: str | None,
        destination_branch: str | None,
        actor: Account,
        draft: bool | None = None,
    ) -> PullRequest:
        """Change the title, the description, the target or the readiness; what is None stays."""
        with self._state.lock:
            pull_request = self._still_open(stored, number)
            if destination_branch is not None and destination_branch not in stored.branches:
                stored.add_commit(destination_branch, "Branch off", actor, self._state.now())
            target = destination_branch or pull_request.destination_branch
            changed = replace(
                pull_request,
                title=pull_request.title if title is None else title,
                description=pull_request.description if description is None else description,
                destination_branch=target,
                destination_commit=stored.branches[target],
                draft=pull_request.draft if draft is None else draft,
            )
            return self._store(stored, changed, Happening.EDITED, actor)

    def merge(self, stored: RepositoryState, number: int, *, actor: Account) -> PullRequest:
        """Merge into the target with a merge commit."""
        with self._state.lock:
            pull_request = self._still_open(stored, number)
            commit = stored.add_commit(
                pull_request.destination_branch,
                f"Merged in {pull_request.source_branch} (pull request #{number})",
                actor,
                self._state.now(),
            )
            changed = replace(
                pull_request,
                state=PullRequestState.MERGED,
                merge_commit=commit.hash,
                destination_commit=commit.hash,
                closed_by=actor,
            )
            return self._store(stored, changed, Happening.MERGED, actor)

    def decline(
        self, stored: RepositoryState, number: int, *, reason: str, actor: Account
    ) -> PullRequest:
        """Close without merging."""
        with self._state.lock:
            changed = replace(
                self._still_open(stored, number),
                state=PullRequestState.DECLINED,
                closed_by=actor,
                reason=reason,
            )
            return self._store(stored, changed, Happening.DECLINED, actor)

    def delete_pull_request(
        self, stored: RepositoryState, number: int, *, actor: Account
    ) -> PullRequest:
        """Remove a pull request with everything that was said on it; only Data Center can."""
        with self._state.lock:
            pull_request = stored.pull_request(number)
            if stored.repository.provider is Provider.CLOUD:
                message = "Bitbucket Cloud cannot delete a pull request"
                raise NotPossibleError(message)
            count = stored.comment_count(number)
            for part in (stored.pull_requests, stored.comments, stored.activities):
                part.pop(number, None)
            repository = stored.repository
            self._announce(stored, News(Happening.DELETED, actor, repository, pull_request, count))
            return pull_request

    def add_comment(  # noqa: PLR0913 - a comment has that many parts
        self,
        stored: RepositoryState,
        number: int,
        *,
        raw: str,
        author: Account,
        parent: int | None = None,
        inline: Inline | None = None,
    ) -> Comment:
        """Comment on a pull request, open or closed."""
        with self._state.lock:
            pull_request = stored.pull_request(number)
            now = self._state.now()
            comment = Comment(
                id=self._state.next_comment_id(),
                pull_request=number,
                author=author,
                raw=raw,
                created_on=now,
                updated_on=now,
                parent=parent,
                inline=inline,
            )
            stored.comments.setdefault(number, {})[comment.id] = comment
            self._remember(stored, Happening.COMMENTED, author, pull_request, comment=comment.id)
            return comment

    def edit_comment(self, stored: RepositoryState, comment: Comment, raw: str) -> Comment:
        """Replace a comment's text."""
        return self._replace_comment(stored, replace(comment, raw=raw, edited=True))

    def delete_comment(self, stored: RepositoryState, comment: Comment) -> Comment:
        """Blank a comment; it stays listed."""
        return self._replace_comment(stored, replace(comment, raw="", deleted=True))

    def _replace_comment(self, stored: RepositoryState, comment: Comment) -> Comment:
        with self._state.lock:
            changed = replace(comment, updated_on=self._state.now(), version=comment.version + 1)
            stored.comments[comment.pull_request][comment.id] = changed
            return changed

    def _still_open(self, stored: RepositoryState, number: int) -> PullRequest:
        pull_request = stored.pull_request(number)
        if pull_request.state is not PullRequestState.OPEN:
            message = f"pull request {number} is {pull_request.state.lower()}"
            raise NotPossibleError(message)
        return pull_request

    def _store(
        self,
        stored: RepositoryState,
        pull_request: PullRequest,
        happening: Happening,
        actor: Account,
    ) -> PullRequest:
        before = stored.pull_requests.get(pull_request.id)
        changed = replace(
            pull_request,
            updated_on=self._state.now(),
            version=before.version + 1 if before else 0,
        )
        stored.pull_requests[changed.id] = changed
        self._remember(stored, happening, actor, changed, before=before)
        count = stored.comment_count(changed.id)
        self._announce(stored, News(happening, actor, stored.repository, changed, count, before))
        return changed

    def _remember(  # noqa: PLR0913 - an activity has that many parts
        self,
        stored: RepositoryState,
        happening: Happening,
        actor: Account,
        after: PullRequest,
        *,
        before: PullRequest | None = None,
        comment: int | None = None,
    ) -> None:
        number = self._state.number_of("activity")
        activity = Activity(number, happening, actor, self._state.now(), after, before, comment)
        stored.activities.setdefault(after.id, []).append(activity)
