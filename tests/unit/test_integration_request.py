import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from integration_request import IntegrationRequest

TOKEN = "ATCTT3xFfGN0-token_with=marks"


def request(access_token: object = TOKEN, **rest: object) -> IntegrationRequest:
    return IntegrationRequest.model_validate(
        {"repository": "acme/jaffle-shop", "access_token": access_token} | rest
    )


@pytest.mark.parametrize("offered", [TOKEN, f"  {TOKEN}\n", f"\t{TOKEN} "])
def test_a_token_is_taken_without_the_blanks_around_it(offered: str) -> None:
    assert request(offered).access_token.get_secret_value() == TOKEN


def test_the_repository_is_taken_without_the_blanks_around_it() -> None:
    assert request(repository=" acme/jaffle-shop\n").repository == "acme/jaffle-shop"


def test_a_request_never_shows_its_token() -> None:
    asked = request()
    for shown in (repr(asked), str(asked), str(asked.model_dump()), asked.model_dump_json()):
        assert TOKEN not in shown


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"access_token": TOKEN}, "repository"),
        ({"access_token": TOKEN, "repository": ""}, "repository"),
        ({"access_token": TOKEN, "repository": "  "}, "repository"),
        ({"access_token": TOKEN, "repository": "x" * 501}, "repository"),
        ({"access_token": TOKEN, "repository": None}, "repository"),
        ({"access_token": TOKEN, "repository": ["acme/x"]}, "repository"),
        ({"repository": "acme/x"}, "access_token"),
        ({"repository": "acme/x", "access_token": ""}, "access_token"),
        ({"repository": "acme/x", "access_token": "  \n"}, "access_token"),
        ({"repository": "acme/x", "access_token": None}, "access_token"),
        ({"repository": "acme/x", "access_token": [TOKEN]}, "access_token"),
        ({"repository": "acme/x", "access_token": f"{TOKEN} {TOKEN}"}, "access_token"),
        ({"repository": "acme/x", "access_token": f"{TOKEN}\r\nX: y"}, "access_token"),
        ({"repository": "acme/x", "access_token": f"{TOKEN}ü"}, "access_token"),
        ({"repository": "acme/x", "access_token": f"{TOKEN}\x7f"}, "access_token"),
        ({"repository": "acme/x", "access_token": TOKEN * 40}, "access_token"),
        ({"repository": "acme/x", "access_token": TOKEN, "token": TOKEN}, "token"),
    ],
)
def test_a_wrong_field_is_named_and_no_token_is_shown(body: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        IntegrationRequest.model_validate(body)
    [error] = caught.value.errors(include_input=False)
    assert error["loc"] == (field,)
    assert TOKEN not in str(caught.value)
    assert TOKEN not in str(error)


@given(st.text())
def test_a_token_that_is_taken_can_go_into_a_header(offered: str) -> None:
    try:
        token = request(offered).access_token.get_secret_value()
    except ValidationError as error:
        assert len(offered.strip()) < 4 or offered not in str(error)  # noqa: PT017
        return
    assert token
    assert token.isascii()
    assert token.isprintable()
    assert " " not in token
