"""A stateful Bitbucket Cloud over HTTP, for tests and for working on a laptop.

It is strict where the real one is: scopes, unknown keys, limits, paging, short hashes; it signs and
delivers webhooks with the real one's headers and retries. See `BitbucketEmulator`.
"""

from local.bitbucket.server import BitbucketEmulator

__all__ = ["BitbucketEmulator"]
