"""Deletes what the bucket holds about an integration."""

from typing import TYPE_CHECKING

from bitbucket_integration.errors import IntegrationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_FOLDERS = ("submissions", "reports")
_MOST_PAGES = 10
"""Pages of 1,000 objects, of which each takes about a second."""


class PurgeError(IntegrationError):
    """S3 kept an object. It is a fault of the deployment or of S3, not of the caller."""

    reason = "try_again_later"


class Purge:
    """Bounded, so that it ends before its caller's time does; repeating it goes on."""

    def __init__(self, s3: "S3Client", bucket_name: str) -> None:
        """Use this client and bucket."""
        self._s3 = s3
        self._bucket = bucket_name

    def run(self, integration_id: str) -> bool:
        """Delete results and reports; whether all are gone. Raises boto's errors."""
        left = _MOST_PAGES
        for folder in _FOLDERS:
            prefix = f"{folder}/{integration_id}/"
            while keys := self._keys(prefix):
                if left == 0:
                    return False
                left -= 1
                self._delete(keys)
        return True

    def _keys(self, prefix: str) -> list[str]:
        answer = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
        return [one["Key"] for one in answer.get("Contents", [])]

    def _delete(self, keys: list[str]) -> None:
        answer = self._s3.delete_objects(
            Bucket=self._bucket,
            Delete={"Objects": [{"Key": one} for one in keys], "Quiet": True},
        )
        for error in answer.get("Errors", []):
            # One would be listed again and again.
            raise PurgeError(f"{error.get('Key')} could not be deleted: {error.get('Code')}")
