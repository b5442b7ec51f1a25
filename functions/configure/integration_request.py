"""What the admin API takes. These models are the API's OpenAPI description, too."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from life.settings_change import SettingsChange

_VISIBLE_ASCII = range(0x21, 0x7F)
LONGEST_GRACE_MINUTES = 30 * 24 * 60


def _can_go_into_a_header(token: SecretStr) -> SecretStr:
    text = token.get_secret_value().strip()
    if not text or any(ord(character) not in _VISIBLE_ASCII for character in text):
        raise ValueError("must be the token alone, without spaces or line breaks in it")
    return SecretStr(text)


type AccessToken = Annotated[
    SecretStr,
    Field(
        min_length=1,
        max_length=1000,
        description=(
            "On Bitbucket Cloud a repository access token with Pull requests: Write and"
            " Webhooks: Read and write, on Bitbucket Data Center an HTTP access token with"
            " Repository admin. One that may do all but manage webhooks will do, too; then a"
            " webhook has to be entered by hand. It is kept in Secrets Manager and never shown"
            " again."
        ),
    ),
    AfterValidator(_can_go_into_a_header),
]
type ExpiryDate = Annotated[
    date,
    Field(
        description=(
            "The last day of the access token, as Bitbucket showed it when the token was made. You"
            " are reminded of it in time. Unknown unless it is told here: Bitbucket does not say."
        ),
        examples=["2027-03-31"],
    ),
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


type RepositoryAddress = Annotated[str, Field(min_length=1, max_length=500)]


class IntegrationRequest(_Request):
    """The repository to post reports on, and the access token to do it with.

    With `repositories` or `all_in` in place of `repository` it is about many of them, which share
    the access token; the answer is another one then.
    """

    repositories: Annotated[
        list[RepositoryAddress] | None,
        Field(min_length=1, max_length=200, description="Several repositories, each as above."),
    ] = None
    all_in: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=500,
            description=(
                "All repositories that the access token sees in a workspace of Bitbucket Cloud, or"
                " in a project of Bitbucket Data Center by its address."
            ),
            examples=["acme", "https://bitbucket.example.com/projects/DATA"],
        ),
    ] = None
    repository: Annotated[
        str | None,
        Field(
            validate_default=True,
            min_length=1,
            max_length=500,
            description=(
                "On Bitbucket Cloud workspace/repository or any address of the repository, on"
                " Bitbucket Data Center the address that the browser shows."
            ),
            examples=[
                "acme/jaffle-shop",
                "https://bitbucket.example.com/projects/DATA/repos/jaffle-shop",
            ],
        ),
    ] = None
    after: Annotated[
        str | None,
        Field(
            max_length=700,
            pattern="^[a-z0-9]{0,40}/.*$",
            description="Where to go on: `next` of the answer before, or its `further`.",
        ),
    ] = None
    access_token: AccessToken
    access_token_expires: ExpiryDate | None = None
    settings: Annotated[
        SettingsChange,
        Field(description="Settings of the reports; what is left out stays as it is."),
    ] = SettingsChange()

    @field_validator("repository")
    @classmethod
    def _is_about_something(cls, repository: str | None, given: ValidationInfo) -> str | None:
        # What is wrong itself is told already.
        if {"repositories", "all_in"} <= given.data.keys():
            several = [given.data["repositories"], given.data["all_in"]]
            if sum(one is not None for one in (repository, *several)) != 1:
                raise ValueError("must be given, or one of repositories and all_in in its place")
        return repository


class ChangeRequest(_Request):
    """What to change of an integration; what is left out stays as it is."""

    settings: Annotated[
        SettingsChange,
        Field(
            description="Settings of the reports. One that is null is reset to its default.",
            examples=[{"sample_rows": True, "wait_minutes": None}],
        ),
    ] = SettingsChange()
    access_token: Annotated[
        AccessToken | None,
        Field(description="A new access token. The one in use stays if this one will not do."),
    ] = None
    access_token_expires: Annotated[
        ExpiryDate | None, Field(description="Null: it is not known.")
    ] = None


class Rotated(StrEnum):
    """What is replaced."""

    WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 a name
    """What Bitbucket signs its events with. It is changed in Bitbucket, too."""
    CI_TOKEN = "ci_token"  # noqa: S105 a name
    """What CI submits results with. The answer shows the new one, this once."""
    REPORT_LINKS = "report_links"
    """The links to the reports in full. Links that were handed out lead nowhere from then on."""


class RotationRequest(_Request):
    """A secret to replace, and for how long its former one is accepted beside it."""

    what: Annotated[
        Rotated,
        Field(
            description=(
                "webhook_secret: what Bitbucket signs its events with, which is changed in"
                " Bitbucket as well. ci_token: what CI submits results with. report_links: what the"
                " links to reports prove themselves with; former links end at once."
            )
        ),
    ]
    grace_minutes: Annotated[
        int | None,
        Field(
            ge=0,
            le=LONGEST_GRACE_MINUTES,
            description=(
                "How long the former one is accepted. By default an hour for a webhook secret that"
                " we change in Bitbucket, a week for one that a person enters there, and not at all"
                " for a CI token. 0 replaces a secret that leaked."
            ),
        ),
    ] = None
