"""Throw-away certificates and the authority that issues them."""

import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


@dataclass
class Authority:
    """Issues certificates. A `careless` one leaves out what older private CAs leave out."""

    name: str = "Throw-away CA"
    careless: bool = False

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def _certificate(self) -> x509.Certificate:
        builder = _builder(self.name, self.name, self._key, -_DAY, _DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=not self.careless
        )
        if not self.careless:
            builder = builder.add_extension(_KEY_USAGE, critical=True).add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
            )
        return builder.sign(self._key, hashes.SHA256())

    @property
    def pem(self) -> str:
        """The authority's own certificate, as an operator would hand it over."""
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def server(
        self, *names: str, since: timedelta = -_DAY, until: timedelta = _DAY
    ) -> ssl.SSLContext:
        """What a server needs to speak TLS under these names or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(names[0], self.name, key, since, until).add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
        )
        if not self.careless:
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        certificate = builder.sign(self._key, hashes.SHA256())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "server.pem")
            path.write_bytes(
                certificate.public_bytes(serialization.Encoding.PEM)
                + key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            context.load_cert_chain(path)
        return context


_KEY_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _builder(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    since: timedelta,
    until: timedelta,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + since)
        .not_valid_after(now + until)
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
