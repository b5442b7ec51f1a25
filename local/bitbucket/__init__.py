"""A stateful Bitbucket Cloud and Data Center over HTTP, for tests and for working on a laptop.

They are strict where the real ones are: scopes and permissions, unknown keys, limits, paging, short
hashes, versions; they sign and deliver webhooks with the real ones' headers, retries and pauses.
See `BitbucketEmulator`. Modules called cloud_* and data_center_* hold what differs.
"""

from local.bitbucket.server import BitbucketEmulator

__all__ = ["BitbucketEmulator"]
