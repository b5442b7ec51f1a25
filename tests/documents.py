"""The documents, and the fenced pieces in them."""

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tests.deployed_template import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_FENCED_OR_HEADING = re.compile(
    r"^ *```(\w*)\n(.*?)^ *```$|^#+ ([^\n]+)$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A fenced piece of a document, with the heading that it is below."""

    document: str
    heading: str
    language: str
    text: str


def name_of(document: Path) -> str:
    """What a document is called from the repository's root."""
    return str(document.relative_to(ROOT))


def blocks_of(document: Path) -> list[Block]:
    """All fenced pieces of a document."""
    found: list[Block] = []
    below = ""
    for language, text, heading in _FENCED_OR_HEADING.findall(document.read_text()):
        if heading:
            below = heading
        else:
            found.append(Block(name_of(document), below, language, dedent(text)))
    return found


def blocks(language: str) -> list[Block]:
    """The fenced pieces of all documents that are in a language."""
    return [
        block
        for document in DOCUMENTS
        for block in blocks_of(document)
        if block.language == language
    ]
