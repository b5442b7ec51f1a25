"""Each function's settings, read and checked once when the function starts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bitbucket_integration.errors import SettingsError

_PROXY = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"the environment variable {name} is missing")
    return value


def _count(environ: Mapping[str, str], name: str) -> int:
    value = _required(environ, name)
    if not value.isdecimal() or int(value) == 0:
        raise SettingsError(f"the environment variable {name} must be a positive whole number")
    return int(value)


def _url(environ: Mapping[str, str], name: str) -> str:
    value = _required(environ, name).rstrip("/")
    if not _is_url(value):
        raise SettingsError(f"the environment variable {name} must be an http(s) URL")
    return value


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment)
    return parts.scheme in {"https", "http"} and bool(parts.hostname) and plain


def _optional_url(environ: Mapping[str, str], name: str) -> str | None:
    return _url(environ, name) if environ.get(name, "").strip() else None


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """How Bitbucket is reached. `allowed_hosts` is read by `AllowedHosts.parse`."""

    allowed_hosts: str = ""
    ca_bundle_arn: str | None = None
    proxy_url: str | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "NetworkSettings":
        """All of it is optional. Raises SettingsError, which names the variable."""
        return cls(
            allowed_hosts=environ.get("ALLOWED_BITBUCKET_HOSTS", "").strip(),
            ca_bundle_arn=environ.get("CA_BUNDLE_ARN", "").strip() or None,
            proxy_url=_proxy(environ, "PROXY_URL"),
        )


def _proxy(environ: Mapping[str, str], name: str) -> str | None:
    value = _optional_url(environ, name)
    # A password would be a secret, and an environment variable is no place for one.
    if value is not None and _PROXY.fullmatch(value) is None:
        raise SettingsError(
            f"the environment variable {name} must be a proxy's http(s) URL without user name,"
            " password and path"
        )
    return value


@dataclass(frozen=True, slots=True)
class ConfigureSettings:
    """What the configure function needs. `public_url` overrides the address a request came to."""

    table_name: str
    bucket_name: str
    queue_url: str
    admin_token_arn: str
    signing_key_arn: str
    access_token_prefix: str
    cloud_api_url: str
    public_url: str | None
    network: NetworkSettings = NetworkSettings()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "ConfigureSettings":
        """Raises SettingsError, which names the variable."""
        return cls(
            table_name=_required(environ, "TABLE_NAME"),
            bucket_name=_required(environ, "BUCKET_NAME"),
            queue_url=_url(environ, "QUEUE_URL"),
            admin_token_arn=_required(environ, "ADMIN_TOKEN_ARN"),
            signing_key_arn=_required(environ, "SIGNING_KEY_ARN"),
            access_token_prefix=_required(environ, "ACCESS_TOKEN_PREFIX"),
            cloud_api_url=_url(environ, "BITBUCKET_CLOUD_API_URL"),
            public_url=_optional_url(environ, "PUBLIC_URL"),
            network=NetworkSettings.from_environ(environ),
        )


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """What the webhook function needs."""

    table_name: str
    queue_url: str
    signing_key_arn: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "WebhookSettings":
        """Raises SettingsError, which names the variable."""
        return cls(
            table_name=_required(environ, "TABLE_NAME"),
            queue_url=_url(environ, "QUEUE_URL"),
            signing_key_arn=_required(environ, "SIGNING_KEY_ARN"),
        )


@dataclass(frozen=True, slots=True)
class DiffsSettings:
    """What the diffs function needs."""

    table_name: str
    bucket_name: str
    queue_url: str
    signing_key_arn: str
    retention_days: int
    public_url: str | None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "DiffsSettings":
        """Raises SettingsError, which names the variable."""
        return cls(
            table_name=_required(environ, "TABLE_NAME"),
            bucket_name=_required(environ, "BUCKET_NAME"),
            queue_url=_url(environ, "QUEUE_URL"),
            signing_key_arn=_required(environ, "SIGNING_KEY_ARN"),
            retention_days=_count(environ, "RETENTION_DAYS"),
            public_url=_optional_url(environ, "PUBLIC_URL"),
        )


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """What the sweep function needs."""

    table_name: str
    queue_url: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "SweepSettings":
        """Raises SettingsError, which names the variable."""
        return cls(
            table_name=_required(environ, "TABLE_NAME"),
            queue_url=_url(environ, "QUEUE_URL"),
        )


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """What the report function needs. After `max_receives` receives a job goes to the DLQ.

    Without a `public_url` links lead to where an integration's webhook leads.
    """

    table_name: str
    bucket_name: str
    queue_url: str
    signing_key_arn: str
    access_token_prefix: str
    cloud_api_url: str
    retention_days: int
    max_receives: int
    public_url: str | None
    network: NetworkSettings = NetworkSettings()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "ReportSettings":
        """Raises SettingsError, which names the variable."""
        return cls(
            table_name=_required(environ, "TABLE_NAME"),
            bucket_name=_required(environ, "BUCKET_NAME"),
            queue_url=_url(environ, "QUEUE_URL"),
            signing_key_arn=_required(environ, "SIGNING_KEY_ARN"),
            access_token_prefix=_required(environ, "ACCESS_TOKEN_PREFIX"),
            cloud_api_url=_url(environ, "BITBUCKET_CLOUD_API_URL"),
            retention_days=_count(environ, "RETENTION_DAYS"),
            max_receives=_count(environ, "MAX_RECEIVES"),
            public_url=_optional_url(environ, "PUBLIC_URL"),
            network=NetworkSettings.from_environ(environ),
        )
