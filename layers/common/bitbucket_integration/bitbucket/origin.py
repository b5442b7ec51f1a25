"""Where a URL leads, in the one spelling that is judged and connected to.

A host can be written in many ways that libraries understand differently: `127.1`, `0x7f000001`,
fullwidth digits, percent signs, a backslash before the host that is meant. Only the plain spelling
is taken, so that there is nothing for two parsers to disagree about.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from bitbucket_integration.errors import AddressRefusedError

_URL = re.compile(r"(https?)://([^/?#]*)(?:[/?#].*)?", re.IGNORECASE | re.DOTALL | re.ASCII)
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?")
# Some parsers drop these characters, others end the host at them.
_MISREAD = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# https://url.spec.whatwg.org/#ends-in-a-number-checker: resolvers take such a host for an address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_NAME = 253
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """A server: `host` is a name in lower case, or an IP address without brackets."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin:
    """The origin of an http(s) URL.

    Raises AddressRefusedError for what is none, or holds a user name or a password; those are not
    shown.
    """
    parts = _URL.fullmatch(url)
    if parts is None or _MISREAD.search(url):
        raise AddressRefusedError(
            "the address must be a plain URL such as https://bitbucket.example.com"
        )
    scheme, authority = parts[1].lower(), parts[2]
    if "@" in authority:
        raise AddressRefusedError("the address must not have a user name or a password in it")
    host = _AUTHORITY.fullmatch(authority)
    if host is None:
        # After a colon there may be a password whose `@` got lost.
        raise _no_host(authority if authority.startswith("[") else authority.partition(":")[0])
    port = int(host[2] or _PORTS[scheme])
    if not 0 < port < 2**16:
        raise AddressRefusedError(f"the address has port {port}, which does not exist")
    return Origin(scheme, canonical_host(host[1]), port)


def canonical_host(text: str) -> str:
    """A host as it is compared and resolved. Raises AddressRefusedError for a disguised one."""
    if text.startswith("[") or ":" in text:
        return _ipv6(text)
    host = text.lower() if text.isascii() else ""
    host = host.removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(host)
    if len(host) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise _no_host(text)
    return host


def _ipv4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except AddressValueError:
        raise _no_host(host) from None


def _ipv6(text: str) -> str:
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = IPv6Address(inner)
    except AddressValueError:
        raise _no_host(text) from None
    # A zone names a network interface of this machine.
    if address.scope_id is not None:
        raise _no_host(text)
    return str(address)


def _no_host(text: str) -> AddressRefusedError:
    # What has a percent sign may hide a user name or a password.
    shown = "the address has what" if "%" in text else ascii(text[:100])
    return AddressRefusedError(
        f"{shown} is not a host name; write the name as in bitbucket.example.com, an international"
        " one in its ASCII form (xn--…), an IP address in its usual form"
    )
