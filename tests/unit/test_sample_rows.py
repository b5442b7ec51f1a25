from itertools import chain
from typing import Any

import pytest

from bitbucket_integration.model_diff import RowChange, SampleCell, SampleRow
from sample_rows import few, value_text


class TestFew:
    @staticmethod
    def rows(count: int, change: RowChange) -> list[SampleRow]:
        return [SampleRow(change, (SampleCell(str(number)),)) for number in range(count)]

    @pytest.mark.parametrize(
        ("there", "taken"),
        [
            ((0, 0, 0), (0, 0, 0)),
            ((1, 2, 3), (1, 2, 3)),
            ((50, 0, 0), (20, 0, 0)),
            ((50, 50, 50), (7, 7, 6)),
            ((2, 50, 50), (2, 9, 9)),
            ((0, 5, 50), (0, 5, 15)),
        ],
    )
    def test_every_kind_gets_an_equal_share_of_what_there_is(
        self, there: tuple[int, ...], taken: tuple[int, ...]
    ) -> None:
        kinds = [self.rows(count, change) for count, change in zip(there, RowChange, strict=True)]
        expected = [rows[:count] for rows, count in zip(kinds, taken, strict=True)]
        assert few(*map(iter, kinds)) == tuple(chain.from_iterable(expected))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (1.50, "1.5"),
        ("", ""),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
        ("a\ud800", "a\ufffd"),
        ({"a": 1}, '{"a": 1}'),
        (["é", None], '["é", null]'),
    ],
)
def test_a_value_is_bounded_text_as_json_has_it(value: Any, text: str | None) -> None:
    assert value_text(value) == text
