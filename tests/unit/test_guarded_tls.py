import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bitbucket_integration.bitbucket import client as client_module
from bitbucket_integration.bitbucket.allowed_hosts import AllowedHosts
from bitbucket_integration.bitbucket.client import BitbucketClient
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.bitbucket.tls import tls_context
from bitbucket_integration.errors import (
    BitbucketUnavailableError,
    SettingsError,
    TlsError,
    TlsProblem,
)
from tests.unit.certificates import Authority
from tests.unit.internet import PUBLIC, get, internet, leading_to
from tests.unit.web_server import Exchange, web_server

TOKEN = "ATCTT3xFfGN0-token"
NAME = "bitbucket.corp.example"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(autouse=True)
def _internet() -> Iterator[None]:
    with internet():
        yield


def client(ca_bundle_pem: str | None) -> BitbucketClient:
    return BitbucketClient(TOKEN, Network(ca_bundle_pem=ca_bundle_pem, resolver=leading_to(PUBLIC)))


def trouble(server: ssl.SSLContext, ca_bundle_pem: str | None) -> TlsError:
    """The error of a call to this server, which must have got nothing."""
    with web_server(tls=server) as web:
        with pytest.raises(TlsError) as caught:
            client(ca_bundle_pem).run(get(f"https://{NAME}:{web.port}"))
        assert web.received == []
    assert NAME in str(caught.value)
    assert PUBLIC not in str(caught.value)
    return caught.value


def test_a_private_ca_is_believed_when_it_is_in_the_bundle(authority: Authority) -> None:
    with web_server(tls=authority.server(NAME)) as web:
        assert client(authority.pem).run(get(f"https://{NAME}:{web.port}")).status == 200


def test_an_unknown_issuer_is_told_with_its_cure(authority: Authority) -> None:
    error = trouble(authority.server(NAME), None)
    assert error.problem is TlsProblem.UNKNOWN_ISSUER
    assert "CaBundleSecretArn" in str(error)


@pytest.mark.parametrize("careless", [False, True])
@pytest.mark.parametrize("name", ["Throw-away CA", "Another CA"])
def test_another_ca_in_the_bundle_does_not_help(name: str, careless: bool) -> None:  # noqa: FBT001
    issuer = Authority("Throw-away CA", careless=careless)
    other = Authority(name, careless=careless)
    error = trouble(issuer.server(NAME), other.pem)
    assert error.problem is TlsProblem.UNKNOWN_ISSUER


@pytest.mark.parametrize(
    "names",
    [
        ["other.example"],
        ["corp.example"],
        ["*.bitbucket.corp.example"],
        ["bitbucket.corp.example.evil.example"],
        ["127.0.0.1"],
        [PUBLIC],
    ],
)
def test_a_certificate_for_another_name_is_told(authority: Authority, names: list[str]) -> None:
    error = trouble(authority.server(*names), authority.pem)
    assert error.problem is TlsProblem.WRONG_NAME


@pytest.mark.parametrize("names", [["other.example", NAME], ["*.corp.example"]])
def test_a_certificate_may_be_for_more_names(authority: Authority, names: list[str]) -> None:
    with web_server(tls=authority.server(*names)) as web:
        assert client(authority.pem).run(get(f"https://{NAME}:{web.port}")).status == 200


def test_an_address_can_have_a_certificate_too(authority: Authority) -> None:
    network = Network(AllowedHosts.parse("127.0.0.1"), ca_bundle_pem=authority.pem)
    for name, fits in (("127.0.0.1", True), (NAME, False)):
        with web_server(tls=authority.server(name)) as web:
            if fits:
                assert BitbucketClient(TOKEN, network).run(get(web.url)).status == 200
                continue
            with pytest.raises(TlsError) as caught:
                BitbucketClient(TOKEN, network).run(get(web.url))
            assert caught.value.problem is TlsProblem.WRONG_NAME


@pytest.mark.parametrize(
    ("since", "until", "problem"),
    [
        (-2 * DAY, -DAY, TlsProblem.EXPIRED),
        (DAY, 2 * DAY, TlsProblem.NOT_YET_VALID),
    ],
)
def test_a_certificate_of_another_time_is_told(
    authority: Authority, since: timedelta, until: timedelta, problem: TlsProblem
) -> None:
    server = authority.server(NAME, since=since, until=until)
    assert trouble(server, authority.pem).problem is problem


def test_a_server_without_tls_is_told() -> None:
    with web_server() as web:
        with pytest.raises(TlsError, match="does not speak TLS") as caught:
            client(None).run(get(f"https://{NAME}:{web.port}"))
        assert caught.value.problem is TlsProblem.NO_TLS
        assert web.received == []


