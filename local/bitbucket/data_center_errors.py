"""How Bitbucket Data Center refuses: `{"errors": [{context, message, exceptionName}]}`.

The exceptions' names come from the registry of answers that were recorded from a live 10.2 by
vriesdemichael/bitbucket-data-center-cli. Not in there, and named in the same style: those for a
missing comment, commit, webhook or build status, for a comment that has replies, and for a
repository that is archived. Of the messages only those for a missing repository, bad credentials,
an outdated comment and a bad text are recorded.
"""

from __future__ import annotations

from typing import Any


class DataCenterError(Exception):
    """An answer other than success, as the one member of its `errors`."""

    def __init__(
        self,
        status: int,
        message: str,
        exception: str | None = None,
        *,
        context: str | None = None,
        **members: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        name = exception and f"com.atlassian.bitbucket.{exception}"
        self.member = {"context": context, "message": message, "exceptionName": name, **members}
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        return {"errors": [self.member]}


def bad_value(context: str, message: str) -> DataCenterError:
    """400 for one bad value; `context` is the member's name."""
    return DataCenterError(400, message, "validation.ArgumentValidationException", context=context)


def bad_request(message: str) -> DataCenterError:
    """400 for a request that cannot be understood."""
    return DataCenterError(400, message, "validation.ArgumentValidationException")


def not_authenticated() -> DataCenterError:
    """401 without credentials. This exception is in a package of its own."""
    error = DataCenterError(401, "Authentication is required to access this resource.")
    error.member["exceptionName"] = (
        "com.atlassian.bitbucket.plugins.rest.api.security.exception.AuthenticationRequiredException"
    )
    return error


def wrong_credentials() -> DataCenterError:
    """401 for credentials that are not right.

    Recorded for a wrong password; for an unknown Bearer token no recording was found, and this is
    what stands for it.
    """
    return DataCenterError(
        401,
        "Authentication failed. Please check your credentials and try again.",
        "auth.IncorrectPasswordAuthenticationException",
    )


def not_permitted() -> DataCenterError:
    """401, and not 403, for someone known who may not do this: the reference's first table."""
    return DataCenterError(
        401, "You are not permitted to access this resource", "AuthorisationException"
    )


def too_many_requests(seconds: int) -> DataCenterError:
    """429 with Retry-After (bitbucket-branch-source-plugin#269); its body is not recorded."""
    error = DataCenterError(429, "You have sent too many requests. Try again later.")
    error.headers["Retry-After"] = str(seconds)
    return error


def no_such_project(key: str) -> DataCenterError:
    """404 for a project."""
    return DataCenterError(404, f"Project {key} does not exist.", "project.NoSuchProjectException")


def no_such_repository(key: str, slug: str) -> DataCenterError:
    """404 for a repository."""
    return DataCenterError(
        404, f"Repository {key}/{slug} does not exist.", "repository.NoSuchRepositoryException"
    )


def no_such_pull_request(name: str, number: int) -> DataCenterError:
    """404 for a pull request that never was or that was deleted."""
    message = f"Pull request {number} does not exist in {name}."
    return DataCenterError(404, message, "pull.NoSuchPullRequestException")


def no_such_comment(number: int) -> DataCenterError:
    """404 for a comment that never was or that was deleted."""
    message = f"Comment with ID {number} does not exist."
    return DataCenterError(404, message, "comment.NoSuchCommentException")


def no_such_commit(revision: str, slug: str) -> DataCenterError:
    """404 for a commit."""
    message = f"Commit '{revision}' does not exist in repository '{slug}'."
    return DataCenterError(404, message, "commit.NoSuchCommitException")


def archived() -> DataCenterError:
    """409 for a change of a repository that is archived."""
    message = "Adding, deleting, or editing comments isn't supported on archived repositories."
    return DataCenterError(409, message, "repository.RepositoryArchivedException")


def comment_out_of_date(current: int, expected: int) -> DataCenterError:
    """409 for another version than the present one; a request that names none expects -1.

    Recorded in drone/go-scm. The comment itself is not in the answer: it has to be read again.
    """
    return DataCenterError(
        409,
        "You are attempting to modify a comment based on out-of-date information.",
        "comment.CommentOutOfDateException",
        currentVersion=current,
        expectedVersion=expected,
    )
