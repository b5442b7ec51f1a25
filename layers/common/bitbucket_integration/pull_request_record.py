"""What we last posted on a pull request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PullRequestRecord:
    """What a pull request shows of us; empty before the first post.

    The digests are of what was posted, so that the same is not posted twice.
    """

    pull_request_id: int
    head: str = ""
    comment_id: str = ""
    comment_digest: str = ""
    comment_url: str = ""
    reported_commit: str = ""
    build_status_digest: str = ""
