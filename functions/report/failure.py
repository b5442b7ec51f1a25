"""What CI and the admin are told of a job that failed."""

from dataclasses import dataclass

from bitbucket_integration.errors import IntegrationError
from bitbucket_integration.problem import sentence


@dataclass(frozen=True, slots=True)
class Failure:
    """`reason` is a short constant, `detail` a sentence."""

    reason: str
    detail: str


def failure_of(error: Exception) -> Failure:
    """What an error is called; one of ours says nothing of what it met."""
    if isinstance(error, IntegrationError):
        return Failure(error.reason, sentence(error))
    return Failure("internal_error", "See the log of the report function.")
