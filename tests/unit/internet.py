"""An internet for tests: public addresses and names that lead to servers on this machine."""

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from urllib3.util.connection import create_connection

from bitbucket_integration.bitbucket import guarded_connection
from bitbucket_integration.bitbucket.exchange import Call, Request, Response

PUBLIC = "93.184.216.34"
OTHER_PUBLIC = "2606:2800:220:1:248:1893:25c8:1946"


@dataclass
class Internet:
    """`hosts` says which address of this machine a public address leads to.

    It may lead to `nobody`, who refuses, to what is `unreachable`, or to somebody `silent`.
    Addresses that are not in it lead to where they always do. `connected` are the addresses that
    were connected to, as the code under test named them, and `waited` the seconds of silence.
    """

    hosts: dict[str, str] = field(default_factory=lambda: {PUBLIC: "127.0.0.1"})
    connected: list[str] = field(default_factory=list)
    waited: float = 0

    def connect(
        self, address: tuple[str, int], timeout: float, *args: Any, **kwargs: Any
    ) -> socket.socket:
        self.connected.append(address[0])
        there = self.hosts.get(address[0], address[0])
        if there == "nobody":
            raise ConnectionRefusedError
        if there == "unreachable":
            raise OSError(errno.EHOSTUNREACH, "No route to host")
        if there == "silent":
            self.waited += timeout
            raise TimeoutError
        return create_connection((there, address[1]), timeout, *args, **kwargs)


@contextmanager
def internet() -> Iterator[Internet]:
    """All connections of the code under test are made here."""
    made = Internet()
    with mock.patch.object(guarded_connection, "create_connection", made.connect):
        yield made


@dataclass
class Names:
    """A resolver that gives one answer after the other, and the last one ever after."""

    answers: list[list[str] | OSError]
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, OSError):
            raise answer
        return answer


def leading_to(*addresses: str) -> Names:
    """Names that all have these addresses."""
    return Names([list(addresses)])


def getaddrinfo(names: Names) -> Callable[..., Any]:
    """The system's resolver with these answers, for names; an address leads to itself."""
    real = socket.getaddrinfo

    def answer(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if not host[:1].isalpha():
            return real(host, port, *args, **kwargs)
        return [found for one in names(host, port) for found in real(one, port, *args, **kwargs)]

    return answer


def get(url: str) -> Call[Response]:
    """A call whose answer is handed over as it is."""
    return Call(Request("GET", url), lambda response: response)
