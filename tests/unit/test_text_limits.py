from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.bitbucket.text_limits import shortened

# Surrogates alone, too: JSON can hold them.
TEXTS = st.text(st.characters())


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(TEXTS, st.integers(1, 30))
def test_a_text_fits_afterwards(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    assert units(cut) <= limit
    if units(text) <= limit:
        assert cut == text
    else:
        assert cut.endswith("…")


@given(st.text(), st.integers(1, 30))
def test_what_is_left_is_the_texts_beginning(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    assert text.startswith(cut.removesuffix("…") if cut != text else cut)
    assert cut == text or units(cut) >= limit - 1


def test_no_character_is_cut_in_half() -> None:
    assert shortened("ab😀cd", 4) == "ab…"
    assert shortened("ab😀cd", 5) == "ab😀…"
    assert shortened("ab😀cd", 6) == "ab😀cd"
