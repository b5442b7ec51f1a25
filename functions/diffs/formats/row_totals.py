"""A tool's totals of rows, believed only as far as they agree with the rows that it found."""

from dataclasses import replace

from bitbucket_integration.model_diff import RowCounts


def believable(rows: RowCounts) -> RowCounts:
    """All counts of rows, without base, head and unchanged where these contradict the others.

    data-diff and reladiff diff tables by segments of the key. Keys of one table beyond those of
    the other are segments of their own, whose rows may go uncounted or may replace the count of
    all others (`SegmentInfo.update_from_children`). It depends on which table answers first
    (`_bisect_and_diff_tables`), so base is as unsure as head is, and unchanged is made from base.
    Added, removed and changed are counted row by row.
    """
    both = in_both(rows)
    agree = both is not None and _less(rows.base, rows.removed) == both
    agree = agree and _less(rows.head, rows.added) == both
    if agree and rows.unchanged is not None and rows.unchanged >= 0:
        return rows
    return without_totals(rows)


def without_totals(rows: RowCounts) -> RowCounts:
    """The counts of rows that differ alone."""
    return replace(rows, base=None, head=None, unchanged=None)


def in_both(rows: RowCounts) -> int | None:
    """How many rows both sides have, if that is known."""
    if rows.changed is None or rows.unchanged is None:
        return None
    return rows.changed + rows.unchanged


def _less(total: int | None, exclusive: int | None) -> int | None:
    return None if total is None or exclusive is None else total - exclusive
