"""Plain text about what was found, before anybody escapes it for where it is shown."""

import unicodedata
from collections.abc import Sequence

MAX_NAME = 100

_NAMED = 3


def count(amount: int, noun: str) -> str:
    """Write a number with its noun, such as `1 model` or `1,200 rows`."""
    return f"{amount:,} {noun}" if amount == 1 else f"{amount:,} {noun}s"


def shorten(text: str, limit: int = MAX_NAME) -> str:
    """Keep at most `limit` characters, the middle giving way: names differ at their ends."""
    if len(text) <= limit:
        return text
    head = limit // 2
    tail = limit - head - 1
    return f"{text[:head]}…{text[len(text) - tail :]}"


def some_of(names: Sequence[str], noun: str) -> str:
    """Name three, and count the rest, such as `a, b, c and 2 more columns`."""
    named = ", ".join(shorten(name) for name in names[:_NAMED])
    more = len(names) - _NAMED
    return f"{named} and {count(more, f'more {noun}')}" if more > 0 else named


def visible(outside: str) -> str:
    """Text from outside, with what cannot be seen replaced.

    Format characters go too: a direction override in a name could swap the numbers around it.
    """
    if outside.isprintable():
        return outside
    return "".join(map(_visible, outside))


def one_line(outside: str) -> str:
    """The same on one line."""
    return visible(" ".join(outside.split()))


def _visible(character: str) -> str:
    hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in "\n\t"
    return "\ufffd" if hidden else character
