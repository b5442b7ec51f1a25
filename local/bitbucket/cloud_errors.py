"""How Bitbucket Cloud refuses: `{"type": "error", "error": {...}}` and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class CloudError(Exception):
    """An answer other than success, with the members of its `error` object."""

    def __init__(self, status: int, message: str, **members: Any) -> None:
        super().__init__(message)
        self.status = status
        self.members = {"message": message, **members}

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        return {"type": "error", "error": self.members}


class InsightsError(CloudError):
    """A refusal of Code Insights, without the frame (sonarqube-community-branch-plugin#209)."""

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        return {"code": self.status, **self.members}


def insights_refusal(message: str) -> CloudError:
    """400 for a report or an annotation that cannot be."""
    return InsightsError(400, message)


def bad_fields(fields: Mapping[str, object]) -> CloudError:
    """400 for a body with keys or shapes that are not allowed (bitbucket-mcp#132)."""
    return CloudError(400, "Bad request", fields=dict(fields))


def bad_value(field: str, problem: str) -> CloudError:
    """400 for one bad value; Cloud repeats it in the message (buildbot#7049)."""
    return CloudError(400, f"{field}: {problem}", fields={field: [problem]})


def invalid_token() -> CloudError:
    """401 for credentials that are wrong, revoked or of another kind (bitbucket-cli#30)."""
    return CloudError(401, "Token is invalid, expired, or not supported for this endpoint.")


def missing_scopes(granted: Iterable[str], required: Iterable[str]) -> CloudError:
    """403 for a valid token that may not do this."""
    return CloudError(
        403,
        "Your credentials lack one or more required privilege scopes.",
        detail={"granted": list(granted), "required": list(required)},
    )


def invisible_repository() -> CloudError:
    """404 for a private repository that the caller cannot see, credentials or none.

    The API reference promises 401 and 403 here; what is really answered since 2022 is 404
    (composer#10657, badges/shields#8520).
    """
    return CloudError(
        404,
        "The requested repository either does not exist or you do not have access. "
        "If you believe this repository exists and you have access, "
        "make sure you're authenticated.",
    )


def no_such_api() -> CloudError:
    """404 for an address outside the API (sourcebot#295)."""
    return CloudError(
        404,
        "Resource not found",
        detail="There is no API hosted at this URL.\n\nFor information about our API's, please "
        "refer to the documentation at: https://developer.atlassian.com/bitbucket/api/2/reference/",
    )
