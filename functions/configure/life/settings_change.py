"""Some settings of an integration's reports, to be changed while the others stay as they are."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.report_settings import ReportSettings

MOST_BYTES = 100_000
"""What an item of DynamoDB has room for, by far."""


class _Change(BaseModel):
    """Settings to change; null resets one to its default, and one that is left out stays."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _optional(name: str) -> Any:
    setting = ReportSettings.model_fields[name]
    described = Field(description=setting.description, examples=setting.examples)
    return Annotated[setting.rebuild_annotation() | None, described], None


if TYPE_CHECKING:

    class SettingsChange(_Change):
        """What mypy takes it for; its members are looked at by name alone."""

else:
    SettingsChange = create_model(
        "SettingsChange",
        __base__=_Change,
        __doc__=_Change.__doc__,
        **{name: _optional(name) for name in ReportSettings.model_fields},
    )


def changed_settings(stored: str, change: SettingsChange) -> str:
    """Settings as they are stored, with a change. Raises InvalidRequestError, naming the setting.

    An empty change leaves even those alone that this version does not know.
    """
    if not change.model_fields_set:
        return stored
    before = ReportSettings.stored(stored).model_dump(exclude_defaults=True)
    sent = change.model_dump(exclude_unset=True)
    merged = {name: value for name, value in (before | sent).items() if value is not None}
    try:
        settings = ReportSettings.model_validate(merged)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(part) for part in ("settings", *first["loc"]))
        raise InvalidRequestError(place, first["msg"].removeprefix("Value error, ")) from None
    text = "" if settings == ReportSettings() else settings.to_store()
    if len(text.encode()) > MOST_BYTES:
        raise InvalidRequestError("settings", f"are too long: {MOST_BYTES} bytes have to do")
    return text
