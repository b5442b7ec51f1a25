"""How the columns of two tables differ."""

from collections.abc import Mapping
from dataclasses import dataclass

from bitbucket_integration.model_diff import Column, TypeChange


@dataclass(frozen=True, slots=True)
class ColumnChanges:
    """Columns that only one side has or that have another type, and how many have moved."""

    added: tuple[Column, ...] = ()
    removed: tuple[Column, ...] = ()
    retyped: tuple[TypeChange, ...] = ()
    reordered: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.retyped or self.reordered)


def column_changes(base: Mapping[str, str | None], head: Mapping[str, str | None]) -> ColumnChanges:
    """Compare columns given as types by names, in the tables' order.

    A column has moved when it has another place among the columns that both tables have.
    """
    base_order = [name for name in base if name in head]
    head_order = [name for name in head if name in base]
    return ColumnChanges(
        added=tuple(Column(name, type_) for name, type_ in head.items() if name not in base),
        removed=tuple(Column(name, type_) for name, type_ in base.items() if name not in head),
        retyped=tuple(
            TypeChange(name, base[name], head[name])
            for name in base_order
            if base[name] != head[name]
        ),
        reordered=sum(one != other for one, other in zip(base_order, head_order, strict=True)),
    )
