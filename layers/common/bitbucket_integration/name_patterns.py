"""Patterns in gitignore syntax over names: of models, and of columns as model/column."""

from collections.abc import Iterable

from pathspec import GitIgnoreSpec


class NamePatterns:
    """A list of patterns, of which the last that fits a name decides, as in a .gitignore file."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Raises ValueError for what is no pattern."""
        self._spec = GitIgnoreSpec.from_lines(patterns)

    def fit(self, name: str) -> bool:
        """Whether the patterns name this; a slash in a name stands for a level."""
        return self._spec.match_file(name)

    def fit_column(self, model: str, column: str) -> bool:
        """Whether the patterns name this column, by itself or below its model."""
        # A slash in a name from outside must not make a level of its own.
        return self.fit(f"{_one_level(model)}/{_one_level(column)}")


def _one_level(name: str) -> str:
    return name.replace("/", "_")
