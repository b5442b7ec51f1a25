"""Code Insights as values: reports on commits, with the annotations that belong to them.

A report keeps what was said of it in the words of its Bitbucket; only Cloud has uuids and kinds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from local.bitbucket.model import Account

MOST_ANNOTATIONS = 1000
DATA_TYPES = ("BOOLEAN", "DATE", "DURATION", "LINK", "NUMBER", "PERCENTAGE", "TEXT")
ANNOTATION_TYPES = ("VULNERABILITY", "CODE_SMELL", "BUG")


@dataclass(frozen=True, slots=True)
class Annotation:
    """A finding of a report: of a file if it has a path, at a line if it has one."""

    uuid: str
    external_id: str | None
    message: str
    severity: str
    created_on: datetime
    path: str = ""
    line: int = 0
    link: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InsightReport:
    """What a tool reports of a commit; one per commit and key. `author` is who created it."""

    uuid: str
    commit: str
    key: str
    author: Account
    title: str
    created_on: datetime
    updated_on: datetime
    details: str = ""
    result: str = ""
    reporter: str = ""
    link: str = ""
    data: tuple[Mapping[str, Any], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()


def fits(kind: str | None, value: object, link_members: set[str]) -> bool:
    """Whether a value of a report's data is one of that type; without a type any scalar is."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case None:
            return isinstance(value, str | int | float | bool)
        case "LINK":
            return (
                isinstance(value, dict)
                and set(value) == link_members
                and all(isinstance(text, str) and text for text in value.values())
                and value["href"].startswith(("http://", "https://"))
            )
        case "BOOLEAN":
            return isinstance(value, bool)
        case "TEXT":
            return isinstance(value, str)
        case "PERCENTAGE":
            return number and 0 <= value <= 100  # type: ignore[operator]
        case _:
            return number
