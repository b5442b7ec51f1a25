"""What can go wrong, classified by what the caller should do about it.

`reason` is a short constant: the dimension of a metric, the `type` of a problem answer, the state
in an integration's health. Nothing here knows of HTTP; each entry point maps errors to its own
answers.
"""

from enum import StrEnum
from typing import ClassVar


class IntegrationError(Exception):
    """Base of every error that this project raises on purpose."""

    reason: ClassVar[str] = "error"


class InvalidRequestError(IntegrationError):
    """The caller sent what cannot be right; `field` names it, the message says the cure."""

    reason = "invalid_request"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotAuthenticatedError(IntegrationError):
    """No credential, or a wrong one."""

    reason = "not_authenticated"


class UnknownIntegrationError(IntegrationError):
    """There is no integration with this id."""

    reason = "unknown_integration"


class MalformedEventError(IntegrationError):
    """A webhook's body is signed as it should be but is not a pull request event."""

    reason = "malformed_event"


class MalformedJobError(IntegrationError):
    """A queue message is not a report job of a version that this code reads."""

    reason = "malformed_job"


class SettingsError(IntegrationError):
    """The function's environment lacks a value or has a wrong one: a fault of the deployment."""

    reason = "settings"


class MissingSecretError(IntegrationError):
    """A secret that must exist is empty or gone; nothing may be verified or sent without it."""

    reason = "missing_secret"


class BitbucketError(IntegrationError):
    """Bitbucket did not do what it was asked."""

    reason = "bitbucket_error"


class AccessTokenRejectedError(BitbucketError):
    """Bitbucket does not know the access token (any more)."""

    reason = "access_token_rejected"


class PermissionMissingError(BitbucketError):
    """The access token lacks permissions, named as Bitbucket's own screens name them."""

    reason = "permission_missing"

    def __init__(self, message: str, permissions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.permissions = permissions


class NotFoundInBitbucketError(BitbucketError):
    """It does not exist, or the access token may not see it; Bitbucket does not say which."""

    reason = "not_found_in_bitbucket"


class RequestRefusedError(BitbucketError):
    """Bitbucket found fault with the request itself; repeating it will not help."""

    reason = "refused_by_bitbucket"


class OutOfDateError(BitbucketError):
    """The thing was changed by somebody else since it was read; read it again."""

    reason = "out_of_date"


class AddressRefusedError(BitbucketError):
    """The address leads to where this stack must not connect; nothing was sent there.

    The message names the host, never what it was resolved to.
    """

    reason = "address_refused"


class TlsProblem(StrEnum):
    """What is wrong with a server's TLS."""

    UNKNOWN_ISSUER = "unknown_issuer"
    WRONG_NAME = "wrong_name"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    NO_TLS = "no_tls"
    OTHER = "other"


class TlsError(BitbucketError):
    """There is no encrypted connection to be had, or not with the server that was meant."""

    reason = "tls_failed"

    def __init__(self, message: str, problem: TlsProblem = TlsProblem.OTHER) -> None:
        super().__init__(message)
        self.problem = problem


class MovedInBitbucketError(BitbucketError):
    """Bitbucket has it at another address, `location`, which may be relative and lead anywhere."""

    reason = "moved_in_bitbucket"

    def __init__(self, message: str, location: str) -> None:
        super().__init__(message)
        self.location = location


class TryAgainLaterError(BitbucketError):
    """Nothing is wrong with the request; `retry_after` is Bitbucket's wish in seconds, if any."""

    reason = "try_again_later"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimitedError(TryAgainLaterError):
    """Too many requests with this access token."""

    reason = "rate_limited"


class BitbucketUnavailableError(TryAgainLaterError):
    """Bitbucket answered 5xx, not at all, or not in time."""

    reason = "bitbucket_unavailable"


class ConnectionProblem(StrEnum):
    """Why there was no answer."""

    UNKNOWN_NAME = "unknown_name"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    PROXY = "proxy"
    OTHER = "other"


class NoAnswerError(BitbucketUnavailableError):
    """There was no connection, or it ended before the answer did."""

    def __init__(self, message: str, problem: ConnectionProblem = ConnectionProblem.OTHER) -> None:
        super().__init__(message)
        self.problem = problem
