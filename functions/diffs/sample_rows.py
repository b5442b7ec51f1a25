"""Sample rows as readers of formats make them: how many, and how their values are written.

Whether any are kept is for `permitted_samples` to say.
"""

import json
from collections.abc import Iterable
from itertools import chain, islice

from bitbucket_integration.model_diff import SampleRow
from bitbucket_integration.permitted_samples import MOST_ROWS
from formats.json_object import storable

_MOST_CHARACTERS = 200


def value_text(value: object) -> str | None:
    """A value as text of at most 200 characters, as JSON writes it; None for a null."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = storable(text)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"


def few(*kinds: Iterable[SampleRow]) -> tuple[SampleRow, ...]:
    """The first MOST_ROWS of rows of several kinds, every kind's share as equal as can be."""
    rows = [list(islice(rows, MOST_ROWS)) for rows in kinds]
    share = _share([len(one) for one in rows])
    return tuple(chain.from_iterable(one[:most] for one, most in zip(rows, share, strict=True)))


def _share(lengths: list[int]) -> list[int]:
    share = [0] * len(lengths)
    for _ in range(min(MOST_ROWS, sum(lengths))):
        hungry = [place for place, length in enumerate(lengths) if share[place] < length]
        share[min(hungry, key=share.__getitem__)] += 1
    return share
