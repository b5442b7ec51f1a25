"""What dbt's manifest and catalog say about models, on both sides of a comparison.

Artifacts only add to what a diff says, so whatever in them is not as dbt writes it is passed over.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bitbucket_integration.model_diff import Dependent
from formats.column_changes import ColumnChanges, column_changes
from formats.json_object import storable

_DIFFED = ("model", "snapshot", "seed")
_QUOTES = re.compile(r"[\"`\[\]]")


class Artifacts:
    """The artifacts of base and head. Models are asked for by their names."""

    def __init__(self, base: Any, head: Any) -> None:
        """Each of the two is an object with `manifest` and `catalog`, as far as it has them."""
        self._manifests = (_object(base, "manifest"), _object(head, "manifest"))
        self._catalogs = (_object(base, "catalog", "nodes"), _object(head, "catalog", "nodes"))
        self._ids = self._unique_ids()
        self._exposures = self._exposures_by_id()

    def _unique_ids(self) -> dict[str, str]:
        ids: dict[str, str] = {}
        doubtful = set()
        for manifest in self._manifests:
            for unique_id, node in _objects(manifest, "nodes"):
                name = node.get("name")
                if not isinstance(name, str) or node.get("resource_type") not in _DIFFED:
                    continue
                # Two packages may have a model of the same name.
                if ids.setdefault(name, unique_id) != unique_id:
                    doubtful.add(name)
        return {name: one for name, one in ids.items() if name not in doubtful}

    def path(self, model: str) -> str:
        """The model's file in the repository, or nothing."""
        path = self._said(model, "original_file_path", sides=(1, 0))
        return path.replace("\\", "/")  # dbt on Windows

    def tables(self, model: str) -> tuple[str, str]:
        """The model's table in base and in head, without quotes; nothing for one not there."""
        base, head = (self._said(model, "relation_name", sides=(side,)) for side in (0, 1))
        return _QUOTES.sub("", base), _QUOTES.sub("", head)

    def _said(self, model: str, member: str, *, sides: tuple[int, ...]) -> str:
        for side in sides:
            node = _object(self._manifests[side], "nodes", self._ids.get(model, ""))
            if text := _text(node.get(member)):
                return text
        return ""

    def changed_models(self) -> Iterator[str]:
        """The models in both catalogs whose columns differ."""
        for name in self._ids:
            if self.columns(name):
                yield name

    def columns(self, model: str) -> ColumnChanges:
        """How the columns differ, as far as both catalogs know the model."""
        unique_id = self._ids.get(model, "")
        base, head = (_columns(catalog, unique_id) for catalog in self._catalogs)
        if not base or not head:
            return ColumnChanges()
        return column_changes(base, head)

    def exposures(self, model: str) -> tuple[Dependent, ...]:
        """The exposures in head that are built on a model, directly or through other models."""
        return tuple(self._exposures.get(self._ids.get(model, ""), ()))

    def _exposures_by_id(self) -> dict[str, list[Dependent]]:
        found: dict[str, list[Dependent]] = {}
        manifest = self._manifests[1]
        for _, one in _objects(manifest, "exposures"):
            name, kind = (_text(one.get(member)) for member in ("name", "type"))
            dependent = Dependent(name, kind)
            for unique_id in _ancestors(manifest, one) if name else ():
                found.setdefault(unique_id, []).append(dependent)
        return found


def _ancestors(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = _parents(node)
    while waiting:
        unique_id = waiting.pop()
        if unique_id not in found:
            found.add(unique_id)
            waiting += _parents(_object(manifest, "nodes", unique_id))
    return found


def _parents(node: Mapping[str, Any]) -> list[str]:
    parents = _object(node, "depends_on").get("nodes")
    return [one for one in parents if isinstance(one, str)] if isinstance(parents, list) else []


def _columns(catalog: Mapping[str, Any], unique_id: str) -> dict[str, str | None]:
    """The columns' types by their names, in the table's order."""
    columns = list(_objects(_object(catalog, unique_id), "columns"))
    columns.sort(key=lambda column: _index(column[1]))
    return {storable(name): _text(column.get("type")) or None for name, column in columns}


def _text(value: Any) -> str:
    return storable(value) if isinstance(value, str) else ""


def _index(column: Mapping[str, Any]) -> int:
    index = column.get("index")
    return index if isinstance(index, int) else 0


def _object(value: Any, *path: str) -> dict[str, Any]:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _objects(value: Any, *path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, member in _object(value, *path).items():
        if isinstance(member, dict):
            yield name, member
