"""What changed since an earlier report, in a line."""

from collections.abc import Mapping, Sequence

from bitbucket_integration.model_name import short_name
from bitbucket_integration.plain_words import count
from bitbucket_integration.published_report import Changes
from comment.markdown import code

_NAMED = 3


def change_line(changes: Changes, names: Mapping[str, str]) -> str:
    """Tell how many models changed their verdict, and name some; `names` has those on show."""
    kinds: tuple[tuple[str, Sequence[str]], ...] = (
        ("fixed", changes.fixed),
        ("not in these results", changes.missing),
        ("broken", changes.broken),
        ("worse", changes.worse),
        ("better", changes.better),
    )
    told: list[str] = []
    for kind, models in kinds:
        if models:
            amount = f"{len(models):,}" if told else count(len(models), "model")
            told.append(f"{amount} {kind} ({_some(models, names)})")
    return f"Since {code(changes.since[:12])}: {', '.join(told) or 'the same verdicts'}."


def _some(models: Sequence[str], names: Mapping[str, str]) -> str:
    named = [code(names.get(model, short_name(model))) for model in models[:_NAMED]]
    return ", ".join([*named, "…"] if len(models) > _NAMED else named)
