"""What CI sends: the target in the query, the results in the body."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from bitbucket_integration.errors import IntegrationError, InvalidRequestError
from bitbucket_integration.submission import FULL_COMMIT

MOST_BYTES = 4 * 1024 * 1024
"""Lambda's event may have 6 MB and carries the body as Base64, a third larger than it is."""

MOST_UNPACKED_BYTES = 50 * 1024 * 1024

_NUMBER = re.compile(r"[0-9]{1,15}")
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = zlib.MAX_WBITS | 16


class BodyTooLargeError(IntegrationError):
    """More than a submission may have."""

    reason = "body_too_large"


@dataclass(frozen=True, slots=True)
class Target:
    """What the results are about: a commit, a pull request's head, or both."""

    commit: str | None
    pull_request_id: int | None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Target":
        """Raises InvalidRequestError, which names the parameter."""
        commit = query.get("commit")
        # Outside of a pull request's pipeline Bitbucket leaves the variable for its id empty.
        pull_request = query.get("pull_request") or None
        if commit is None and pull_request is None:
            message = (
                "say what the results are about: ?commit=<40 characters> or ?pull_request=<id>"
            )
            raise InvalidRequestError("commit", message)
        return cls(
            None if commit is None else _commit(commit),
            None if pull_request is None else _pull_request_id(pull_request),
        )


def _commit(value: str) -> str:
    commit = value.strip().lower()
    if FULL_COMMIT.fullmatch(commit) is None:
        message = (
            "must be the commit's full 40 hexadecimal characters, as `git rev-parse HEAD` prints"
        )
        raise InvalidRequestError("commit", message)
    return commit


def _pull_request_id(value: str) -> int:
    digits = value.strip()
    if _NUMBER.fullmatch(digits) is None or int(digits) == 0:
        message = "must be the pull request's number, such as 42"
        raise InvalidRequestError("pull_request", message)
    return int(digits)


def unpacked(body: bytes) -> bytes:
    """The body's text, unpacked if it is gzip (told by its first bytes, whatever the headers say).

    Raises BodyTooLargeError, or InvalidRequestError when the gzip stream is broken.
    """
    if len(body) > MOST_BYTES:
        raise BodyTooLargeError(
            f"the body has {len(body):,} bytes of at most {MOST_BYTES:,}; send it as gzip"
        )
    if not body.startswith(_GZIP_MAGIC):
        return body
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        text = unpacker.decompress(body, MOST_UNPACKED_BYTES + 1)
    except zlib.error as error:
        raise InvalidRequestError("body", "is not a valid gzip stream") from error
    if len(text) > MOST_UNPACKED_BYTES:
        raise BodyTooLargeError(f"the body unpacks to more than {MOST_UNPACKED_BYTES:,} bytes")
    if not unpacker.eof:
        raise InvalidRequestError("body", "is a gzip stream that ends too early")
    if unpacker.unused_data:
        raise InvalidRequestError("body", "has more after its gzip stream; send one stream")
    return text
