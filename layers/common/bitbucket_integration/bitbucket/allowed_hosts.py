"""The hosts that the operator vouches for, although they are not on the public internet."""

import re
from dataclasses import dataclass

from bitbucket_integration.bitbucket.addresses import is_address
from bitbucket_integration.bitbucket.origin import canonical_host
from bitbucket_integration.errors import AddressRefusedError, SettingsError

_ANY_BELOW = "*."
_PLAIN_HTTP = "http://"
_SEPARATOR = re.compile(r"[,\s]+")


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Names, and suffixes below which every name is meant. Ports play no part."""

    names: frozenset[str] = frozenset()
    suffixes: frozenset[str] = frozenset()
    plain_http: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "AllowedHosts":
        """Read entries with commas or spaces between them.

        `bitbucket.corp.example` is one host, `*.intern.example` every host below that name but not
        the name itself, `http://127.0.0.1` one host that may also be spoken to without encryption.
        Raises SettingsError, which names the bad entry.
        """
        entries = [entry for entry in _SEPARATOR.split(text) if entry]
        plain = [entry for entry in entries if entry.lower().startswith(_PLAIN_HTTP)]
        below = [entry for entry in entries if entry.startswith(_ANY_BELOW)]
        exact = [entry for entry in entries if entry not in {*plain, *below}]
        plain_http = frozenset(_host(entry, entry[len(_PLAIN_HTTP) :]) for entry in plain)
        return cls(
            names=frozenset(_host(entry, entry) for entry in exact) | plain_http,
            suffixes=frozenset(map(_suffix, below)),
            plain_http=plain_http,
        )

    def allows(self, host: str) -> bool:
        """Whether the operator has listed this host."""
        try:
            name = canonical_host(host)
        except AddressRefusedError:
            return False
        return name in self.names or any(name.endswith(suffix) for suffix in self.suffixes)

    def allows_plain_http(self, host: str) -> bool:
        """Whether the operator has listed this host with `http://` before it."""
        return self.allows(host) and canonical_host(host) in self.plain_http


def _host(entry: str, text: str) -> str:
    try:
        return canonical_host(text)
    except AddressRefusedError:
        raise _bad(
            entry, "a host is written without scheme, port and path, as in bitbucket.corp.example"
        ) from None


def _suffix(entry: str) -> str:
    name = _host(entry, entry.removeprefix(_ANY_BELOW))
    if is_address(name):
        raise _bad(entry, "an IP address has nothing below it")
    # `*.com` would vouch for the whole world, and nothing here knows which names are like that.
    if "." not in name:
        raise _bad(entry, "after `*.` a name with a dot in it must follow; list the hosts singly")
    return f".{name}"


def _bad(entry: str, why: str) -> SettingsError:
    return SettingsError(f"AllowedBitbucketHosts: {entry[:100]!a} cannot be used: {why}")
