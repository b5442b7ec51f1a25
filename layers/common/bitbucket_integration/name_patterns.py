"""Patterns in gitignore syntax over names: of models, and of columns as model/column."""

from collections.abc import Iterable

from pathspec import GitIgnoreSpec

from bitbucket_integration.model_name import short_name


class NamePatterns:
    """A list of patterns, of which the last that fits a name decides, as in a .gitignore file."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Raises ValueError for what is no pattern."""
        self._spec = GitIgnoreSpec.from_lines(patterns)

    def fit(self, *names: str) -> bool:
        """Whether the patterns name this; a slash in a name stands for a level.

        Of something with several names, the last pattern that fits any of them decides.
        """
        last, named = -1, False
        for name in names:
            found = self._spec.check_file(name)
            if found.index is not None and found.index > last:
                last, named = found.index, bool(found.include)
        return named

    def fit_model(self, model: str, path: str = "") -> bool:
        """Whether the patterns name this model: by its name, in short or in full, or its file."""
        return self.fit(model, short_name(model), *([path] if path else []))

    def fit_column(self, model: str, column: str) -> bool:
        """Whether the patterns name this column, by itself or below its model."""
        return bool(self.columns_that_fit(model, [column]))

    def columns_that_fit(self, model: str, columns: Iterable[str]) -> frozenset[str]:
        """Those of a model's columns that the patterns name, by themselves or below their model.

        The model goes by its name in short and in full.
        """
        # A slash in a name from outside must not make a level of its own.
        above = {f"{_one_level(name)}/" for name in (model, short_name(model))}
        return frozenset(
            column
            for column in columns
            if self.fit(*[f"{model_level}{_one_level(column)}" for model_level in above])
        )


def _one_level(name: str) -> str:
    # Nor may an empty one leave a level out: `*` would not fit it.
    return name.replace("/", "_") or "_"
