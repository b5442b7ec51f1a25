"""HTML as a parser sees it: elements with their attributes and their text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br"}
CELLS = {"td", "th"}


@dataclass(eq=False)
class Element:
    """An element, and what is in it."""

    tag: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All the text in it."""
        return "".join(self.pieces)

    def all(self, tag: str = "", class_: str = "") -> list["Element"]:
        """The elements in this one with this tag and class, in their order."""
        return [
            one
            for one in self._below()
            if tag in {"", one.tag}
            and (not class_ or class_ in one.attributes.get("class", "").split())
        ]

    def texts(self, tag: str = "", class_: str = "") -> list[str]:
        """The texts of those elements."""
        return [one.text for one in self.all(tag, class_)]

    def _below(self) -> Iterator["Element"]:
        for child in self.children:
            yield child
            yield from child._below()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in CELLS | {"tr"}:
            self._close(CELLS if tag in CELLS else CELLS | {"tr"})
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"tbody", "thead", "tr"}:
            self._close(CELLS | {"tr"} if tag != "tr" else CELLS)
        assert self.open[-1].tag == tag, f"</{tag}> in <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.pieces.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def _close(self, tags: set[str]) -> None:
        while self.open[-1].tag in tags:
            self.open.pop()


def parsed(html: str) -> Element:
    """The document. Elements have to be closed in order, except a table's rows and cells."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    [document] = builder.open
    return document
