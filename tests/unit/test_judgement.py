import pytest

from bitbucket_integration.bitbucket.origin import Origin
from bitbucket_integration.errors import (
    AccessTokenRejectedError,
    AddressRefusedError,
    BitbucketError,
    BitbucketUnavailableError,
    ConnectionProblem,
    MovedInBitbucketError,
    NoAnswerError,
    NotFoundInBitbucketError,
    OutOfDateError,
    PermissionMissingError,
    RateLimitedError,
    RequestRefusedError,
    TlsError,
    TlsProblem,
)
from doctor.cloud_screens import CLOUD_SCREENS
from doctor.data_center_screens import DATA_CENTER_SCREENS
from doctor.judgement import answered, judged
from doctor.probe import ProbeName, ProbeStatus

HTTPS = Origin("https", "bitbucket.corp.example", 7990)
OK, WARNING, FAILED = ProbeStatus.OK, ProbeStatus.WARNING, ProbeStatus.FAILED
CONNECTED = {ProbeName.REACHABLE: OK, ProbeName.TLS: OK}
ACCEPTED = {**CONNECTED, ProbeName.TOKEN: OK}


def seen(
    error: BitbucketError,
    at: ProbeName = ProbeName.REPOSITORY,
    known: tuple[ProbeName, ...] = (),
) -> dict[ProbeName, ProbeStatus]:
    probes = judged(error, at, known, HTTPS, DATA_CENTER_SCREENS)
    return {probe.name: probe.status for probe in probes}


def cure(error: BitbucketError, at: ProbeName = ProbeName.REPOSITORY) -> str:
    failed = judged(error, at, (), HTTPS, DATA_CENTER_SCREENS)[-1]
    assert failed.status is FAILED
    assert failed.reason == error.reason
    assert failed.seen.endswith(".")
    return failed.cure


@pytest.mark.parametrize(
    ("error", "at", "shows"),
    [
        (AddressRefusedError("no"), ProbeName.VERSION, {ProbeName.REACHABLE: FAILED}),
        (NoAnswerError("no"), ProbeName.VERSION, {ProbeName.REACHABLE: FAILED}),
        (
            TlsError("no"),
            ProbeName.VERSION,
            {ProbeName.REACHABLE: OK, ProbeName.TLS: FAILED},
        ),
        (
            BitbucketUnavailableError("503"),
            ProbeName.VERSION,
            {**CONNECTED, ProbeName.VERSION: FAILED},
        ),
        (
            NotFoundInBitbucketError("no"),
            ProbeName.VERSION,
            {**CONNECTED, ProbeName.VERSION: FAILED},
        ),
        (
            AccessTokenRejectedError("no"),
            ProbeName.VERSION,
            {**CONNECTED, ProbeName.TOKEN: FAILED},
        ),
        (
            AccessTokenRejectedError("no"),
            ProbeName.COMMENT,
            {**CONNECTED, ProbeName.TOKEN: FAILED},
        ),
        (
            NotFoundInBitbucketError("no"),
            ProbeName.REPOSITORY,
            {**ACCEPTED, ProbeName.REPOSITORY: FAILED},
        ),
        (PermissionMissingError("no"), ProbeName.COMMENT, {**ACCEPTED, ProbeName.COMMENT: FAILED}),
        (RequestRefusedError("no"), ProbeName.WEBHOOK, {**ACCEPTED, ProbeName.WEBHOOK: FAILED}),
        (
            RateLimitedError("no"),
            ProbeName.REPOSITORY,
            {**CONNECTED, ProbeName.REPOSITORY: FAILED},
        ),
        (
            BitbucketUnavailableError("no"),
            ProbeName.REPOSITORY,
            {**CONNECTED, ProbeName.REPOSITORY: FAILED},
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_error_shows_what_works_and_what_does_not(
    error: BitbucketError, at: ProbeName, shows: dict[ProbeName, ProbeStatus]
) -> None:
    assert seen(error, at) == shows


def test_when_there_was_an_answer_before_a_missing_one_is_not_about_the_connection() -> None:
    known = (ProbeName.REACHABLE, ProbeName.TLS)
    assert seen(NoAnswerError("no"), ProbeName.WEBHOOK, known) == {ProbeName.WEBHOOK: FAILED}


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (ConnectionProblem.UNKNOWN_NAME, "VpcSubnetIds"),
        (ConnectionProblem.REFUSED, "Check the port"),
        (ConnectionProblem.TIMED_OUT, "firewall"),
        (ConnectionProblem.PROXY, "ProxyUrl"),
        (ConnectionProblem.OTHER, "Try again"),
    ],
)
def test_a_connection_has_the_cure_of_its_problem(problem: ConnectionProblem, told: str) -> None:
    assert told in cure(NoAnswerError("no", problem))


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (TlsProblem.UNKNOWN_ISSUER, "CaBundleSecretArn"),
        (TlsProblem.WRONG_NAME, "name that is in the certificate"),
        (TlsProblem.EXPIRED, "Renew"),
        (TlsProblem.NOT_YET_VALID, "Wait until"),
        (TlsProblem.NO_TLS, "Check the port"),
        (TlsProblem.OTHER, "TLS settings"),
    ],
)
def test_a_certificate_has_the_cure_of_its_problem(problem: TlsProblem, told: str) -> None:
    assert told in cure(TlsError("no", problem))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (AddressRefusedError("no"), "AllowedBitbucketHosts"),
        (AccessTokenRejectedError("no"), "HTTP access tokens → Create token"),
        (PermissionMissingError("no"), "Repository admin"),
        (NotFoundInBitbucketError("no"), "as the browser shows it"),
        (RateLimitedError("no"), "Wait"),
        (BitbucketUnavailableError("no"), "in a few minutes"),
        (RequestRefusedError("no"), "finds fault"),
        (MovedInBitbucketError("no", "/x"), "finds fault"),
        (OutOfDateError("no"), "finds fault"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_error_has_a_cure(error: BitbucketError, told: str) -> None:
    assert told in cure(error)


def test_cures_are_in_the_words_of_the_bitbucket_that_it_is() -> None:
    probes = judged(AccessTokenRejectedError("no"), ProbeName.REPOSITORY, (), HTTPS, CLOUD_SCREENS)
    assert "Create Repository Access Token" in probes[-1].cure


def test_an_answer_tells_where_it_came_from() -> None:
    reachable, tls = answered(HTTPS, CLOUD_SCREENS)
    assert reachable.seen == "bitbucket.corp.example answers at port 7990."
    assert (tls.status, tls.cure) == (OK, "")


def test_plain_http_works_and_is_a_warning() -> None:
    _, tls = answered(Origin("http", "127.0.0.1", 80), DATA_CENTER_SCREENS)
    assert tls.status is WARNING
    assert "https" in tls.cure
