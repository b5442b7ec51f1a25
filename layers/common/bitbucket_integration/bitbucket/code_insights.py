"""Code Insights as both Bitbuckets know them: reports on a commit, annotations on its files."""

from dataclasses import dataclass
from enum import StrEnum

MOST_ANNOTATIONS = 1000
"""What a report can have; Data Center refuses all of them if one more is sent."""


class Severity(StrEnum):
    """How bad it is what an annotation tells, in words that both Bitbuckets have."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class DataType(StrEnum):
    """How Bitbucket shows a value; a percentage is from 0 to 100."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    PERCENTAGE = "PERCENTAGE"
    LINK = "LINK"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a value of the type LINK leads."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class DataField:
    """A value that is shown beside a report, under its title."""

    title: str
    type: DataType
    value: str | float | Link


@dataclass(frozen=True, slots=True)
class InsightReport:
    """A report on a commit. Putting one again with the same key replaces it.

    The most important of `data` come first: Bitbucket Cloud shows ten, Data Center six. `link` is
    where the details are.
    """

    key: str
    title: str
    reporter: str
    passed: bool
    details: str
    link: str
    data: tuple[DataField, ...] = ()


@dataclass(frozen=True, slots=True)
class Annotation:
    """A report's finding about one file; `path` is relative to the repository's root.

    `external_id` is unique in the report.
    """

    external_id: str
    path: str
    message: str
    severity: Severity
