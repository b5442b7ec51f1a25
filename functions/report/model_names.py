"""What models and their tables are called in a comment."""

import re
from collections import Counter
from collections.abc import Iterable

from bitbucket_integration.model_diff import ModelDiff

_DBT_UNIQUE_ID = re.compile(r"(?:model|seed|snapshot|source)\.[^.]+\.(.+)")


def shared_schemas(diffs: Iterable[ModelDiff]) -> tuple[str, str] | None:
    """Tell the base's and the head's schema, if every model was compared between the same two."""
    pairs = {(_schema(diff.base_table), _schema(diff.head_table)) for diff in diffs}
    if len(pairs) != 1:
        return None
    [(base, head)] = pairs
    return (base, head) if base and head else None


def _schema(table_name: str) -> str:
    return table_name.rpartition(".")[0]


def short_names(diffs: Iterable[ModelDiff]) -> dict[str, str]:
    """Name each model for the comment: short, unless two would be called the same."""
    short = {diff.model: _short_name(diff.model) for diff in diffs}
    uses = Counter(short.values())
    return {model: name if uses[name] == 1 else model for model, name in short.items()}


def _short_name(model: str) -> str:
    # A versioned dbt model is `model.project.orders.v2`, whose last component names nothing.
    unique_id = _DBT_UNIQUE_ID.fullmatch(model)
    return unique_id[1] if unique_id else model.rpartition(".")[2] or model
