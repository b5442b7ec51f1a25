"""The last line of our comments, by which they are found again."""

import re

_TITLE = "Data diff report"
_FOOTER = re.compile(rf"{_TITLE}\W+ref\s+([A-Za-z0-9-]+)")
_MARKER = re.compile(r"[A-Za-z0-9-]{1,64}")


def footer(marker: str) -> str:
    """Write the comment's last line, by which it is found again."""
    if not _MARKER.fullmatch(marker):
        raise ValueError("a marker is 1 to 64 letters, digits and hyphens")
    return f"*{_TITLE} · ref {marker}*"


def has_footer(comment: str, marker: str) -> bool:
    """Whether the comment ends with our footer itself; a reply that quotes it does not."""
    lines = [_trimmed(line) for line in comment.splitlines()]
    last = next((line for line in reversed(lines) if line), "")
    # Emphasis may come back written otherwise (`_…_`, `\-`); a quotation's `>` must not pass.
    found = _FOOTER.fullmatch(last.replace("\\", "").strip("*_"))
    return found is not None and found[1] == marker


def _trimmed(line: str) -> str:
    # Cloud's editor leaves zero-width characters behind, which str.rstrip takes for text.
    return line.rstrip(" \t\r\n\xa0\u200b\u200c\u200d\u2060\ufeff")
