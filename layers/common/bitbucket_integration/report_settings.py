"""What an integration's reports are judged by and consist of, with defaults to leave alone.

These models are the API's description of the settings, too.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
)

from bitbucket_integration.name_patterns import NamePatterns

_MOST_PATTERNS = 200
_LONGEST_PATTERN = 200

type Pattern = Annotated[str, Field(min_length=1, max_length=_LONGEST_PATTERN)]
type Patterns = Annotated[tuple[Pattern, ...], Field(max_length=_MOST_PATTERNS)]


def _is_a_pattern(text: str) -> str:
    try:
        NamePatterns([text])
    except ValueError:
        raise ValueError("is no pattern in gitignore syntax") from None
    return text


type NamePattern = Annotated[Pattern, AfterValidator(_is_a_pattern)]
type IgnoreList = Annotated[tuple[NamePattern, ...], Field(max_length=_MOST_PATTERNS)]
type Percent = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Effect(StrEnum):
    """What a finding does to the verdict."""

    FAIL = "fail"
    WARN = "warn"
    IGNORE = "ignore"


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ceiling(_Settings):
    """A share in percent: above `warn` the verdict is warned, above `fail` it is failed."""

    warn: Percent | None = None
    fail: Percent | None = None


class Floor(_Settings):
    """A share in percent: below `warn` the verdict is warned, below `fail` it is failed."""

    warn: Annotated[float, Field(ge=0, le=100)] | None = None
    fail: Annotated[float, Field(ge=0, le=100)] | None = None


class Threshold(_Settings):
    """Limits for the models whose name fits a pattern.

    Of several patterns that fit a model and set the same limit, the most specific one counts: the
    one with the most characters that are no wildcards, and of equals the later one.
    """

    models: Annotated[
        Pattern,
        Field(
            description="The model's name with the wildcards * ? [abc], such as fct_*.",
            examples=["fct_*"],
        ),
    ] = "*"
    rows_added: Annotated[Ceiling | None, Field(description="Of the rows in base.")] = None
    rows_removed: Annotated[Ceiling | None, Field(description="Of the rows in base.")] = None
    rows_changed: Annotated[Ceiling | None, Field(description="Of the rows in both.")] = None
    match: Annotated[
        Floor | None, Field(description="Of each compared column: the share of equal values.")
    ] = None


class ReportSettings(_Settings):
    """How an integration's reports are judged, what is posted, and what they may show."""

    primary_key_problem: Annotated[
        Effect, Field(description="Nulls or duplicates in the head's primary key.")
    ] = Effect.FAIL
    failed_diff: Annotated[Effect, Field(description="A model that could not be diffed.")] = (
        Effect.FAIL
    )
    removed_column: Annotated[Effect, Field(description="A column that head lacks.")] = Effect.WARN
    retyped_column: Annotated[Effect, Field(description="A column of another type in head.")] = (
        Effect.WARN
    )
    thresholds: Annotated[
        tuple[Threshold, ...], Field(max_length=100, description="Limits, by default none.")
    ] = ()
    ignore_models: Annotated[
        IgnoreList,
        Field(description="Models to leave out, in gitignore syntax over names and file paths."),
    ] = ()
    ignore_columns: Annotated[
        IgnoreList,
        Field(
            description=(
                "Columns to leave out, in gitignore syntax over model/column. Columns of the"
                " primary key are never left out."
            ),
            examples=[["_loaded_at", "stg_*/etl_*"]],
        ),
    ] = ()
    base_branches: Annotated[
        Patterns,
        Field(
            description=(
                "Report only pull requests into these branches, with the wildcards * ? [abc]."
                " Empty: into any."
            )
        ),
    ] = ()
    draft_pull_requests: Annotated[bool, Field(description="Report on drafts, too.")] = True
    skip_marker: Annotated[
        str,
        Field(
            max_length=100,
            description=(
                "Text in a pull request's title, or in the message of its last commit, that turns"
                " reports off. Empty: none does."
            ),
        ),
    ] = "[skip data-diff]"
    comment: Annotated[bool, Field(description="Post a comment.")] = True
    build_status: Annotated[bool, Field(description="Set a build status.")] = True
    code_insights: Annotated[bool, Field(description="Post a Code Insights report.")] = True
    pending_status: Annotated[
        bool, Field(description="Show a build status in progress while results are awaited.")
    ] = True
    wait_minutes: Annotated[
        int,
        Field(
            ge=0,
            le=2880,
            description=(
                "After so many minutes without results the build status says that none came."
                " 0: never."
            ),
        ),
    ] = 120
    sample_rows: Annotated[
        bool,
        Field(description="Keep and show sample rows, with their values, where a tool sends some."),
    ] = False
    masked_columns: Annotated[
        IgnoreList,
        Field(
            description=(
                "Columns whose values are replaced before anything is kept, in gitignore syntax"
                " over model/column."
            )
        ),
    ] = ()

    @field_validator("skip_marker")
    @classmethod
    def _is_one_line(cls, marker: str) -> str:
        if marker != marker.strip() or not (marker.isprintable() or not marker):
            raise ValueError("must be one line of text without blanks around it")
        return marker

    @property
    def shows_pending(self) -> bool:
        """Whether a build status says that results are awaited."""
        return self.build_status and self.pending_status

    @classmethod
    def stored(cls, text: str) -> "ReportSettings":
        """Read settings as they are stored: JSON, empty for the defaults.

        Settings of a newer version that this one does not know are passed over.
        """
        return cls.model_validate_json(text, extra="ignore") if text else cls()

    def to_store(self) -> str:
        """Write what differs from the defaults, as JSON; `stored` reads it back."""
        return self.model_dump_json(exclude_defaults=True)
