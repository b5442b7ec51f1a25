"""What an admin is told when a request cannot be done: each error's status, cure and headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    BitbucketError,
    InvalidRequestError,
    NotAuthenticatedError,
    PermissionMissingError,
    TryAgainLaterError,
    UnknownIntegrationError,
)
from bitbucket_integration.problem import problem_body, sentence
from check_views import CheckView
from if_match import etag_of
from integration_setup import ConfigurationStoppedError
from life.amendment import ChangedMeanwhileError
from life.rotation import RotationUnfinishedError
from live_progress import UnknownProgressError

RETRY_SECONDS = 30

_PLACES = {"body", "query", "path"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem answer, before it is made an answer of API Gateway's."""

    status: int
    reason: str
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """The problem's members."""
        return problem_body(self.status, self.reason, self.detail, self.errors, **self.members)


def refusal_of(error: Exception) -> Refusal:
    """The refusal that an error is answered with.

    422 when the caller can do something about it, 503 when only time can: whatever is not a fault
    of the request is mended by the same call again. What stopped a configuration is answered with
    what was found before.
    """
    match error:
        case ConfigurationStoppedError(__cause__=Exception() as cause):
            refusal = _refusal_of(cause)
            checks = [CheckView.of(probe).model_dump(mode="json") for probe in error.probes]
            return replace(refusal, members={**refusal.members, "checks": checks})
        case RotationUnfinishedError():
            checks = [CheckView.of(probe).model_dump(mode="json") for probe in error.probes]
            return Refusal(422, error.reason, sentence(error), members={"checks": checks})
    return _refusal_of(error)


def _refusal_of(error: Exception) -> Refusal:
    match error:
        case NotAuthenticatedError():
            challenge = {"WWW-Authenticate": 'Bearer realm="admin"'}
            return Refusal(401, error.reason, sentence(error), headers=challenge)
        case UnknownIntegrationError() | UnknownProgressError():
            return Refusal(404, error.reason, sentence(error))
        case ChangedMeanwhileError():
            # 412 is for those who said what they expect (RFC 9110, 13.1.1).
            status = 412 if error.expected else 409
            headers = etag_of(error.revision)
            return Refusal(status, error.reason, sentence(error), headers=headers)
        case InvalidRequestError() | RequestValidationError():
            return _invalid(error)
        case BitbucketError():
            return _refused_by_bitbucket(error)
        case _:
            detail = "The stack could not do its part; make the same call again."
            return Refusal(503, TryAgainLaterError.reason, detail, headers=_later(RETRY_SECONDS))


def _refused_by_bitbucket(error: BitbucketError) -> Refusal:
    match error:
        case TryAgainLaterError():
            seconds = round(error.retry_after or RETRY_SECONDS)
            return Refusal(503, error.reason, sentence(error), headers=_later(seconds))
        case PermissionMissingError():
            cure = " Create an access token that has it and configure the repository again."
            return Refusal(
                422,
                error.reason,
                sentence(error) + cure,
                _named("access_token", str(error)),
                members={"missing_permissions": list(error.permissions)},
            )
        case AccessTokenRejectedError():
            named = _named("access_token", str(error))
        case _:
            named = _named("repository", str(error))
    return Refusal(422, error.reason, sentence(error), named)


def _invalid(error: InvalidRequestError | RequestValidationError) -> Refusal:
    """Name each field, and never what was in it, since it may be the access token."""
    if isinstance(error, InvalidRequestError):
        named = _named(error.field, str(error))
        return Refusal(422, error.reason, f"{error.field}: {error}.", named)
    errors = [
        {"field": _field_of(one["loc"]), "message": str(one["msg"]).removeprefix("Value error, ")}
        for one in error.errors()
    ]
    fields = ", ".join(one["field"] for one in errors)
    return Refusal(422, InvalidRequestError.reason, f"Wrong or missing: {fields}.", errors)


def _field_of(location: Sequence[object]) -> str:
    parts = [part for part in location if isinstance(part, str) and part not in _PLACES]
    return ".".join(parts) or "body"


def _named(name: str, message: str) -> tuple[Mapping[str, str]]:
    return ({"field": name, "message": message},)


def _later(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}
