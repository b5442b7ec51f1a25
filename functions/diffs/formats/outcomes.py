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
    different = (
        said_different
        or _rows_differ(diff)
        or diff.schema_changed
        or bool(diff.columns_reordered or diff.differing_columns or diff.samples)
    )
    return replace(diff, outcome=Outcome.DIFFERENT if different else Outcome.IDENTICAL)


def _rows_differ(diff: ModelDiff) -> bool:
    rows, keys = diff.rows, diff.keys
    if rows and (rows.added or rows.removed or rows.changed or _unequal(rows.base, rows.head)):
        return True
    return keys is not None and (
        _unequal(keys.base_nulls, keys.head_nulls)
        or _unequal(keys.base_duplicates, keys.head_duplicates)
    )


def _unequal(base: int | None, head: int | None) -> bool:
    return base is not None and head is not None and base != head
