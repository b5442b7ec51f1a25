import pytest

from formats.result_rows import result_rows
from formats.submission_problems import MAX_PROBLEMS, Problem

MANY = 50_000


@pytest.mark.parametrize(
    "body",
    [b"a,b\n" + b"1\n" * MANY, b"[" + b"1," * MANY + b"1]", b"[]\n" + b"1\n" * MANY],
    ids=["cells", "an array", "documents"],
)
def test_no_more_problems_are_kept_than_anybody_reads(body: bytes) -> None:
    problems: list[Problem] = []
    result_rows(body, problems)
    assert MAX_PROBLEMS < len(problems) <= 20 * MAX_PROBLEMS


@pytest.mark.parametrize(
    "body", [b"a\n" + b"x\n" * MANY, b'[{"a": 0}' + b',{"a": 0}' * MANY + b"]"]
)
def test_no_more_problems_of_rows_are_kept_than_anybody_reads(body: bytes) -> None:
    problems: list[Problem] = []
    for row in result_rows(body, problems):
        row.note("a", "is wrong")
        row.refuse("is wrong")
    assert MAX_PROBLEMS < len(problems) <= 20 * MAX_PROBLEMS
