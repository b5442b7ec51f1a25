"""How verdicts look in a comment: plain symbols, since Data Center's database may refuse emoji."""

from bitbucket_integration.judged_report import Level

# All of them take at most three bytes in UTF-8, which is what MySQL's old `utf8` holds.
_SYMBOLS = {
    Level.FAILED: "✗",
    Level.INCOMPLETE: "?",
    Level.WARNED: "⚠",
    Level.PASSED: "✓",
}


def marked(level: Level, name: str) -> str:
    """A name, in Markdown already, behind the symbol of its verdict."""
    return f"{_SYMBOLS[level]}\N{NO-BREAK SPACE}{name}"
