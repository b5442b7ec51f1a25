"""Dataclasses to and from the compressed JSON in which large values are kept as objects."""

import gzip
from typing import Any

from pydantic import TypeAdapter

# To make one takes longer than to use it.
_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def packed(value: object) -> bytes:
    """A dataclass as compressed JSON, the same bytes every time; defaults are left out."""
    content = _adapter(type(value)).dump_json(value, exclude_defaults=True)
    return gzip.compress(content, compresslevel=6, mtime=0)


def unpacked[T](kind: type[T], content: bytes) -> T:
    """Read what `packed` made of a value of this kind.

    Fields that this version does not know are passed over.
    """
    value: T = _adapter(kind).validate_json(gzip.decompress(content))
    return value


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]
