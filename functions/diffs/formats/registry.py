"""The formats that results may have, and which of them a body is in."""

from collections.abc import Mapping
from typing import Protocol

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.model_diff import ModelDiff
from formats import (
    audit_helper_format,
    data_diff_format,
    data_diff_rows_format,
    data_diff_stats_format,
    data_validation_format,
    datacompy_format,
    datafold_format,
    model_diffs_format,
    recce_format,
)
from formats.hints import Hints

AUTO = "auto"
"""What `?format=` says, or means when it is left out, to have the format recognised."""


class Format(Protocol):
    """A format's module."""

    def recognises(self, text: bytes, /) -> bool:
        """Whether a body is in this format, as far as can be told quickly. Never raises."""

    def parse(self, text: bytes, hints: Hints, /) -> list[ModelDiff]:
        """Read a body. Raises SubmissionInvalid with what is wrong, where, and the cure."""


FORMATS: Mapping[str, Format] = {
    "data-diff": data_diff_format,
    "data-diff-rows": data_diff_rows_format,
    "data-diff-stats": data_diff_stats_format,
    "datafold": datafold_format,
    "recce": recce_format,
    "datacompy": datacompy_format,
    "audit-helper": audit_helper_format,
    "data-validation": data_validation_format,
    "model-diffs": model_diffs_format,
}


def format_of(wanted: str, text: bytes) -> str:
    """The name of the format to read a body as, which `wanted` names unless it is AUTO.

    Raises InvalidRequestError for a name that there is not, for a body that no format or more
    than one recognises, and for an empty one.
    """
    if wanted in FORMATS:
        return wanted
    names = ", ".join(FORMATS)
    if wanted != AUTO:
        raise InvalidRequestError("format", f"must be {AUTO} or one of {names}")
    if not text.strip():
        raise InvalidRequestError(
            "body",
            "is empty; check that the diff tool found something to compare and ended well, "
            "and that its output reached this request",
        )
    found = [name for name, one in FORMATS.items() if one.recognises(text)]
    if not found:
        raise InvalidRequestError(
            "format", f"could not be told from the body; say which it is, one of {names}"
        )
    if len(found) > 1:
        raise InvalidRequestError(
            "format", f"could be any of {', '.join(found)}; say which of them the body is in"
        )
    return found[0]
