"""Which servers may be spoken to, and how. What is decided here, `guarded_connection` does.

Users type the address of their Bitbucket, and this code runs where it may reach more than they
can. So a server must be on the public internet, unless the operator has listed its host.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bitbucket_integration.bitbucket.addresses import is_address, is_public
from bitbucket_integration.bitbucket.allowed_hosts import AllowedHosts
from bitbucket_integration.bitbucket.origin import Origin, origin_of
from bitbucket_integration.errors import AddressRefusedError
from bitbucket_integration.settings import NetworkSettings

type Resolver = Callable[[str, int], list[str]]
"""Gives the IP addresses of a host and port; raises OSError when there are none."""


@dataclass(frozen=True, slots=True)
class Network:
    """The operator's rules for outgoing connections. Without any: public hosts, https only.

    `trusted` origins are the operator's own setting and free of all rules. `ca_bundle_pem` is
    trusted beside the public roots. With a `proxy_url` every https connection goes through it.
    `resolver` None is the system's.
    """

    allowed_hosts: AllowedHosts = field(default_factory=AllowedHosts)
    trusted: frozenset[Origin] = frozenset()
    ca_bundle_pem: str | None = None
    proxy_url: str | None = None
    resolver: Resolver | None = None

    @classmethod
    def of(cls, settings: NetworkSettings, read_secret: Callable[[str], str]) -> "Network":
        """The network of a deployment; the CA bundle, if there is one, is read now."""
        arn = settings.ca_bundle_arn
        return cls(
            allowed_hosts=AllowedHosts.parse(settings.allowed_hosts),
            ca_bundle_pem=read_secret(arn) if arn else None,
            proxy_url=settings.proxy_url,
        )

    def trusting(self, url: str) -> "Network":
        """The same network, and this URL's origin is trusted: its scheme, host and port."""
        return replace(self, trusted=self.trusted | {origin_of(url)})

    def admit(self, url: str) -> Origin:
        """Judge a URL before anything is looked up or sent. Raises AddressRefusedError."""
        origin = origin_of(url)
        self.admit_origin(origin)
        # Nobody but the proxy knows where a name leads from there.
        if self.uses_proxy(origin) and not self._is_listed(origin):
            raise AddressRefusedError(
                f"{origin.host} is not among the hosts that may be reached through the outbound"
                " proxy; the operator of this stack can add it to the parameter"
                " AllowedBitbucketHosts"
            )
        return origin

    def admit_origin(self, origin: Origin) -> None:
        """Judge what is known without a lookup. Raises AddressRefusedError."""
        if origin in self.trusted:
            return
        if origin.scheme != "https" and not self.allowed_hosts.allows_plain_http(origin.host):
            raise AddressRefusedError(f"{origin.host} must be addressed with https://")
        if is_address(origin.host):
            self.admit_addresses(origin, [origin.host])

    def admit_addresses(self, origin: Origin, addresses: Sequence[str]) -> None:
        """Judge what a host was resolved to: all of it. Raises AddressRefusedError."""
        acceptable = is_address if self._is_listed(origin) else is_public
        if not all(map(acceptable, addresses)):
            # What it was resolved to is the business of the operator's network alone.
            raise AddressRefusedError(
                f"{origin.host} does not lead to the public internet; the operator of this stack"
                " can allow the host with the parameter AllowedBitbucketHosts"
            )

    def uses_proxy(self, origin: Origin) -> bool:
        """Whether the connection to this origin is made by the outbound proxy."""
        return self.proxy_url is not None and origin.scheme == "https"

    def _is_listed(self, origin: Origin) -> bool:
        return origin in self.trusted or self.allowed_hosts.allows(origin.host)
