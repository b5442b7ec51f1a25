"""Markdown as a reader's renderer sees it: CommonMark with tables, HTML shown as text."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

RENDERER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def tokens(markdown: str) -> Iterator[Token]:
    for token in RENDERER.parse(markdown):
        yield token
        yield from token.children or ()


def elements(markdown: str) -> set[str]:
    return {token.type for token in tokens(markdown)}


def shown(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def tables(markdown: str) -> list[list[list[str]]]:
    """Every table as rows of cells, the header first, each cell as the text that is read."""
    found: list[list[list[str]]] = []
    inside = False
    for token in RENDERER.parse(markdown):
        if token.type == "table_open":
            found.append([])
            inside = True
        elif token.type == "table_close":
            inside = False
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and inside:
            found[-1][-1].append(shown(token))
    return found


def headings(markdown: str) -> list[str]:
    parsed = RENDERER.parse(markdown)
    return [
        shown(parsed[place + 1])
        for place, token in enumerate(parsed)
        if token.type == "heading_open"
    ]
