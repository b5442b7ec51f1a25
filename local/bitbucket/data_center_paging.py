"""Data Center's pages: `values`, `isLastPage`, and `nextPageStart` if it is not the last.

`nextPageStart` counts what is stored and `size` what is shown, so the one is not always `start`
plus the other: the reference says to take it as it is. A server gives no more than it is set to,
whatever `limit` asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.bitbucket.data_center_errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.datastructures import MultiDict

DEFAULT_LIMIT = 25
# That there are caps is in the reference, their numbers (properties page.max.*) are from memory.
LARGEST_LIMIT = 1000
LARGEST_FOR_PULL_REQUESTS = 100
LARGEST_FOR_ACTIVITIES = 500


def page[T](
    items: Sequence[T],
    render: Callable[[T], dict[str, Any] | None],
    arguments: MultiDict[str, str],
    largest: int = LARGEST_LIMIT,
) -> dict[str, Any]:
    """One page of the items; those that `render` makes None of are passed over."""
    start = _number(arguments, "start", 0, 0)
    limit = min(_number(arguments, "limit", DEFAULT_LIMIT, 1), largest)
    values: list[dict[str, Any]] = []
    following = start
    while following < len(items) and len(values) < limit:
        shown = render(items[following])
        following += 1
        if shown is not None:
            values.append(shown)
    is_last = following >= len(items)
    answer: dict[str, Any] = {
        "size": len(values),
        "limit": limit,
        "isLastPage": is_last,
        "values": values,
        "start": start,
    }
    return answer if is_last else answer | {"nextPageStart": following}


def _number(arguments: MultiDict[str, str], name: str, default: int, least: int) -> int:
    text = arguments.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() else -1
    if number < least:
        message = f"The {name} query parameter must be a number of at least {least}."
        raise bad_request(message)
    return number
