"""What the results of one kind of validation say about a pair of tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bitbucket_integration.model_diff import Column, ColumnValues, RowCounts, TypeChange
from formats.json_object import JsonObject
from formats.loose_numbers import count

_NOT_THERE = "N/A"
_OF_WHOLE_ROWS = ("hash__", "concat__")


def failed(result: JsonObject) -> bool:
    """Whether a validation found a difference."""
    return result.has("validation_status") and result.text("validation_status") == "fail"


def _differs(result: JsonObject) -> bool:
    return result.choice("validation_status", ("success", "fail")) == "fail"


@dataclass
class SchemaResults:
    """Results of `validate schema`: one for each column."""

    added: list[Column] = field(default_factory=list)
    removed: list[Column] = field(default_factory=list)
    retyped: list[TypeChange] = field(default_factory=list)

    def add(self, result: JsonObject) -> None:
        """Take one in."""
        base, head = _column(result, "source"), _column(result, "target")
        if not _differs(result):
            return
        if base and head:
            base_type, head_type = _type(result, "source"), _type(result, "target")
            self.retyped.append(TypeChange(head, base_type, head_type))
        elif head:
            self.added.append(Column(head, _type(result, "target")))
        elif base:
            self.removed.append(Column(base, _type(result, "source")))


def _column(result: JsonObject, side: str) -> str:
    member = f"{side}_column_name"
    name = result.text(member) if result.has(member) else None
    return "" if name is None or name == _NOT_THERE else name


def _type(result: JsonObject, side: str) -> str | None:
    member = f"{side}_agg_value"
    type_ = result.text(member) if result.has(member) else None
    if type_ is None or type_ == _NOT_THERE:
        return None
    # It writes a column that takes no nulls with an exclamation mark.
    return f"{type_[1:]} not null" if type_.startswith("!") else type_


@dataclass
class Aggregates:
    """Results of `validate column`: one for each aggregate, or for each of its groups."""

    base: int | None = None
    head: int | None = None
    _compared: dict[str, int] = field(default_factory=dict)
    _different: dict[str, int] = field(default_factory=dict)

    def add(self, result: JsonObject) -> None:
        """Take one in."""
        name = result.name("validation_name")
        differs = _differs(result)
        if name == "count" and not result.has("group_by_columns"):
            self.base, self.head = _rows(result, "source"), _rows(result, "target")
            return
        shown = _aggregate(result, name)
        self._compared[shown] = self._compared.get(shown, 0) + 1
        self._different[shown] = self._different.get(shown, 0) + differs

    def values(self) -> Iterator[ColumnValues]:
        """Each aggregate as a column of one value, or of a value for each group."""
        for name, compared in self._compared.items():
            yield ColumnValues(name, self._different[name], compared)


def _rows(result: JsonObject, side: str) -> int | None:
    member = f"{side}_agg_value"
    if not result.has(member):
        return None
    rows = count(result.value(member))
    if rows is None:
        result.note(member, "must be a count of rows")
    return rows


def _aggregate(result: JsonObject, name: str) -> str:
    """An aggregate as SQL has it, such as sum(amount)."""
    kind = result.text("aggregation_type")
    return f"{kind}({name.removeprefix(f'{kind}__') if name != kind else '*'})"


@dataclass
class RowResults:
    """Results of `validate row`: one for each row, or for each of its compared columns.

    Rows are told apart by their keys, which are kept here only as long as they are counted.
    """

    primary_key: tuple[str, ...] = ()
    _only_base: set[str] = field(default_factory=set)
    _only_head: set[str] = field(default_factory=set)
    _by_key: dict[str, bool] = field(default_factory=dict)
    _columns: dict[str, list[int]] = field(default_factory=dict)
    _sampled: bool = False
    _complete: bool = False

    def add(self, result: JsonObject) -> None:
        """Take one in."""
        key = result.name("group_by_columns")
        differs = _differs(result)
        self._sampled |= result.has("num_random_rows")
        # Results that are alike are left out by `--filter-status fail`.
        self._complete |= not differs
        if result.has("primary_keys"):
            named = result.name("primary_keys").strip("{}").split(",")
            self.primary_key = tuple(name.strip() for name in named)
        # A null value has the column's name beside it, a row that is not there has none.
        if not result.has("source_column_name"):
            self._only_head.add(key)
        elif not result.has("target_column_name"):
            self._only_base.add(key)
        else:
            self._by_key[key] = self._by_key.get(key, False) or differs
            name = result.name("validation_name")
            if not name.startswith(_OF_WHOLE_ROWS):
                counts = self._columns.setdefault(name, [0, 0])
                counts[0] += differs
                counts[1] += 1

    def rows(self) -> RowCounts | None:
        """The rows by what happened to them; None when only some were looked at."""
        if self._sampled or not (self._only_base or self._only_head or self._by_key):
            return None
        removed, added = len(self._only_base), len(self._only_head)
        changed = sum(self._by_key.values())
        if not self._complete:
            return RowCounts(added=added, removed=removed, changed=changed)
        in_both = len(self._by_key)
        return RowCounts(
            in_both + removed, in_both + added, added, removed, changed, in_both - changed
        )

    def values(self) -> Iterator[ColumnValues]:
        """The compared columns."""
        for name, (different, compared) in self._columns.items():
            yield ColumnValues(name, different, compared if self._complete else None)
