"""Counts as tools write them: as JSON numbers, or as text that databases and CSV files make."""

from decimal import Decimal, InvalidOperation

from formats.json_object import MAX_COUNT

_MOST_DIGITS = len(str(MAX_COUNT))


def count(value: object) -> int | None:
    """The count that a value is or says, such as 4, "4" and "4.0"; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = Decimal(value) if isinstance(value, int) else Decimal(str(value).strip())
    except InvalidOperation:
        return None
    # Text of a few characters can say a number of a billion digits.
    if not read.is_finite() or (read and read.adjusted() >= _MOST_DIGITS):
        return None
    if read < 0 or read > MAX_COUNT or read != read.to_integral_value():
        return None
    return int(read)
