"""Bitbucket Cloud's pages: `values`, and `next` as long as there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from local.bitbucket.cloud_errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.datastructures import MultiDict

DEFAULT_LENGTH = 10
LONGEST = 100
# The reference says 100 everywhere; pull requests refuse more than 50
# (bitbucket-branch-source-plugin#1182).
LONGEST_FOR_PULL_REQUESTS = 50


def page[T](
    items: Sequence[T],
    render: Callable[[T], dict[str, Any]],
    arguments: MultiDict[str, str],
    url: str,
    longest: int = LONGEST,
) -> dict[str, Any]:
    """One page of the items; the other arguments of the call are carried along in `next`."""
    length = _number(arguments, "pagelen", DEFAULT_LENGTH, longest)
    number = _number(arguments, "page", 1, None)
    start = (number - 1) * length
    answer: dict[str, Any] = {
        "pagelen": length,
        "size": len(items),
        "page": number,
        "values": [render(item) for item in items[start : start + length]],
    }
    kept = [(k, v) for k, v in arguments.items(multi=True) if k != "page"]
    if start + length < len(items):
        answer["next"] = f"{url}?{urlencode([*kept, ('page', str(number + 1))])}"
    if number > 1:
        answer["previous"] = f"{url}?{urlencode([*kept, ('page', str(number - 1))])}"
    return answer


def _number(arguments: MultiDict[str, str], name: str, default: int, largest: int | None) -> int:
    text = arguments.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1 or (largest is not None and number > largest):
        raise CloudError(400, f"Invalid {name}")
    return number
