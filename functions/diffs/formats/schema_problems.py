"""What pydantic finds wrong with a document, as paths into it and words for people.

No message repeats a value.
"""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from formats.json_object import kind
from formats.submission_problems import LineProblem, PathProblem, Problem, shown_name

_WANTED = {
    "bool_type": "true or false",
    "dict_type": "an object",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "an array",
    "model_type": "an object",
    "string_type": "text",
}
_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "finite_number": lambda _: "must be a finite number",
    "greater_than_equal": lambda limits: f"must be at least {limits['ge']}",
    "int_from_float": lambda _: "must be a whole number",
    "less_than_equal": lambda limits: f"must be at most {limits['le']}",
    "literal_error": lambda limits: f"must be {limits['expected']}",
    "missing": lambda _: "is missing",
    "string_pattern_mismatch": lambda _: "must not be blank",
    "string_too_long": lambda limits: f"is longer than {limits['max_length']:,} characters",
    "string_too_short": lambda _: "must not be empty",
    "string_unicode": lambda _: "has half of a surrogate pair, which is no character",
    "too_long": lambda limits: f"has more than {limits['max_length']:,} items",
    "too_short": lambda _: "must not be empty",
    "value_error": lambda limits: str(limits["error"]),
}


def problems(error: ValidationError, part: type[BaseModel], path: str = "") -> list[Problem]:
    """All that is wrong with a part of this type, which is at this path of its document."""
    return [_problem(one, part, path) for one in error.errors(include_url=False)]


def _problem(one: Mapping[str, Any], part: type[BaseModel], path: str) -> Problem:
    message = _message(one, part)
    place = f"{path}{_path(one['loc'])}".removeprefix(".")
    return PathProblem(place, message) if place else LineProblem(1, f"the document {message}")


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != "[key]":
            path += f".{shown_name(part)}"
    return path


def _message(one: Mapping[str, Any], part: type[BaseModel]) -> str:
    if one["type"] == "extra_forbidden":
        *place, name = one["loc"]
        return _unknown(str(name), _members(part, place))
    if wanted := _WANTED.get(one["type"]):
        return f"must be {wanted}, not {kind(one['input'])}"
    words = _WORDS.get(one["type"])
    return words(one.get("ctx", {})) if words else one["msg"]


def _unknown(name: str, known: list[str]) -> str:
    close = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    if close:
        return f"is unknown here; did you mean `{close[0]}`?"
    return f"is unknown here; there can be {', '.join(f'`{one}`' for one in known)}"


def _members(part: type[BaseModel], place: list[int | str]) -> list[str]:
    """The names that an object at this place can have."""
    for name in place:
        if isinstance(name, str):
            fields = {field.alias or known: field for known, field in part.model_fields.items()}
            part = next(_models(fields[name].annotation))
    return [field.alias or name for name, field in part.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
