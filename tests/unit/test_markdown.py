import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.plain_words import shorten
from comment.markdown import Align, code, link, table, text
from tests.unit.model_diffs import hostile_texts
from tests.unit.rendered_markdown import RENDERER, elements, shown, tables, tokens

WORD_JOINER = "\u2060"
LONG = 10_000
outside_texts = st.text() | hostile_texts | st.text("`|\\@<>[]*_~&#:w.1-+= ")


def visible(outside: str) -> str:
    """What of a text can be shown on one line; all else must be seen to be missing."""
    hidden = {"Cc", "Cf", "Cs"}
    kept = [
        "\ufffd" if unicodedata.category(one) in hidden and not one.isspace() else one
        for one in outside
    ]
    return " ".join("".join(kept).split())


@given(outside_texts)
def test_text_renders_as_exactly_itself(outside: str) -> None:
    found = [token for token in tokens(text(outside, LONG)) if token.type != "inline"]
    rendered = "".join(token.content for token in found).replace(WORD_JOINER, "")
    assert rendered == visible(outside)
    assert {token.type for token in found} <= {"paragraph_open", "paragraph_close", "text"}


@given(outside_texts)
def test_code_renders_as_exactly_itself(outside: str) -> None:
    found = [token for token in tokens(code(outside, LONG)) if token.type != "inline"]
    rendered = "".join(token.content for token in found).replace(WORD_JOINER, "")
    assert rendered == (visible(outside) or "(empty)")
    assert {token.type for token in found} <= {
        "paragraph_open",
        "paragraph_close",
        "text",
        "code_inline",
    }


@given(outside_texts)
def test_no_mention_address_or_emoji_is_left_for_bitbucket_to_find(outside: str) -> None:
    for rendered in (
        "".join(shown(token) for token in RENDERER.parse(text(outside, LONG))),
        "".join(token.content for token in tokens(code(outside, LONG)) if token.type == "text"),
    ):
        assert not re.search(r"@(?!\u2060)|://|www\.|:[\w+-]+:", rendered, re.IGNORECASE)


@given(st.lists(outside_texts, min_size=2, max_size=4))
def test_no_cell_breaks_a_table(outside: list[str]) -> None:
    headers = ["h"] * len(outside)
    rows = [[code(one, LONG) for one in outside], [text(one, LONG) for one in outside]]
    [(head, *body)] = tables(table(headers, [Align.LEFT] * len(outside), rows))
    assert head == headers
    expected = [visible(one) for one in outside]
    assert [[cell.replace(WORD_JOINER, "") for cell in row] for row in body] == [
        [one or "(empty)" for one in expected],
        expected,
    ]


@pytest.mark.parametrize(
    ("name", "markdown"),
    [
        ("orders", "`orders`"),
        ("analytics.prod.orders", "`analytics.prod.orders`"),
        ("two words", "`two words`"),
        ("a*b_c<d>[e](f)", "`a*b_c<d>[e](f)`"),
        ("a|b", r"a\|b"),
        ("a`b", r"a\`b"),
        ("a\\b", r"a\\b"),
        ("@stage", f"@{WORD_JOINER}stage"),
        ("a\nb\x00c", "`a b\ufffdc`"),
        ("", "(empty)"),
        (" \n", "(empty)"),
    ],
)
def test_a_name_is_a_code_span_unless_it_would_break_out(name: str, markdown: str) -> None:
    assert code(name) == markdown


@pytest.mark.parametrize(
    ("outside", "markdown"),
    [
        ("plain, harmless (text) - 50% 'quoted'", "plain, harmless (text) - 50% 'quoted'"),
        ("**bold** _it_ ~~x~~", r"\*\*bold\*\* \_it\_ \~\~x\~\~"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("<b>&lt;</b>", r"\<b\>\&lt;\</b\>"),
        ("![i](u)", r"!\[i\](u)"),
        ("https://x.example", f"https:{WORD_JOINER}//x.example"),
        ("_www.x.example", rf"\_www{WORD_JOINER}.x.example"),
        ("WWW.X.EXAMPLE", f"WWW{WORD_JOINER}.X.EXAMPLE"),
        (":warning: cast::int", f":{WORD_JOINER}warning: cast::int"),
        ("@{a-b}", f"@{WORD_JOINER}{{a-b}}"),
        ("a\r\n\u2028b\tc", "a b c"),
        ("12 \u202e34", "12 \ufffd34"),
    ],
)
def test_text_is_escaped(outside: str, markdown: str) -> None:
    assert text(outside) == markdown


@pytest.mark.parametrize(
    ("limit", "shortened"),
    [(10, "0123456789"), (9, "0123…6789"), (8, "0123…789"), (2, "0…"), (1, "…")],
)
def test_a_long_text_loses_its_middle(limit: int, shortened: str) -> None:
    assert shorten("0123456789", limit) == shortened


@given(st.text(), st.integers(1, 30))
def test_a_shortened_text_is_never_longer_than_its_limit(outside: str, limit: int) -> None:
    assert len(shorten(outside, limit)) == min(limit, len(outside))


def test_names_are_shortened_before_they_are_escaped() -> None:
    assert code("|" * 300) == r"\|" * 50 + "…" + r"\|" * 49
    assert code("x" * 300) == "`" + "x" * 50 + "…" + "x" * 49 + "`"


def test_a_row_without_a_cell_per_header_is_refused() -> None:
    with pytest.raises(ValueError, match="cell per header"):
        table(["a", "b"], [Align.LEFT, Align.RIGHT], [["1"]])


def test_a_table_aligns_its_columns() -> None:
    assert table(["a", "b"], [Align.LEFT, Align.RIGHT], [["1", "2"]]) == (
        "| a | b |\n|:--|--:|\n| 1 | 2 |"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/a?b=c&d=%20e#f",
        "https://x.example/a (b) <c> |d| [e] `f` \\g\nh",
        "https://x.example/é",
    ],
)
def test_a_link_holds_its_whole_address(url: str) -> None:
    markdown = link("`label`", url)
    [opened] = [token for token in tokens(markdown) if token.type == "link_open"]
    assert str(opened.attrs["href"]).startswith("https://x.example/")
    [(_, [cell])] = tables(table(["h"], [Align.LEFT], [[markdown]]))
    assert cell == "label"
    assert elements(markdown) == {
        "paragraph_open",
        "inline",
        "link_open",
        "code_inline",
        "link_close",
        "paragraph_close",
    }
