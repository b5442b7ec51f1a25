"""Keeps a page as one file, to be looked at when the server of the page is gone."""

import re
from pathlib import Path
from urllib.parse import urljoin

import requests

_STYLESHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')


def save_page(url: str, path: Path) -> None:
    """Write the page at `url`, with its style in it, to `path`."""

    def inlined(match: re.Match[str]) -> str:
        return f"<style>{_text(urljoin(url, match[1]))}</style>"

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_STYLESHEET.sub(inlined, _text(url)))


def _text(url: str) -> str:
    answer = requests.get(url, timeout=10)
    answer.raise_for_status()
    return answer.text
