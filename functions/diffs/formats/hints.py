"""What the query says about results whose format does not say it itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from bitbucket_integration.errors import InvalidRequestError

_LONGEST_NAME = 500
_MOST_KEY_COLUMNS = 50


@dataclass(frozen=True, slots=True)
class Hints:
    """All of it is optional; a format that needs something asks for it by the parameter's name."""

    model: str | None = None
    path: str = ""
    base_table: str = ""
    head_table: str = ""
    primary_key: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Hints":
        """Read the parameters of the same names, of which an empty one counts as left out.

        Raises InvalidRequestError, which names the parameter.
        """
        return cls(
            model=_name(query, "model") or None,
            path=_path(_name(query, "path")),
            base_table=_name(query, "base_table"),
            head_table=_name(query, "head_table"),
            primary_key=_columns(_name(query, "primary_key")),
        )

    def required_model(self) -> str:
        """The model, for a format that names none. Raises InvalidRequestError."""
        if self.model is None:
            raise InvalidRequestError(
                "model",
                "is missing: results in this format name no model; "
                "add for example &model=orders, and send each model in a request of its own",
            )
        return self.model


def _name(query: Mapping[str, str], parameter: str) -> str:
    value = query.get(parameter, "").strip()
    if len(value) > _LONGEST_NAME:
        message = f"has {len(value)} characters of at most {_LONGEST_NAME}"
        raise InvalidRequestError(parameter, message)
    if not value.isprintable():
        message = "must be one line of text, without control characters"
        raise InvalidRequestError(parameter, message)
    return value


def _path(value: str) -> str:
    parts = value.split("/")
    if value and ("\\" in value or not {"", ".", ".."}.isdisjoint(parts)):
        message = "must lead from the repository's root to a file, such as models/orders.sql"
        raise InvalidRequestError("path", message)
    return value


def _columns(value: str) -> tuple[str, ...]:
    if not value:
        return ()
    columns = tuple(column.strip() for column in value.split(","))
    if "" in columns or len(set(columns)) < len(columns):
        message = "must name each column once, with commas between them, such as id,day"
        raise InvalidRequestError("primary_key", message)
    if len(columns) > _MOST_KEY_COLUMNS:
        message = f"names {len(columns)} columns of at most {_MOST_KEY_COLUMNS}"
        raise InvalidRequestError("primary_key", message)
    return columns
