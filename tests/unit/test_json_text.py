import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.json_documents import documents
from formats.json_text import (
    MOST_VALUES,
    TOO_MANY_VALUES,
    NotJson,
    beginning,
    document,
    not_text,
    parsed,
)
from formats.submission_problems import LineProblem, SubmissionInvalid


def problem(body: bytes) -> LineProblem:
    with pytest.raises(SubmissionInvalid) as caught:
        document(body)
    [one] = caught.value.problems
    assert isinstance(one, LineProblem)
    return one


class TestDocument:
    @pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n \r\n"])
    def test_is_the_value_of_the_whole_body(self, before: bytes) -> None:
        assert document(before + '{"a": ["é", 1]}'.encode()) == {"a": ["é", 1]}

    @pytest.mark.parametrize(
        ("body", "line", "message"),
        [
            (b'{"a":\n"Alice', 2, "is not JSON (Unterminated string starting at character 1); was"),
            (b"", 1, "is not JSON (Expecting value at character 1); was it cut off?"),
            (b'{"a": 1}\n{"b": 1}', 2, "is not JSON (Extra data at character 1); send one"),
            (b'{"a":\n"Alice\xff"}', 2, "is not UTF-8; send UTF-8"),
            (b"\n\xff", 2, "is not UTF-8; send UTF-8"),
            (b"[" * 100_000, 1, "is not JSON (it is nested too deeply at character 1)"),
            (b"9" * 5_000, 1, "is not JSON (a number in it has too many digits at character 1)"),
            (b"\x1f\x8b\x08", 1, "the body is gzip within gzip; pack it once"),
            (b"\xfe\xff\x00{", 1, "the body is UTF-16, as Windows PowerShell's `>` writes it"),
        ],
        ids=[
            "cut",
            "empty",
            "two",
            "encoding",
            "encoding behind a break",
            "nested",
            "digits",
            "gzip",
            "utf-16",
        ],
    )
    def test_that_is_none_is_told_by_line_without_its_content(
        self, body: bytes, line: int, message: str
    ) -> None:
        found = problem(body)
        assert found.line == line
        assert found.message.startswith(message)
        assert "Alice" not in found.message

    @given(st.binary())
    def test_any_body_is_a_document_or_refused(self, body: bytes) -> None:
        try:
            document(body)
        except SubmissionInvalid as invalid:
            assert len(invalid.problems) == 1  # noqa: PT017 either is right


def test_line_breaks_within_strings_are_taken_where_that_is_asked_for() -> None:
    with pytest.raises(NotJson, match="Invalid control character"):
        parsed('"a\nb"')
    assert parsed('"a\nb"', strict=False) == "a\nb"


def test_a_beginning_is_short_and_not_blank() -> None:
    assert beginning(b"\xef\xbb\xbf \r\n\t{" + b"x" * 9_999) == b"{" + b"x" * 4_095
    assert beginning(b" " * 65_535 + b"{}") == b"{"
    assert beginning(b"") == b""


def test_text_is_no_reason_to_refuse_it() -> None:
    assert not_text(b"{}") is None
    assert not_text("é".encode("latin-1")) is None


class TestABodyOfMoreValuesThanCanBeHeld:
    @pytest.mark.parametrize("value", [b"{}", b"[]", b"1"])
    def test_is_refused_before_it_is_read(self, value: bytes) -> None:
        body = b"[" + (value + b",") * MOST_VALUES + value + b"]"
        assert problem(body) == LineProblem(1, TOO_MANY_VALUES)
        with pytest.raises(SubmissionInvalid, match="more than 4,000,000 values"):
            documents(body)

    def test_is_told_from_one_that_has_just_as_many(self) -> None:
        assert len(document(b"[" + b"1," * (MOST_VALUES - 1) + b"1]")) == MOST_VALUES

    def test_is_refused_when_they_follow_one_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Not by the module's name: a test that loads a function anew gives that to another one.
        monkeypatch.setitem(documents.__globals__, "MOST_VALUES", 9)
        assert len(documents(b"1 " * 9)) == 9
        with pytest.raises(SubmissionInvalid, match="more than 4,000,000 values"):
            documents(b"1 " * 10)
