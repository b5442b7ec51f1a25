"""What somebody sees instead of a report, and can do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportRefusal:
    """A title, and paragraphs of plain sentences. `retry_seconds` is 0 where trying is in vain."""

    status: int
    reason: str
    title: str
    paragraphs: tuple[str, ...]
    retry_seconds: int = 0

    @property
    def detail(self) -> str:
        """All of it on one line."""
        return " ".join((f"{self.title}.", *self.paragraphs))


UNKNOWN_REPORT = ReportRefusal(
    404,
    "unknown_report",
    "There is no report here",
    (
        (
            "The link may be incomplete, or revoked. The repository may have been disconnected."
            " Or the report has expired: reports are kept for a limited time."
        ),
        (
            "Open the pull request in Bitbucket: its comment links to the newest report. If it"
            " does not, run the pull request's pipeline again. If that does not help, ask whoever"
            " connected the repository."
        ),
    ),
)
REPORT_UNAVAILABLE = ReportRefusal(
    503,
    "try_again_later",
    "The report cannot be read right now",
    ("Nothing is wrong with the link. Try again in half a minute.",),
    retry_seconds=30,
)
REPORT_TOO_LARGE = ReportRefusal(
    500,
    "report_too_large",
    "The report is too large to be shown",
    ("Narrow it down: add ?q= and a model's name to the address.",),
)
