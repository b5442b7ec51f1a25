"""Secrets Manager: the stack's own secrets, and one access token per integration."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bitbucket_integration.errors import MissingSecretError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CACHE_SECONDS = 300


RECOVERY_DAYS = 7
"""How long a deleted access token can be restored, by whoever runs the stack."""


def _is_missing(error: ClientError) -> bool:
    """Whether there is no such secret, or one that is deleted and can be restored."""
    return error.response["Error"]["Code"] == "ResourceNotFoundException" or _is_deleted(error)


def _is_deleted(error: ClientError) -> bool:
    details = error.response["Error"]
    # The same code stands for much else.
    return details["Code"] == "InvalidRequestException" and "delet" in details.get("Message", "")


class SecretReader:
    """Reads secrets and keeps each for five minutes, so that a warm function asks seldom."""

    def __init__(self, client: "SecretsManagerClient", now: Callable[[], float]) -> None:
        """Use this client; `now` gives seconds, from any beginning."""
        self._client = client
        self._now = now
        self._kept: dict[str, tuple[float, str]] = {}

    def read(self, secret_id: str) -> str:
        """The secret's value. Raises MissingSecretError when it does not exist or is empty."""
        kept = self._kept.get(secret_id)
        if kept is not None and self._now() - kept[0] < _CACHE_SECONDS:
            return kept[1]
        try:
            value = self._client.get_secret_value(SecretId=secret_id).get("SecretString", "")
        except ClientError as error:
            if not _is_missing(error):
                raise
            value = ""
        if not value:
            raise MissingSecretError(f"the secret {secret_id} does not exist or is empty")
        self._kept[secret_id] = (self._now(), value)
        return value

    def forget(self, secret_id: str) -> None:
        """Read this secret anew the next time, since it may have been replaced."""
        self._kept.pop(secret_id, None)


class AccessTokenWriter:
    """Keeps the access tokens that `SecretReader` reads, each under a name of its own."""

    def __init__(self, client: "SecretsManagerClient", prefix: str) -> None:
        """Use this client; all names begin with `prefix`."""
        self._client = client
        self._prefix = prefix

    def put(self, integration_id: str, access_token: str) -> None:
        """Store the access token, in place of an earlier one."""
        name = access_token_name(self._prefix, integration_id)
        try:
            self._client.put_secret_value(SecretId=name, SecretString=access_token)
        except ClientError as error:
            if _is_deleted(error):
                # Its integration was to be removed, and the removal stopped half-way.
                self._client.restore_secret(SecretId=name)
                self._client.put_secret_value(SecretId=name, SecretString=access_token)
                return
            if not _is_missing(error):
                raise
            self._client.create_secret(
                Name=name,
                SecretString=access_token,
                Description="Bitbucket access token of a data diff integration",
            )

    def delete(self, integration_id: str) -> None:
        """Remove the access token, for good after seven days.

        That it is gone already is no error.
        """
        try:
            self._client.delete_secret(
                SecretId=access_token_name(self._prefix, integration_id),
                RecoveryWindowInDays=RECOVERY_DAYS,
            )
        except ClientError as error:
            if not _is_missing(error):
                raise


def access_token_name(prefix: str, integration_id: str) -> str:
    """The name of the secret that holds an integration's access token."""
    return f"{prefix}{integration_id}"
