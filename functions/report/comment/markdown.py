"""Text from outside as Bitbucket Markdown that shows it and does nothing else.

No HTML: Data Center escapes it and Cloud cannot be relied upon. Backslash escapes are CommonMark's;
what Bitbucket adds to CommonMark outside the grammar (mentions, bare URLs, emoji) knows no escape,
so an invisible word joiner takes it apart.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from urllib.parse import quote

from bitbucket_integration.plain_words import MAX_NAME, one_line, shorten

_WORD_JOINER = "\u2060"
_ESCAPED_ANYWHERE = re.compile(r"[\\`*_\[\]<>#|~&]")
_ESCAPED_AT_START = re.compile(r"^(\d{0,9})([-+=.)])")
_ACTIVE_IN_BITBUCKET = re.compile(
    r"@"  # mentions, and addresses
    r"|:(?=//)"  # bare URLs
    r"|:(?=[\w\\+-]+:)"  # emoji
    r"|www(?=\.)",
    re.IGNORECASE,
)
# In a code span these end it, split the table's cell or (mentions) might still act.
_UNFIT_FOR_CODE = re.compile(r"[`|\\@]")


class Align(StrEnum):
    """A table column's alignment, as its delimiter row writes it."""

    LEFT = ":--"
    RIGHT = "--:"


def text(outside: str, limit: int = MAX_NAME) -> str:
    """Escape text from outside: Markdown that renders as exactly that text, on one line."""
    shown = shorten(one_line(outside), limit)
    escaped = _ESCAPED_AT_START.sub(r"\1\\\2", _ESCAPED_ANYWHERE.sub(r"\\\g<0>", shown))
    return _ACTIVE_IN_BITBUCKET.sub(rf"\g<0>{_WORD_JOINER}", escaped)


def code(outside: str, limit: int = MAX_NAME) -> str:
    """Show a name from outside as a code span, or as escaped text if a code span can't hold it."""
    shown = one_line(outside)
    if not shown:
        return "(empty)"
    if _UNFIT_FOR_CODE.search(shown):
        return text(shown, limit)
    return f"`{shorten(shown, limit)}`"


def link(label: str, url: str) -> str:
    """Link to an address of ours, under a label that is Markdown already."""
    # Unescaped, a parenthesis, pipe or space would end the address or the table's cell.
    return f"[{label}]({quote(url, safe=':/?#@!$&*+,;=%~')})"


def table(
    headers: Sequence[str], alignments: Sequence[Align], rows: Iterable[Sequence[str]]
) -> str:
    """Lay out cells that are Markdown already, made by `text` or `code` where from outside."""
    lines = [_row(headers), "|" + "|".join(alignments) + "|"]
    for row in rows:
        if not len(row) == len(headers) == len(alignments):
            raise ValueError("every row of a table needs a cell per header")
        lines.append(_row(row))
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
