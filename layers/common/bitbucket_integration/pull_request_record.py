"""What we last posted on a pull request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PullRequestRecord:
    """What a pull request shows of us; empty before the first post.

    The digests are of what was posted, so that the same is not posted twice. `build_state` is that
    of the head, whose results are awaited since `awaited_since`, in ISO 8601; `marker_missed` was
    looked for in its message, and is not there. `reported_commit` is what the last report is about,
    and `compared_commit` what the one before was about that it is compared with.
    """

    pull_request_id: int
    head: str = ""
    comment_id: str = ""
    comment_digest: str = ""
    comment_url: str = ""
    reported_commit: str = ""
    build_status_digest: str = ""
    build_state: str = ""
    awaited_since: str = ""
    marker_missed: str = ""
    report_digest: str = ""
    insights_digest: str = ""
    compared_commit: str = ""
