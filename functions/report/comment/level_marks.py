"""How verdicts look in a comment."""

from bitbucket_integration.judged_report import Level


def marked(level: Level, name: str) -> str:
    """A name, in Markdown already, behind the symbol of its verdict."""
    return f"{level.symbol}\N{NO-BREAK SPACE}{name}"
