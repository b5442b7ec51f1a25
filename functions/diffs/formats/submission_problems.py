"""What a reader of submitted diffs tells CI when it cannot read them, whatever the format."""

from collections.abc import Sequence
from dataclasses import dataclass

from bitbucket_integration.errors import IntegrationError

MAX_PROBLEMS = 20

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One thing wrong with one line of a submission; lines count from 1."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class PathProblem:
    """One thing wrong inside a JSON document, such as in `runs[3].result`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"`{self.path}` {self.message}"


def shown_name(name: str) -> str:
    """A name from outside as a path shows it: shortened, with what cannot be seen replaced."""
    name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return "".join(one if one.isprintable() else "\ufffd" for one in name)


type Problem = LineProblem | PathProblem


class SubmissionInvalid(IntegrationError):  # noqa: N818 - CI reads it as a finding, not a fault
    """A submission that cannot be read.

    Of the problems MAX_PROBLEMS are kept; `more` says that some were left off.
    """

    reason = "invalid_diffs"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems[:MAX_PROBLEMS])
        self.more = len(problems) > MAX_PROBLEMS

    def __str__(self) -> str:
        told = "; ".join(map(str, self.problems))
        return f"{told}; and more" if self.more else told