def test_a_server_that_wants_more_is_told(authority: Authority) -> None:
    server = authority.server(NAME)
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(cadata=authority.pem)
    error = trouble(server, authority.pem)
    assert error.problem is TlsProblem.OTHER
    assert "cannot agree on TLS" in str(error)


def test_a_connection_that_ends_within_the_handshake_can_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            listener.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(BitbucketUnavailableError):
            client(None).run(get(f"https://{NAME}:{listener.getsockname()[1]}"))
        thread.join()


def test_tls_trouble_is_not_confused_with_what_is_being_handled(authority: Authority) -> None:
    try:
        trouble(authority.server(NAME), None)
        raise ssl.SSLCertVerificationError(1, "an older one")  # noqa: TRY301 it is to be handled
    except ssl.SSLCertVerificationError:
        with pytest.raises(BitbucketUnavailableError, match="connection refused"):
            client(None).run(get(f"https://{NAME}:{free_port()}"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_the_certificates_of_an_older_ca_do(authority: Authority) -> None:
    careless = Authority("Older CA", careless=True)
    with web_server(tls=careless.server(NAME)) as web:
        assert client(careless.pem).run(get(f"https://{NAME}:{web.port}")).status == 200
    assert trouble(careless.server("other.example"), careless.pem).problem is TlsProblem.WRONG_NAME


def test_the_public_roots_are_believed_beside_the_bundle(authority: Authority) -> None:
    public = tls_context(None)
    both = tls_context(authority.pem)
    assert both.cert_store_stats()["x509_ca"] == public.cert_store_stats()["x509_ca"] + 1
    assert public.cert_store_stats()["x509_ca"] > 50
    for context in (public, both):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert public.verify_flags & ssl.VERIFY_X509_STRICT


def test_roots_are_read_once(authority: Authority) -> None:
    assert tls_context(authority.pem) is tls_context(authority.pem)
    assert tls_context(None) is not tls_context(authority.pem)


def test_a_bundle_may_have_several_certificates_and_comments() -> None:
    first, second = Authority("First CA"), Authority("Second CA")
    bundle = f"# Größte CA\n{first.pem}\r\nSubject: …\n{second.pem.replace('\n', '\r\n')}# end"
    for authority in (first, second):
        with web_server(tls=authority.server(NAME)) as web:
            assert client(bundle).run(get(f"https://{NAME}:{web.port}")).status == 200


@pytest.mark.parametrize(
    "bundle",
    [
        "",
        "/opt/ca.pem",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ],
)
def test_a_bundle_without_certificates_is_a_fault_of_the_settings(bundle: str) -> None:
    with pytest.raises(SettingsError, match="CA bundle"):
        client(bundle)


@pytest.mark.parametrize("caller", ["verify", "environment"])
def test_nobody_can_talk_the_client_out_of_verifying(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, caller: str
) -> None:
    made = client(None)
    if caller == "verify":
        made._session.verify = False
    else:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
        monkeypatch.setenv("CURL_CA_BUNDLE", "")
    with web_server(tls=authority.server(NAME)) as web:
        with pytest.raises(TlsError):
            made.run(get(f"https://{NAME}:{web.port}"))
        assert web.received == []


def drip_headers(exchange: Exchange) -> None:
    exchange.say(b"HTTP/1.1 200 OK\r\nX: ")
    drip(exchange)


def drip_body(exchange: Exchange) -> None:
    exchange.send(200, b"", Content_Length="100000")
    drip(exchange)


def drip(exchange: Exchange) -> None:
    """Often enough for every single wait, and altogether far too long."""
    for _ in range(200):
        time.sleep(0.02)
        if not exchange.write(b"x"):
            break


@pytest.mark.parametrize("behaviour", [drip_headers, drip_body])
@pytest.mark.parametrize("encrypted", [True, False], ids=["https", "http"])
def test_an_answer_that_never_ends_ends(
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: Callable[[Exchange], None],
    encrypted: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(client_module, "_WHOLE_ANSWER_SECONDS", 0.3)
    network = Network(
        AllowedHosts.parse(f"http://{NAME}"),
        ca_bundle_pem=authority.pem,
        resolver=leading_to("127.0.0.1"),
    )
    with web_server(tls=authority.server(NAME) if encrypted else None) as web:
        web.behaviour = behaviour
        started = time.monotonic()
        with pytest.raises(BitbucketUnavailableError):
            BitbucketClient(TOKEN, network).run(
                get(f"{'https' if encrypted else 'http'}://{NAME}:{web.port}")
            )
        assert time.monotonic() - started < 2
