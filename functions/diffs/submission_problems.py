"""What a reader of submitted diffs tells CI when it cannot read them, whatever the format."""

from dataclasses import dataclass

from bitbucket_integration.errors import IntegrationError

MAX_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One thing wrong with one line of a submission; lines count from 1."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


class SubmissionInvalid(IntegrationError):  # noqa: N818 - CI reads it as a finding, not a fault
    """A submission that cannot be read; `more` says that further problems were left off."""

    reason = "invalid_diffs"

    def __init__(self, problems: tuple[LineProblem, ...], *, more: bool = False) -> None:
        super().__init__(problems)
        self.problems = problems
        self.more = more

    def __str__(self) -> str:
        told = "; ".join(map(str, self.problems))
        return f"{told}; and more" if self.more else told
