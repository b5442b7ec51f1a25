"""HTTP without a network: a call is what to send and how to read the answer."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bitbucket_integration.errors import BitbucketUnavailableError

_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. `body` is sent as JSON unless it is None."""

    method: str
    url: str
    body: Any = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON. Raises BitbucketUnavailableError when it is a proxy's page, say."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BitbucketUnavailableError(
                f"Bitbucket's answer ({self.status}) is not JSON"
            ) from error


@dataclass(frozen=True, slots=True)
class Call[T]:
    """A request, and the function that makes its answer a `T` or raises a BitbucketError."""

    request: Request
    read: Callable[[Response], T]


@dataclass(frozen=True, slots=True)
class Page[T]:
    """A part of a list, and the call for the next part unless this was the last."""

    items: tuple[T, ...]
    following: "Call[Page[T]] | None"


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """The delay that a `Retry-After` header asks for in seconds; its HTTP-date form is not used."""
    value = headers.get("retry-after", "").strip()
    return float(value) if _SECONDS.fullmatch(value) else None
