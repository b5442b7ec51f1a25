"""What went wrong on the way to Bitbucket, in words that tell where to look for the fault."""

import ssl
from collections.abc import Iterator

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, ProxyError

from bitbucket_integration.errors import (
    BitbucketError,
    ConnectionProblem,
    NoAnswerError,
    TlsError,
    TlsProblem,
)

# X509_V_ERR_… of OpenSSL's x509_vfy.h; Python has no names for them.
_BY_VERIFY_CODE = {
    2: TlsProblem.UNKNOWN_ISSUER,
    7: TlsProblem.UNKNOWN_ISSUER,  # of a new key under the old name
    9: TlsProblem.NOT_YET_VALID,
    10: TlsProblem.EXPIRED,
    18: TlsProblem.UNKNOWN_ISSUER,
    19: TlsProblem.UNKNOWN_ISSUER,
    20: TlsProblem.UNKNOWN_ISSUER,
    21: TlsProblem.UNKNOWN_ISSUER,
    62: TlsProblem.WRONG_NAME,
    64: TlsProblem.WRONG_NAME,
}
# What OpenSSL makes of an answer that is not TLS; the name depends on its version.
_NO_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}
# The connection ended in the middle, which may go better the next time.
_PASSING = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


def connection_trouble(error: requests.RequestException | HTTPError, host: str) -> BitbucketError:
    """The error to raise instead; it holds nothing of what was sent.

    A TlsError is for somebody to mend, a NoAnswerError may pass.
    """
    causes = list(_causes(error))
    if any(isinstance(cause, ProxyError) for cause in causes):
        text = f"the outbound proxy gives no connection to {host}"
        return NoAnswerError(text, ConnectionProblem.PROXY)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _bad_certificate(cause, host)
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, _PASSING):
            return _bad_tls(cause, host)
    problem, kind = _kind(error, causes)
    return NoAnswerError(f"no answer from Bitbucket ({kind})", problem)


def _bad_certificate(error: ssl.SSLCertVerificationError, host: str) -> TlsError:
    problem = _BY_VERIFY_CODE.get(error.verify_code, TlsProblem.OTHER)
    match problem:
        case TlsProblem.UNKNOWN_ISSUER:
            text = (
                f"the issuer of the certificate of {host} is not known; the server must send its"
                " intermediate certificates, and the operator of this stack can add a private CA"
                " with the parameter CaBundleSecretArn"
            )
        case TlsProblem.WRONG_NAME:
            text = f"the certificate that {host} shows is not for this name"
        case TlsProblem.EXPIRED:
            text = f"the certificate of {host}, or of its issuer, has expired"
        case TlsProblem.NOT_YET_VALID:
            text = f"the certificate of {host}, or of its issuer, is not valid yet"
        case _:
            text = f"the certificate of {host} is not acceptable: {error.verify_message}"
    return TlsError(text, problem)


def _bad_tls(error: ssl.SSLError, host: str) -> TlsError:
    if error.reason in _NO_TLS:
        return TlsError(f"{host} does not speak TLS at this port", TlsProblem.NO_TLS)
    return TlsError(f"{host} and this stack cannot agree on TLS ({error.reason})")


def _kind(error: BaseException, causes: list[BaseException]) -> tuple[ConnectionProblem, str]:
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        return ConnectionProblem.UNKNOWN_NAME, "the name of its host is not known"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return ConnectionProblem.REFUSED, "connection refused"
    if isinstance(error, requests.ConnectTimeout):
        return ConnectionProblem.TIMED_OUT, "no connection in time"
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return ConnectionProblem.TIMED_OUT, "not in time"
    return ConnectionProblem.OTHER, type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those that it was raised for, outermost first.

    Not `__context__`: it leads on to what a caller is just handling.
    """
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__]
