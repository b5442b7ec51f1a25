"""The errors of diff tools, made fit to be stored and shown."""

import re

MAX_CHARACTERS = 2_000

_URL_CREDENTIALS = re.compile(r"(?<=://)[^\s@]+@")


def presentable(error: str, tool: str) -> str:
    """An error without passwords, at most MAX_CHARACTERS long; of one without text, that."""
    # Database drivers quote their connection URL, password included.
    error = _URL_CREDENTIALS.sub("***@", error).strip()
    return error[:MAX_CHARACTERS] or f"{tool} gave no reason"
