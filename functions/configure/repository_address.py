"""Which repository a person means, in any form that Bitbucket Cloud shows its address in."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bitbucket_integration.errors import InvalidRequestError

_CLOUD_HOSTS = {"bitbucket.org", "www.bitbucket.org", "altssh.bitbucket.org"}
_SLUG = re.compile(r"[A-Za-z0-9._-]{1,128}")
_UUID = re.compile(r"\{[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}")
_SCP = re.compile(r"git@(?P<host>[^/:]+)[:/](?P<path>.+)")

_CURE = (
    "must be workspace/repository or the repository's address, "
    "such as https://bitbucket.org/acme/jaffle-shop"
)


@dataclass(frozen=True, slots=True)
class CloudAddress:
    """A repository of Bitbucket Cloud: slugs, or UUIDs in braces."""

    workspace: str
    repository: str


def parse(text: str) -> CloudAddress:
    """Understands `workspace/repository`, web and clone addresses (https and ssh), deeper links.

    Raises InvalidRequestError for the field `repository`.
    """
    text = text.strip()
    path = _path_of_address(text)
    parts = [unquote(part) for part in path.split("/") if part]
    two = 2
    if len(parts) < two or (path is text and len(parts) > two):
        raise InvalidRequestError("repository", _CURE)
    workspace, repository = parts[0], parts[1].removesuffix(".git")
    for part in (workspace, repository):
        if part in {".", ".."} or not (_SLUG.fullmatch(part) or _UUID.fullmatch(part)):
            # What stands before an @ may be a password.
            wrong = "" if "@" in part else f"; {part[:40]!r} is no name that Bitbucket gives"
            raise InvalidRequestError("repository", _CURE + wrong)
    return CloudAddress(_canonical(workspace), _canonical(repository))


def _canonical(part: str) -> str:
    # Slugs are lower case; Bitbucket answers other spellings too, but lists only this one.
    return part.lower()


def _path_of_address(text: str) -> str:
    scp = _SCP.fullmatch(text)
    if scp is not None:
        _check_host(scp["host"])
        return scp["path"]
    if "://" not in text:
        host, _, path = text.partition("/")
        return path if host.lower() in _CLOUD_HOSTS else text
    try:
        address = urlsplit(text)
        host = address.hostname or ""
    except ValueError as error:
        raise InvalidRequestError("repository", _CURE) from error
    if address.scheme not in {"https", "http", "ssh"}:
        raise InvalidRequestError("repository", _CURE)
    if address.password is not None:
        message = "must not contain a password; the access token has a field of its own"
        raise InvalidRequestError("repository", message)
    _check_host(host)
    return address.path


def _check_host(host: str) -> None:
    if host.lower() not in _CLOUD_HOSTS:
        message = f"is not on Bitbucket Cloud (bitbucket.org) but on {host[:60]!r}"
        raise InvalidRequestError("repository", message)
