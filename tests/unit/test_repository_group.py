from typing import Any

import pytest

from bitbucket_integration.errors import InvalidRequestError
from many.repository_group import RepositoryGroup, name_of, parse_group
from repository_address import CloudAddress, DataCenterAddress


def never(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("acme", CloudAddress("acme", "any")),
        (" Acme/ ", CloudAddress("acme", "any")),
        ("https://bitbucket.org/acme", CloudAddress("acme", "any")),
        ("https://bitbucket.org/acme/", CloudAddress("acme", "any")),
        ("bitbucket.org/acme", CloudAddress("acme", "any")),
        (
            "https://bitbucket.example.com/projects/data",
            DataCenterAddress("https://bitbucket.example.com", "DATA", "any"),
        ),
        (
            "https://bitbucket.example.com/git/projects/DATA/",
            DataCenterAddress("https://bitbucket.example.com/git", "DATA", "any"),
        ),
        (
            "https://bitbucket.example.com/users/ada",
            DataCenterAddress("https://bitbucket.example.com", "~ada", "any"),
        ),
    ],
)
def test_workspaces_and_projects_are_understood(text: str, example: Any) -> None:
    assert parse_group(text, never) == RepositoryGroup(example)


@pytest.mark.parametrize(
    "text",
    [
        "acme/jaffle-shop",
        "https://bitbucket.org/acme/jaffle-shop",
        "https://bitbucket.org/",
        "https://bitbucket.example.com",
        "https://bitbucket.example.com/projects",
        "https://bitbucket.example.com/projects/DATA/repos/jaffle-shop",
        "git@bitbucket.org:acme",
        "two words",
        "..",
    ],
)
def test_what_is_neither_is_refused_with_examples_of_both(text: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"such as acme, or .*/projects/DATA") as refused:
        parse_group(text, never)
    assert refused.value.field == "all_in"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://bitbucket.example.com/projects/DATA", "without encryption"),
        ("https://ada:word@bitbucket.example.com/projects/DATA", "password"),
    ],
)
def test_what_endangers_a_secret_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(InvalidRequestError, match=why) as refused:
        parse_group(text, never)
    assert refused.value.field == "all_in"
    assert "word" not in str(refused.value).replace("password", "")


def test_repositories_are_called_as_their_bitbucket_calls_them() -> None:
    assert name_of(CloudAddress("acme", "shop")) == "acme/shop"
    place = DataCenterAddress("https://bitbucket.example.com/git", "DATA", "shop")
    assert name_of(place) == "bitbucket.example.com/DATA/shop"
