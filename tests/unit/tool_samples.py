"""What diff tools print, and what may become of it on the way."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def sample(name: str) -> bytes:
    """A file of tests/samples."""
    return (SAMPLES / name).read_bytes()


def documents(name: str) -> list[Any]:
    """The JSON values of a sample that has one in all or one a line; of others, none."""
    text = sample(name)
    for parts in ([text], text.splitlines(), [text.replace(b"\n", b"")]):
        try:
            return [json.loads(part) for part in parts]
        except ValueError:
            continue
    return []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def _places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to everything inside a JSON value."""
    members: Any = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    for key, inner in members:
        yield (*above, key)
        yield from _places(inner, (*above, key))


@st.composite
def mutated(draw: st.DrawFn, name: str) -> bytes:
    """A sample with a member that is missing or something else."""
    found = documents(name)
    *above, last = draw(st.sampled_from(list(_places(found))))
    changed = copy.deepcopy(found)
    holder: Any = changed
    for key in above:
        holder = holder[key]
    if draw(st.booleans()):
        del holder[last]
    else:
        holder[last] = draw(json_values)
    return "\n".join(json.dumps(one) for one in changed).encode()


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """A sample that was cut off, or with other bytes somewhere within."""
    text = sample(name)
    start = draw(st.integers(0, len(text)))
    instead = draw(
        st.just(b"") | st.binary(max_size=3) | st.sampled_from([b"\n", b'"', b"]", b"0"])
    )
    skip = draw(st.integers(0, 3) | st.just(len(text)))
    return text[:start] + instead + text[start + skip :]
