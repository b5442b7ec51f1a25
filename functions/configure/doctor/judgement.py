"""Which probe an error of Bitbucket's is the failure of, and what to do about it."""

from collections.abc import Collection, Sequence

from bitbucket_integration.bitbucket.origin import Origin
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    AddressRefusedError,
    BitbucketError,
    ConnectionProblem,
    NoAnswerError,
    NotFoundInBitbucketError,
    PermissionMissingError,
    RateLimitedError,
    RequestRefusedError,
    TlsError,
    TlsProblem,
    TryAgainLaterError,
)
from bitbucket_integration.problem import sentence
from doctor.probe import Probe, ProbeName, failed, ok, warning
from doctor.screens import Screens

_ALLOW_HOST = (
    "If it is your Bitbucket, the operator of this stack adds its host to the parameter"
    " AllowedBitbucketHosts."
)
_FIREWALL = (
    "See whether Bitbucket is up and whether a firewall lets this stack through. For a Bitbucket on"
    " a private network the operator of this stack sets VpcSubnetIds and VpcSecurityGroupIds."
)
_CONNECTION_CURES = {
    ConnectionProblem.UNKNOWN_NAME: (
        "Check the host's name. If only a private network knows it, the operator of this stack sets"
        " VpcSubnetIds and VpcSecurityGroupIds, or ProxyUrl."
    ),
    ConnectionProblem.REFUSED: f"Check the port. {_FIREWALL}",
    ConnectionProblem.TIMED_OUT: _FIREWALL,
    ConnectionProblem.PROXY: (
        "See whether the proxy of the parameter ProxyUrl is up and lets this host through."
    ),
    ConnectionProblem.OTHER: f"Try again. {_FIREWALL}",
}
_TLS_CURES = {
    TlsProblem.UNKNOWN_ISSUER: (
        "Let the server send its intermediate certificates. If its CA is private, the operator of"
        " this stack puts the CA's certificate into a secret and names it in the parameter"
        " CaBundleSecretArn."
    ),
    TlsProblem.WRONG_NAME: (
        "Use a name that is in the certificate, or give the server a certificate for this one."
    ),
    TlsProblem.EXPIRED: "Renew the certificate.",
    TlsProblem.NOT_YET_VALID: "Wait until the certificate is valid, or issue another.",
    TlsProblem.NO_TLS: "Check the port: https must be spoken there.",
    TlsProblem.OTHER: "Have the server's certificate and its TLS settings looked at.",
}
_LATER = "Try again in a few minutes. If it stays, see whether Bitbucket is well."
_NO_TROUBLE_WITH_TOKEN = (PermissionMissingError, NotFoundInBitbucketError, RequestRefusedError)


def answered(origin: Origin, screens: Screens) -> list[Probe]:
    """What an answer shows, whatever it says: there is a connection."""
    reachable = ok(ProbeName.REACHABLE, f"{origin.host} answers at port {origin.port}.")
    if origin.scheme == "https":
        return [reachable, ok(ProbeName.TLS, "Its certificate is good.")]
    seen = "The connection is not encrypted, and neither is the access token that goes over it."
    return [reachable, warning(ProbeName.TLS, seen, screens.encryption)]


def accepted() -> Probe:
    """The token is one that Bitbucket knows."""
    return ok(ProbeName.TOKEN, "Bitbucket accepts the access token.")


def judged(
    error: BitbucketError,
    at: ProbeName,
    known: Collection[ProbeName],
    origin: Origin,
    screens: Screens,
) -> Sequence[Probe]:
    """What an error shows that came up at a probe, when others are known already.

    The last of it is the failed one.
    """
    match error:
        case AddressRefusedError():
            return [_failed(ProbeName.REACHABLE, error, _ALLOW_HOST)]
        case TlsError(problem=problem):
            reachable = ok(ProbeName.REACHABLE, f"{origin.host} answers at port {origin.port}.")
            return [reachable, _failed(ProbeName.TLS, error, _TLS_CURES[problem])]
        case NoAnswerError(problem=connection_problem):
            name = at if ProbeName.REACHABLE in known else ProbeName.REACHABLE
            return [_failed(name, error, _CONNECTION_CURES[connection_problem])]
    connection = answered(origin, screens)
    if isinstance(error, AccessTokenRejectedError):
        return [*connection, _failed(ProbeName.TOKEN, error, screens.new_token)]
    token = [accepted()] if _shows_token(error, at) else []
    return [*connection, *token, _failed(at, error, _cure(error, screens))]


def _shows_token(error: BitbucketError, at: ProbeName) -> bool:
    return isinstance(error, _NO_TROUBLE_WITH_TOKEN) and at is not ProbeName.VERSION


def _cure(error: BitbucketError, screens: Screens) -> str:
    match error:
        case PermissionMissingError():
            return screens.new_token
        case NotFoundInBitbucketError():
            return screens.right_address
        case RateLimitedError():
            return "Wait, and try again. If it stays, see who else uses the access token."
        case TryAgainLaterError():
            return _LATER
    return "See what Bitbucket finds fault with. If you can change nothing of it, report a bug."


def _failed(name: ProbeName, error: BitbucketError, cure: str) -> Probe:
    return failed(name, sentence(error), cure, error.reason)
