"""Whether a model's diff found a difference, by all that a tool reported about it."""

from dataclasses import replace

from bitbucket_integration.model_diff import ModelDiff, Outcome


def settled(diff: ModelDiff, *, said_different: bool = False) -> ModelDiff:
    """The diff with the outcome that what it holds amounts to.

    What a tool counted outranks what it said: a difference is never passed over. An error is the
    outcome of a model that could not be diffed, whatever else is known about it.
    """
    if diff.error is not None:
        return replace(diff, outcome=Outcome.FAILED)
    different = said_different or diff.shows_difference
    return replace(diff, outcome=Outcome.DIFFERENT if different else Outcome.IDENTICAL)
