"""What of a report a page shows: which report, the models that fit a search, and one page of them.

Nothing in an address is wrong: what makes no sense is passed over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bitbucket_integration.judged_report import JudgedModel, Level

MOST_MODELS = 2_000
MOST_TEXT = 3_000_000
"""Of what a page shows, in characters. Lambda answers with at most 6 MB, a third of it Base64's."""

_LONGEST = 200
_FIGURES = 12
"""What a row of figures may take beside its name when it is compressed."""

type Numbered = tuple[int, JudgedModel]


@dataclass(frozen=True, slots=True)
class Selection:
    """Search and level narrow the models down; `report` names one of the history."""

    search: str = ""
    level: Level | None = None
    page: int = 1
    report: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Selection":
        """Read the query of a report's address."""
        page = query.get("page", "")
        return cls(
            search=query.get("q", "").strip()[:_LONGEST],
            level=next((one for one in Level if one == query.get("level")), None),
            page=int(page) if page.isdecimal() and len(page) < 6 else 1,
            report=query.get("report", "").strip()[:_LONGEST],
        )

    @property
    def is_narrow(self) -> bool:
        """Whether models are left out on purpose."""
        return bool(self.search or self.level)

    def address(self, **changes: object) -> str:
        """The relative address of this selection, or of another one."""
        other = replace(self, **changes)  # type: ignore[arg-type] # named after the fields
        given = {"report": other.report, "q": other.search, "level": other.level or ""}
        given |= {"page": str(other.page)} if other.page > 1 else {}
        return "?" + urlencode({name: value for name, value in given.items() if value})

    @property
    def json_address(self) -> str:
        """The relative address of the same as JSON."""
        given = self.address()
        return f"{given}&format=json" if given != "?" else "?format=json"

    def of(self, models: Iterable[Numbered]) -> list[Numbered]:
        """The models that fit, in their order."""
        searched = self.search.casefold()
        return [
            (number, one)
            for number, one in models
            if self.level in {None, one.level}
            and (not searched or any(searched in text.casefold() for text in _texts(one)))
        ]


def _texts(one: JudgedModel) -> Iterable[str]:
    diff = one.diff
    yield from (diff.model, diff.path, diff.base_table, diff.head_table)
    yield from diff.primary_key
    yield from (column.name for column in diff.column_values)
    yield from (column.name for column in diff.columns_added)
    yield from (column.name for column in diff.columns_removed)
    yield from (change.name for change in diff.types_changed)
    yield from (dependent.name for dependent in diff.downstream)
    yield from (finding.text for finding in one.findings)


def pages(models: Sequence[Numbered]) -> list[list[Numbered]]:
    """Cut the models into pages that can be answered; there is at least one."""
    found: list[list[Numbered]] = [[]]
    room = MOST_TEXT
    for numbered in models:
        size = _size(numbered[1])
        if found[-1] and (size > room or len(found[-1]) == MOST_MODELS):
            found.append([])
            room = MOST_TEXT
        found[-1].append(numbered)
        room -= size
    return found


def _size(one: JudgedModel) -> int:
    diff = one.diff
    size = sum(map(len, _texts(one))) + len(diff.error or "") + 20 * _FIGURES
    size += _FIGURES * len(diff.column_values)
    types = [column.type for column in (*diff.columns_added, *diff.columns_removed)]
    types += [text for change in diff.types_changed for text in (change.base, change.head)]
    values = [text for row in diff.samples for cell in row.cells for text in (cell.base, cell.head)]
    return size + sum(len(text or "") + _FIGURES for text in (*types, *values))
