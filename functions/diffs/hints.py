"""What the query says about results whose format does not say it itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hints:
    """All of it is optional; a format that needs something asks for it by the parameter's name."""

    model: str | None = None
    path: str = ""
    base_table: str = ""
    head_table: str = ""
    primary_key: tuple[str, ...] = ()
