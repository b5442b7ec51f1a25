"""The description as a page to read, which needs no script and nothing from elsewhere: pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bitbucket_integration.web_page import WebPage, policy_hash

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Member:
    """One line of a table about an object."""

    name: str
    required: bool
    kind: str
    description: str


def page(document: Mapping[str, Any]) -> WebPage:
    """The page of an OpenAPI document of ours."""
    style = (_TEMPLATES / "docs.css").read_text()
    policy = (
        f"default-src 'none'; style-src '{policy_hash(style)}'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    )
    html = (
        _environment()
        .get_template("docs.html")
        .render(
            document=document,
            groups=_groups(document),
            schemas={
                name: list(_members(schema))
                for name, schema in sorted(document["components"]["schemas"].items())
            },
            style=style,
            kind=kind,
        )
    )
    return WebPage(html, policy)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["pretty"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)
    return made


def _groups(document: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Any]]]:
    groups: dict[str, list[tuple[str, str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for tag in operation["tags"]:
                groups.setdefault(tag, []).append((method.upper(), path, operation))
    return groups


def _members(schema: Mapping[str, Any]) -> Iterator[Member]:
    for name, member in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        yield Member(name, required, kind(member), member.get("description", ""))


def kind(schema: Mapping[str, Any]) -> str:
    """A schema's type in a few words."""
    match schema:
        case {"$ref": str(reference)}:
            words = [reference.rpartition("/")[2]]
        case {"const": value}:
            words = [json.dumps(value)]
        case {"enum": [*values]}:
            words = [json.dumps(one) for one in values]
        case {"anyOf": [*kinds]} | {"allOf": [*kinds]}:
            words = [kind(one) for one in kinds]
        case {"type": "array", "items": items}:
            words = [f"list of {kind(items)}"]
        case {"type": [*kinds]}:
            words = [str(one) for one in kinds]
        case _:
            words = [str(schema.get("type", "any"))]
    written = f" ({schema['format']})" if "format" in schema else ""
    return " | ".join(dict.fromkeys(words)) + written
