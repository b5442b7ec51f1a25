"""Puts the page together: one HTML document that needs nothing else, and its policy."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bitbucket_integration.web_page import PRIVATE_PAGE, WebPage, policy_hash

_FOLDER = Path(__file__).parent
_FIRST_SCRIPT = "main.js"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?P<name>\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)

_HEADERS = {
    **PRIVATE_PAGE,
    "Content-Type": "text/html; charset=utf-8",
}


@cache
def configuration_page() -> WebPage:
    """The page. It is the same for everyone: who may do what, the API decides."""
    style, script = _text("style.css"), _script()
    html = _text("index.html").replace("/* style.css */", style).replace("/* main.js */", script)
    policy = "; ".join(
        (
            "default-src 'none'",
            "connect-src 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "img-src data:",
            f"style-src '{policy_hash(style)}'",
            f"script-src '{policy_hash(script)}'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
    return WebPage(html, policy)


def page_answer(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer of API Gateway's REST proxy to who asks for the page, None to anybody else."""
    if event.get("httpMethod") != "GET" or event.get("resource") != "/":
        return None
    page = configuration_page()
    return {
        "statusCode": 200,
        "headers": {**_HEADERS, "Content-Security-Policy": page.policy},
        "body": page.html,
        "isBase64Encoded": False,
    }


def _script() -> str:
    """All modules as one, each after those that it imports.

    A document that is sent in one piece has no addresses to import modules from. So they share one
    scope: a name that two of them give is an error that no browser runs past.
    """
    modules: dict[str, str] = {}
    _gather(_FIRST_SCRIPT, modules)
    return "\n".join(modules.values())


def _gather(name: str, modules: dict[str, str]) -> None:
    text = _text(name)
    for imported in _IMPORT.finditer(text):
        if imported["name"] not in modules:
            _gather(imported["name"], modules)
    modules[name] = _EXPORT.sub("", _IMPORT.sub("", text))


def _text(name: str) -> str:
    return (_FOLDER / name).read_text()
