"""Which repository a person means, in any form that Bitbucket shows its address in."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from bitbucket_integration.bitbucket.origin import Origin, origin_of
from bitbucket_integration.errors import AddressRefusedError, InvalidRequestError

_CLOUD_HOSTS = {"bitbucket.org", "www.bitbucket.org", "altssh.bitbucket.org"}
_SLUG = re.compile(r"[A-Za-z0-9._-]{1,128}")
_UUID = re.compile(r"\{[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}")
_SCP = re.compile(r"git@(?P<host>[^/:]+)[:/](?P<path>.+)")

_URL = re.compile(
    r"(https?)://(?:([^/?#]*)@)?([^/?#@]*)([^?#]*)(?:[?#].*)?", re.DOTALL | re.IGNORECASE
)
_CONTEXT = re.compile(r"(?:/[A-Za-z0-9._~-]{1,100})*")
_REST = re.compile(r"/rest/api/[^/]+$")
_PROJECT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,127}")
_USER = re.compile(r"[A-Za-z0-9._-]{1,127}")
_DEFAULT_PORTS = {"https": 443, "http": 80}

_CURE = (
    "must be workspace/repository or the repository's address, such as "
    "https://bitbucket.org/acme/jaffle-shop or, on Bitbucket Data Center, "
    "https://bitbucket.example.com/projects/DATA/repos/jaffle-shop"
)


@dataclass(frozen=True, slots=True)
class CloudAddress:
    """A repository of Bitbucket Cloud: slugs, or UUIDs in braces."""

    workspace: str
    repository: str


@dataclass(frozen=True, slots=True)
class DataCenterAddress:
    """A repository of a Bitbucket Data Center. The base URL has no slash at its end.

    The project of a user begins with `~`; the keys of others are in upper case.
    """

    base_url: str
    project_key: str
    slug: str


def _never(_: str) -> bool:
    return False


def parse(
    text: str, allow_http: Callable[[str], bool] = _never
) -> CloudAddress | DataCenterAddress:
    """Understands web and clone addresses, deeper links, and for Cloud `workspace/repository`.

    `allow_http` tells of a Data Center's host whether it may be spoken to without encryption.
    Raises InvalidRequestError for the field `repository`.
    """
    text = text.strip()
    scp = _SCP.fullmatch(text)
    if scp is not None:
        _check_ssh_host(scp["host"])
        return _cloud(scp["path"], deeper=True)
    if "://" not in text:
        host, _, path = text.partition("/")
        on_cloud = host.lower() in _CLOUD_HOSTS
        return _cloud(path if on_cloud else text, deeper=on_cloud)
    try:
        address = urlsplit(text)
        host = (address.hostname or "").lower()
    except ValueError as error:
        raise InvalidRequestError("repository", _CURE) from error
    if address.scheme not in {"https", "http", "ssh"}:
        raise InvalidRequestError("repository", _CURE)
    if address.password is not None:
        message = "must not contain a password; the access token has a field of its own"
        raise InvalidRequestError("repository", message)
    if host in _CLOUD_HOSTS:
        return _cloud(address.path, deeper=True)
    if address.scheme == "ssh":
        _check_ssh_host(host)
    return _data_center(text, allow_http)


def _cloud(path: str, *, deeper: bool) -> CloudAddress:
    """The repository at a path, which may lead to something in the repository if it is `deeper`."""
    parts = [unquote(part) for part in path.split("/") if part]
    two = 2
    if len(parts) < two or (len(parts) > two and not deeper):
        raise InvalidRequestError("repository", _CURE)
    workspace, repository = parts[0], parts[1].removesuffix(".git")
    for part in (workspace, repository):
        if part in {".", ".."} or not (_SLUG.fullmatch(part) or _UUID.fullmatch(part)):
            # What stands before an @ may be a password.
            wrong = "" if "@" in part else f"; {part[:40]!r} is no name that Bitbucket gives"
            raise InvalidRequestError("repository", _CURE + wrong)
    # Slugs are lower case; Bitbucket answers other spellings too, but lists only this one.
    return CloudAddress(workspace.lower(), repository.lower())


def _check_ssh_host(host: str) -> None:
    if host.lower() not in _CLOUD_HOSTS:
        message = (
            f"is an SSH address on {host[:60]!r}, which does not tell where Bitbucket's web pages"
            " are; give the address that the browser shows, such as"
            " https://bitbucket.example.com/projects/DATA/repos/jaffle-shop"
            " (or https://bitbucket.org/acme/jaffle-shop)"
        )
        raise InvalidRequestError("repository", message)


def _data_center(text: str, allow_http: Callable[[str], bool]) -> DataCenterAddress:
    # Of the text as it is: urlsplit leaves characters out, and knows spellings of a host by heart
    # that are better refused.
    url = _URL.fullmatch(text)
    if url is None or not url[3]:
        raise InvalidRequestError("repository", _CURE)
    scheme, user, authority, path = url.groups()
    try:
        origin = origin_of(f"{scheme}://{authority}")
    except AddressRefusedError as error:
        raise InvalidRequestError("repository", str(error)) from error
    if origin.host in _CLOUD_HOSTS:
        raise InvalidRequestError("repository", _CURE)
    place = _place(path)
    if user is not None and not place.is_clone:
        # Only clone addresses come with a user; elsewhere it disguises which host is meant.
        raise InvalidRequestError("repository", "must not have a user name before the host")
    if origin.scheme == "http" and not allow_http(origin.host):
        message = (
            f"would send the access token to {origin.host} without encryption; give its https"
            " address, or let whoever runs this stack allow http for this host"
        )
        raise InvalidRequestError("repository", message)
    return DataCenterAddress(f"{_server(origin)}{place.context}", place.project_key, place.slug)


def _server(origin: Origin) -> str:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    port = "" if origin.port == _DEFAULT_PORTS[origin.scheme] else f":{origin.port}"
    return f"{origin.scheme}://{host}{port}"


@dataclass(frozen=True, slots=True)
class _Place:
    """What a Data Center address's path says. `context` is the application's path or empty."""

    context: str
    project_key: str
    slug: str
    is_clone: bool = False


def _place(path: str) -> _Place:
    parts = [part for part in path.split("/") if part]
    for index, part in enumerate(parts):
        found = _found(part, [unquote(later) for later in parts[index + 1 :]])
        if found is not None:
            return replace(found, context=_context(parts[:index]))
    raise InvalidRequestError("repository", f"has no /projects/ and /repos/ in it; {_CURE}")


def _found(kind: str, later: Sequence[str]) -> _Place | None:
    """The repository named by what comes after `projects`, `users` or `scm`, if it is one."""
    match kind, later:
        case "projects", [key, "repos", slug, *_]:
            return _Place("", _project_key(key), _slug(slug))
        case "users", [name, "repos", slug, *_]:
            return _Place("", _project_key(f"~{name}"), _slug(slug))
        case "scm", [key, slug]:
            return _Place("", _project_key(key), _slug(slug.removesuffix(".git")), is_clone=True)
    return None


def _project_key(text: str) -> str:
    if text.startswith("~") and _USER.fullmatch(text[1:]) and text[1:] not in {".", ".."}:
        return text
    if _PROJECT.fullmatch(text):
        return text.upper()
    raise _no_name(text)


def _slug(text: str) -> str:
    if _SLUG.fullmatch(text) and text not in {".", ".."}:
        return text
    raise _no_name(text)


def _no_name(text: str) -> InvalidRequestError:
    shown = f"{text[:40]!r} is no name that Bitbucket gives"
    return InvalidRequestError("repository", f"{_CURE}; {shown}")


def _context(parts: Sequence[str]) -> str:
    context = "".join(f"/{part}" for part in parts)
    if not _CONTEXT.fullmatch(context) or not {".", ".."}.isdisjoint(parts):
        raise InvalidRequestError("repository", f"has an unusual path; {_CURE}")
    # An address of the REST API names the same repository.
    return _REST.sub("", context)
