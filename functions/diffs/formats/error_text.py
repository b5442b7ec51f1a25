"""The errors of diff tools, made fit to be stored and shown."""

import re

MAX_CHARACTERS = 2_000

_WORD = re.compile(r"\S+")
_NAMED = re.compile(r"\b(password|passwd|pwd|token|access_token|secret)=[^\s;,&]+", re.IGNORECASE)


def presentable(error: str, tool: str) -> str:
    """An error without passwords, at most MAX_CHARACTERS long; of one without text, that."""
    # Database drivers quote how they connect: as a URL, or as pairs of names and values.
    error = _NAMED.sub(r"\1=***", _WORD.sub(_without_credentials, error)).strip()
    return error[:MAX_CHARACTERS] or f"{tool} gave no reason"


def _without_credentials(word: re.Match[str]) -> str:
    scheme, mark, rest = word[0].partition("://")
    # A password may have any character, also an @.
    credentials, _, host = rest.rpartition("@")
    return f"{scheme}{mark}***@{host}" if credentials else word[0]
