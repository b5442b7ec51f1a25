"""Several JSON values in one body: files put together with `cat`, or a value on each line."""

import json
from typing import Any

from formats.json_text import (
    BLANKS,
    MOST_VALUES,
    TOO_MANY_VALUES,
    has_too_many_values,
    not_text,
)
from formats.submission_problems import LineProblem, SubmissionInvalid

_BETWEEN = f"{BLANKS}\ufeff"
"""Files put together have a byte order mark wherever one of them begins."""


def documents(body: bytes) -> list[Any]:
    """The JSON values in a body, at least one. Raises SubmissionInvalid, naming the line."""
    if problem := not_text(body):
        raise SubmissionInvalid([LineProblem(1, problem)])
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = body.count(b"\n", 0, wrong.start) + 1
        raise SubmissionInvalid([LineProblem(line, "is not UTF-8; send UTF-8")]) from None
    if has_too_many_values(text):
        raise SubmissionInvalid([LineProblem(1, TOO_MANY_VALUES)])
    decoder = json.JSONDecoder()
    values: list[Any] = []
    place = _next(text, 0)
    while place < len(text):
        if len(values) == MOST_VALUES:
            raise SubmissionInvalid([LineProblem(1, TOO_MANY_VALUES)])
        try:
            value, place = decoder.raw_decode(text, place)
        except RecursionError:
            raise _invalid(text, place, "is nested too deeply") from None
        except json.JSONDecodeError as wrong:
            message = (
                f"is not JSON ({wrong.msg.removesuffix(' at')} at character {wrong.colno});"
                " was the file cut off, or is there other text in it?"
            )
            raise _invalid(text, wrong.pos, message) from None
        except ValueError:
            raise _invalid(text, place, "has a number with too many digits") from None
        values.append(value)
        place = _next(text, place)
    if not values:
        raise SubmissionInvalid([LineProblem(1, "the body is empty")])
    return values


def _next(text: str, place: int) -> int:
    while place < len(text) and text[place] in _BETWEEN:
        place += 1
    return place


def _invalid(text: str, place: int, message: str) -> SubmissionInvalid:
    return SubmissionInvalid([LineProblem(text.count("\n", 0, place) + 1, message)])
