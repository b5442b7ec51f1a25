"""Reads JSON from outside member by member, and says by JSON path what is missing or wrong."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from formats.submission_problems import (
    MAX_PROBLEMS,
    LineProblem,
    PathProblem,
    SubmissionInvalid,
    shown_name,
)

MAX_COUNT = 2**63 - 1

_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")


class JsonObject:
    """A JSON object from outside; its readers note by JSON path what is missing or wrong.

    A reader that noted a problem returns an empty value, for the submission is refused anyway.
    """

    def __init__(
        self, members: dict[str, Any], path: str, problems: list[PathProblem] | None, cure: str
    ) -> None:
        """Read these members, found at `path`; no list of problems notes none.

        `cure` says what to do about a member that is missing.
        """
        self._members = members
        self._path = path
        self._problems = problems
        self._cure = cure

    def names(self) -> Iterable[str]:
        """The members' names."""
        return self._members.keys()

    def has(self, key: str) -> bool:
        """Whether a member is there and not null."""
        return self._members.get(key) is not None

    def note(self, key: str, message: str) -> None:
        """Note a problem with a member."""
        if self._problems is not None and len(self._problems) <= MAX_PROBLEMS:
            self._problems.append(PathProblem(self._path_of(key), message))

    def object(self, key: str) -> "JsonObject":
        """A member that is an object."""
        value = self._value(key, dict, "an object")
        if value is None:
            return JsonObject({}, self._path_of(key), None, self._cure)
        return self._child(value, key)

    def objects(self, key: str) -> Iterator["JsonObject"]:
        """A member's objects."""
        for position, value in enumerate(self._value(key, list, "an array") or []):
            place = f"{key}[{position}]"
            if isinstance(value, dict):
                yield self._child(value, place)
            else:
                self.note(place, f"must be an object, not {kind(value)}")

    def pair(self, key: str) -> "JsonObject":
        """A member's two items, as members named `key[0]` and `key[1]`; none if it is not there."""
        items = self._value(key, list, "an array") if self.has(key) else None
        if items is not None and len(items) != 2:
            self.note(key, f"must have 2 items, not {len(items)}")
            items = None
        members = {f"{key}[{place}]": item for place, item in enumerate(items or [])}
        return JsonObject(members, self._path, self._problems, self._cure)

    def name(self, key: str) -> str:
        """A member that is text and not empty."""
        value = self.text(key)
        if value is not None and not value.strip():
            self.note(key, "must not be empty")
        return value or ""

    def text(self, key: str) -> str | None:
        """A member that is text."""
        value = self._value(key, str, "text")
        return None if value is None else storable(value)

    def texts(self, key: str) -> list[str]:
        """A member's texts."""
        values = self._value(key, list, "an array") or []
        for position, value in enumerate(values):
            if not isinstance(value, str):
                self.note(f"{key}[{position}]", f"must be text, not {kind(value)}")
        return [storable(value) for value in values if isinstance(value, str)]

    def whole(self, key: str) -> int:
        """A member that is a whole number."""
        value = self._value(key, int, "a whole number")
        if value is None:
            return 0
        if abs(value) > MAX_COUNT:
            self.note(key, "is larger than any table")
        return int(value)

    def count(self, key: str) -> int:
        """A member that counts something."""
        value = self.whole(key)
        if value < 0:
            self.note(key, "is negative, but counts rows")
        return value

    def number(self, key: str) -> float:
        """A member that is a number, whole or not."""
        value = self._value(key, (int, float), "a number")
        if value is None:
            return 0.0
        # Python reads NaN and Infinity, and whole numbers of any size.
        if isinstance(value, int) and abs(value) > MAX_COUNT:
            self.note(key, "is larger than any number here")
            return 0.0
        if not math.isfinite(value):
            self.note(key, "must be a finite number")
            return 0.0
        return float(value)

    def flag(self, key: str) -> bool:
        """A member that is true or false."""
        return bool(self._value(key, bool, "true or false"))

    def value(self, key: str) -> Any:
        """A member of any kind."""
        return self._value(key, object, "anything")

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        """A member that is one of a few texts."""
        value = self.text(key)
        if value is None or value in choices:
            return value
        expected = " or ".join(f'"{choice}"' for choice in choices)
        self.note(key, f"must be {expected}, not {json.dumps(value[:40])}")
        return None

    def _child(self, members: dict[str, Any], place: str) -> "JsonObject":
        return JsonObject(members, self._path_of(place), self._problems, self._cure)

    def _value(self, key: str, wanted: type | tuple[type, ...], wanted_name: str) -> Any:
        if key not in self._members:
            self.note(key, f"is missing; {self._cure}")
            return None
        value = self._members[key]
        # A bool is an int to Python, never to JSON.
        if isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
            return value
        self.note(key, f"must be {wanted_name}, not {kind(value)}")
        return None

    def _path_of(self, key: str) -> str:
        key = shown_name(key)
        return f"{self._path}.{key}" if self._path else key


def objects_in(document: Any, problems: list[PathProblem], cure: str) -> list[JsonObject]:
    """The objects of a document that is one object or an array of objects.

    Raises SubmissionInvalid for a document that is neither.
    """
    if isinstance(document, dict):
        return [JsonObject(document, "", problems, cure)]
    if isinstance(document, list):
        return list(JsonObject({"": document}, "", problems, cure).objects(""))
    message = f"expected a JSON object or an array of objects, found {kind(document)}"
    raise SubmissionInvalid([LineProblem(1, message)])


def kind(value: object) -> str:
    """Name what a JSON value is."""
    if value is None:
        return "null"
    names: dict[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a fraction",
        str: "text",
        list: "an array",
    }
    return names.get(type(value), "an object")


def storable(text: str) -> str:
    """Make text one that can be stored."""
    # JSON can escape half a surrogate pair, which no UTF-8 can carry onward.
    return _LONE_SURROGATES.sub("\ufffd", text)
