import pytest

from bitbucket_integration.errors import InvalidRequestError
from if_match import etag, expected_revisions
from tests.unit.stored import integration


def test_an_etag_is_expected_when_it_comes_back() -> None:
    header = etag(integration(revision=7))
    assert header == {"ETag": '"7"'}
    assert expected_revisions(header["ETag"]) == frozenset({7})


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ("", None),
        ('"1"', {1}),
        ('"1", "23"', {1, 23}),
        ('"1","23"', {1, 23}),
        # A weak tag is never the same (RFC 9110, 8.8.3.2), and neither is somebody else's.
        ('W/"1"', set()),
        ('W/"1", "2"', {2}),
        ('"abc"', set()),
        ('""', set()),
        ('"1x"', set()),
        (f'"{"9" * 40}"', set()),
    ],
)
def test_revisions_are_read_from_tags(header: str | None, expected: set[int] | None) -> None:
    assert expected_revisions(header) == expected


@pytest.mark.parametrize("header", ["3", '"3', "W/3", '"1" "2"', '"1",', 'w/"1"', "**"])
def test_what_is_no_tag_is_refused_with_an_example(header: str) -> None:
    with pytest.raises(InvalidRequestError, match='such as "3"') as refused:
        expected_revisions(header)
    assert refused.value.field == "If-Match"
