"""Texts as long as Bitbucket takes them."""


def shortened(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis when it is longer than `limit`.

    Counted as Java does, in UTF-16 code units: never fewer than characters.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * limit:
        return text
    # A character of two units that would be cut in half is left out.
    return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"
