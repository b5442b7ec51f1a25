"""From the bytes of a body to JSON values, and what to say about bytes that are none.

No message repeats what is in the body.
"""

import json
from typing import Any

from formats.submission_problems import LineProblem, SubmissionInvalid

BLANKS = " \t\r\n"

MOST_VALUES = 4_000_000
"""More than 50 MB of results have, and few enough to be held in memory."""

TOO_MANY_VALUES = f"it has more than {MOST_VALUES:,} values; send summaries, not tables"

# `json.loads` makes a decoder at every call that asks for one that is not strict.
_STRICT, _LAX = json.JSONDecoder(), json.JSONDecoder(strict=False)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NotJson(Exception):  # noqa: N818 - a finding about text from outside
    """Text is no JSON; the message says why, and `line` and `column` where, each from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class TooManyValues(NotJson):
    """Text has more values than can be read."""

    def __init__(self) -> None:
        super().__init__(TOO_MANY_VALUES)


def not_text(body: bytes) -> str | None:
    """Why a body cannot be text, told by its first bytes."""
    if body.startswith(b"\x1f\x8b"):
        return "the body is gzip within gzip; pack it once"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return (
            "the body is UTF-16, as Windows PowerShell's `>` writes it; "
            "write the file as UTF-8, for example with `Out-File -Encoding utf8`"
        )
    return None


def beginning(body: bytes) -> bytes:
    """A body's first 4,096 bytes that are not blank, for telling formats apart."""
    head = body[:65_536].removeprefix(_BYTE_ORDER_MARK).lstrip()
    return head[:4_096]


def has_too_many_values(text: str) -> bool:
    """Whether JSON has more than MOST_VALUES, told by its marks, also those within its texts."""
    return sum(map(text.count, "[{,")) > MOST_VALUES


def parsed(text: str, *, strict: bool = True) -> Any:
    """The JSON value that is this text. Raises NotJson.

    What is not strict may have line breaks within its strings.
    """
    # Empty objects of two bytes take thirty times as much when they are read.
    if has_too_many_values(text):
        raise TooManyValues
    try:
        return (_STRICT if strict else _LAX).decode(text)
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except json.JSONDecodeError as wrong:
        raise NotJson(wrong.msg.removesuffix(" at"), wrong.lineno, wrong.colno) from None
    except ValueError:
        raise NotJson("a number in it has too many digits") from None


def document(body: bytes) -> Any:
    """The JSON value that is the whole body. Raises SubmissionInvalid, naming the line."""
    if problem := not_text(body):
        raise SubmissionInvalid([LineProblem(1, problem)])
    try:
        return parsed(body.removeprefix(_BYTE_ORDER_MARK).decode("utf-8"))
    except UnicodeDecodeError as wrong:
        line = body.count(b"\n", 0, wrong.start) + 1
        raise SubmissionInvalid([LineProblem(line, "is not UTF-8; send UTF-8")]) from None
    except TooManyValues as wrong:
        raise SubmissionInvalid([LineProblem(1, str(wrong))]) from None
    except NotJson as wrong:
        cure = "send one document" if str(wrong) == "Extra data" else "was it cut off?"
        message = f"is not JSON ({wrong} at character {wrong.column}); {cure}"
        raise SubmissionInvalid([LineProblem(wrong.line, message)]) from None
