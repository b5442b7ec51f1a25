"""Connections that lead where the network's rules allow, and nowhere else.

A name is resolved once for each connection. All its addresses are judged, and one of those is
connected to, so that a name cannot lead elsewhere a moment later (DNS rebinding). To TLS and to the
server it is a connection to the name.
"""

import io
import socket
from collections.abc import Mapping
from functools import partial
from http.client import HTTPResponse
from socket import gaierror
from time import monotonic
from typing import Any, ClassVar, override

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from bitbucket_integration.bitbucket.addresses import is_address
from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.bitbucket.origin import Origin, canonical_host
from bitbucket_integration.bitbucket.tls import tls_context


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver knows."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedAdapter(HTTPAdapter):
    """Carries out requests under the rules of a network.

    A refused address raises AddressRefusedError before anything is sent. Every answer has to be
    complete within `answer_seconds` of its first byte being waited for.
    """

    def __init__(self, network: Network, answer_seconds: float) -> None:
        """Open no connection yet. Raises SettingsError when the CA bundle is none."""
        self._network = network
        self._tls_context = tls_context(network.ca_bundle_pem)
        self._pool_classes = {
            "http": partial(_PlainPool, network=network, answer_seconds=answer_seconds),
            "https": partial(_TlsPool, network=network, answer_seconds=answer_seconds),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Let all connections be guarded ones."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Let all connections through the proxy be guarded ones, too."""
        manager = super().proxy_manager_for(
            proxy, proxy_ssl_context=self._tls_context, **proxy_kwargs
        )
        manager.pool_classes_by_scheme = self._pool_classes
        return manager

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """Use the network's certificates, whatever the caller wants."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._tls_context}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Change nothing: the TLS context verifies, and it cannot be talked out of it."""

    @override
    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request to where it may go. The network knows the proxy, not the caller."""
        origin = self._network.admit(request.url or "")
        proxy = self._network.proxy_url if self._network.uses_proxy(origin) else None
        return super().send(
            request,
            stream=stream,
            timeout=timeout,
            proxies={origin.scheme: proxy} if proxy else {},
        )


class _Guarded(HTTPConnection):
    """What plain and encrypted connections have in common."""

    scheme: ClassVar[str]

    def __init__(self, *args: Any, network: Network, answer_seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._network = network
        self._answer_seconds = answer_seconds

    # Gives the connected socket; urllib3's own SOCKS connections replace it, too.
    def _new_conn(self) -> socket.socket:
        if self.proxy is not None:
            # The proxy is the operator's choice; where it leads to was judged before.
            return super()._new_conn()
        origin = Origin(self.scheme, canonical_host(self.host), self.port)
        self._network.admit_origin(origin)
        return self._connected(self._admitted_addresses(origin))

    def _admitted_addresses(self, origin: Origin) -> list[str]:
        if is_address(origin.host):
            return [origin.host]
        resolve = self._network.resolver or system_resolver
        try:
            addresses = resolve(origin.host, origin.port)
        except OSError as error:
            raise NameResolutionError(origin.host, self, gaierror(str(error))) from error
        if not addresses:
            raise NameResolutionError(origin.host, self, gaierror("it has no address"))
        self._network.admit_addresses(origin, addresses)
        return addresses

    def _connected(self, addresses: list[str]) -> socket.socket:
        # Of many addresses that keep silent only the first two are waited for.
        patience = monotonic() + 1.5 * (self.timeout or 0)
        failure: OSError | None = None
        for address in addresses:
            try:
                return create_connection(
                    (address, self.port), self.timeout, socket_options=self.socket_options
                )
            except OSError as error:
                failure = error
                if monotonic() > patience:
                    break
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "timed out") from failure
        raise NewConnectionError(self, "no connection") from failure

    # http.client calls it for everything that it reads, the answer of a proxy to CONNECT included.
    def response_class(self, *args: Any, **kwargs: Any) -> HTTPResponse:  # type: ignore[override]
        response = HTTPResponse(*args, **kwargs)
        reader: Any = response.fp
        deadline = monotonic() + self._answer_seconds
        response.fp = io.BufferedReader(_UntilDeadline(reader.detach(), deadline))
        return response


class _UntilDeadline(io.RawIOBase):
    """Reads until a deadline, even if there is a little to read all the time."""

    def __init__(self, raw: io.RawIOBase, deadline: float) -> None:
        super().__init__()
        self._raw = raw
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if monotonic() > self._deadline:
            raise TimeoutError("the answer takes too long")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Plain(_Guarded):
    scheme = "http"


class _Tls(_Guarded, HTTPSConnection):
    scheme = "https"


# Both hand what they do not know themselves to the connections that they make.
class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls
