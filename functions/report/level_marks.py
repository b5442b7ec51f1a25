"""How verdicts look in a comment: plain symbols, since Data Center's database may refuse emoji."""

from bitbucket_integration.judged_report import Level

# All of them take at most three bytes in UTF-8, which is what MySQL's old `utf8` holds.
SYMBOLS = {
    Level.FAILED: "✗",
    Level.INCOMPLETE: "?",
    Level.WARNED: "⚠",
    Level.PASSED: "✓",
}


def mark(level: Level) -> str:
    """The verdict as a table's cell."""
    return f"{SYMBOLS[level]}\N{NO-BREAK SPACE}{level.value}"
