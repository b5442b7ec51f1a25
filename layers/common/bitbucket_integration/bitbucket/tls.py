"""Whose certificates are believed."""

import re
import ssl
from functools import cache

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util import create_urllib3_context

from bitbucket_integration.errors import SettingsError

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


# To read the public roots takes a noticeable part of a cold start.
@cache
def tls_context(ca_bundle_pem: str | None) -> ssl.SSLContext:
    """TLS 1.2 or newer, for the public roots and the certificates in this PEM text.

    Raises SettingsError when there is not one in it.
    """
    context = create_urllib3_context()
    context.load_verify_locations(cafile=DEFAULT_CA_BUNDLE_PATH)
    if ca_bundle_pem is None:
        return context
    # Bundles come with comments, which OpenSSL takes only when they are ASCII.
    certificates = _CERTIFICATE.findall(ca_bundle_pem)
    try:
        context.load_verify_locations(cadata="\n".join(certificates))
    except (ssl.SSLError, ValueError) as error:
        raise SettingsError("the CA bundle holds no certificates in PEM form") from error
    # Python 3.13 turned this on, and private CAs older than that rarely pass: no Authority Key
    # Identifier, Basic Constraints not critical. Signatures, names and dates are verified as ever.
    # https://github.com/python/cpython/issues/107361
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
