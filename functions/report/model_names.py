"""What models and their tables are called in a comment."""

from collections import Counter
from collections.abc import Iterable

from bitbucket_integration.model_diff import ModelDiff
from bitbucket_integration.model_name import short_name


def shared_schemas(diffs: Iterable[ModelDiff]) -> tuple[str, str] | None:
    """Tell the base's and the head's schema, if every model was compared between the same two."""
    pairs = {(_schema(diff.base_table), _schema(diff.head_table)) for diff in diffs}
    if len(pairs) != 1:
        return None
    [(base, head)] = pairs
    return (base, head) if base and head else None


def _schema(table_name: str) -> str:
    return table_name.rpartition(".")[0]


def short_names(models: Iterable[str]) -> dict[str, str]:
    """Name each model for the comment: short, unless two would be called the same."""
    short = {model: short_name(model) for model in models}
    uses = Counter(short.values())
    return {model: name if uses[name] == 1 else model for model, name in short.items()}
