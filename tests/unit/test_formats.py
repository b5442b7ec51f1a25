import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbucket_integration.errors import InvalidRequestError
from bitbucket_integration.model_diff import ModelDiff, Outcome
from bitbucket_integration.stores.packing import packed, unpacked
from formats import data_diff_format
from formats.hints import Hints
from formats.registry import AUTO, FORMATS, format_of
from formats.submission_problems import MAX_PROBLEMS, SubmissionInvalid
from tests.unit.tool_samples import SAMPLES, damaged, documents, json_values, mutated, sample

FORMAT_OF = {
    "data_diff/dbt.jsonl": "data-diff",
    "data_diff/dbt_stats.jsonl": "data-diff",
    "data_diff/rows.txt": "data-diff-rows",
    "data_diff/rows_key_wrapped.txt": "data-diff-rows",
    "data_diff/rows_one_removed.txt": "data-diff-rows",
    "data_diff/rows_unwrapped.txt": "data-diff-rows",
    "data_diff/rows_wrapped.txt": "data-diff-rows",
    "data_diff/stats.txt": "data-diff-stats",
    "data_diff/stats_equal.txt": "data-diff-stats",
    "data_diff/stats_hashdiff.jsonl": "data-diff-stats",
    "data_diff/stats_hashdiff_one_removed.jsonl": "data-diff-stats",
    "data_diff/stats_one_removed.txt": "data-diff-stats",
    "reladiff/rows.txt": "data-diff-rows",
    "reladiff/rows_one_removed.txt": "data-diff-rows",
    "reladiff/rows_unwrapped.txt": "data-diff-rows",
    "reladiff/rows_wrapped.txt": "data-diff-rows",
    "reladiff/stats.txt": "data-diff-stats",
    "reladiff/stats_equal.txt": "data-diff-stats",
    "reladiff/stats_hashdiff.jsonl": "data-diff-stats",
    "reladiff/stats_hashdiff_one_removed.jsonl": "data-diff-stats",
    "reladiff/stats_one_removed.txt": "data-diff-stats",
    "datafold/different.json": "datafold",
    "datafold/one_removed.json": "datafold",
    "datafold/several.json": "datafold",
    "recce/recce_state.json": "recce",
    "datacompy/different.json": "datacompy",
    "datacompy/duplicates.json": "datacompy",
    "datacompy/identical.json": "datacompy",
    "datacompy/pandas.json": "datacompy",
    "audit_helper/compare_all_columns.csv": "audit-helper",
    "audit_helper/compare_all_columns.json": "audit-helper",
    "audit_helper/compare_and_classify.csv": "audit-helper",
    "audit_helper/compare_and_classify.json": "audit-helper",
    "audit_helper/compare_queries.json": "audit-helper",
    "audit_helper/compare_relation_columns.json": "audit-helper",
    "data_validation/custom-query.json": "data-validation",
    "data_validation/grouped.json": "data-validation",
    "data_validation/only-failures.json": "data-validation",
    "data_validation/orders-and-customers.json": "data-validation",
    "data_validation/random-rows.json": "data-validation",
    "model_diffs/full.json": "model-diffs",
}
OF_JSON = [name for name in sorted(FORMAT_OF) if documents(name)]
HINTS = Hints(model="orders", primary_key=("id",))
VALUES = ("customer 1", "note 5", "long text", "late", "site 3", "example.com", "secret")


class TestRecognising:
    def test_every_output_of_a_tool_is_in_the_table(self) -> None:
        kept = {
            path.relative_to(SAMPLES).as_posix()
            for path in SAMPLES.glob("*/*")
            if path.suffix in {".csv", ".json", ".jsonl", ".txt"} and path.parent.name != "orders"
        }
        assert kept == set(FORMAT_OF)

    @pytest.mark.parametrize(("name", "format_"), FORMAT_OF.items())
    @pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n \n"], ids=repr)
    def test_a_sample_is_recognised_by_its_format_alone(
        self, name: str, format_: str, before: bytes
    ) -> None:
        assert format_of(AUTO, before + sample(name)) == format_

    def test_a_body_is_recognised_behind_lines_that_data_diff_prints(self) -> None:
        body = b"Running with data-diff=0.11.2\n\n" + sample("data_diff/dbt.jsonl")
        assert format_of(AUTO, body) == "data-diff"

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_format_that_is_named_is_taken(self, name: str) -> None:
        assert format_of(name, b"") == name
        assert format_of(name, sample("data_diff/dbt.jsonl")) == name

    @pytest.mark.parametrize("name", ["xml", "", "AUTO", "data_diff"])
    def test_a_name_that_there_is_not_is_refused_with_the_names(self, name: str) -> None:
        with pytest.raises(InvalidRequestError) as caught:
            format_of(name, sample("data_diff/dbt.jsonl"))
        assert caught.value.field == "format"
        assert str(caught.value) == f"must be auto or one of {', '.join(FORMATS)}"

    @pytest.mark.parametrize("body", [b"", b" \r\n\t"])
    def test_an_empty_body_is_refused(self, body: bytes) -> None:
        with pytest.raises(InvalidRequestError, match="is empty; check") as caught:
            format_of(AUTO, body)
        assert caught.value.field == "body"

    @pytest.mark.parametrize(
        "body",
        [
            b"<html>",
            b"{}",
            b"[]",
            b"[{}]",
            b'{"status": "done"}',
            b'{"a": {"rows_A": 1}}',
            b'["*", ["1"]]',
        ],
    )
    def test_a_body_in_no_format_is_refused_with_the_names(self, body: bytes) -> None:
        with pytest.raises(InvalidRequestError) as caught:
            format_of(AUTO, body)
        assert caught.value.field == "format"
        assert str(caught.value).endswith(f"say which it is, one of {', '.join(FORMATS)}")

    def test_a_body_in_two_formats_is_refused_with_both(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(FORMATS, "twin", data_diff_format)
        with pytest.raises(InvalidRequestError, match="could be any of data-diff, twin;") as caught:
            format_of(AUTO, sample("data_diff/dbt.jsonl"))
        assert caught.value.field == "format"

    @given(st.binary() | json_values.map(repr).map(str.encode))
    def test_any_body_can_be_asked_about(self, body: bytes) -> None:
        for one in FORMATS.values():
            assert one.recognises(body) in {True, False}


def parsed(format_: str, body: bytes) -> list[ModelDiff]:
    try:
        return FORMATS[format_].parse(body, HINTS)
    except InvalidRequestError:
        # One model is too much for results about several, which name theirs.
        return FORMATS[format_].parse(body, Hints())


def read(format_: str, body: bytes) -> list[ModelDiff]:
    """What a format makes of a body; any other exception than its own fails the test."""
    try:
        diffs = parsed(format_, body)
    except SubmissionInvalid as invalid:
        told = invalid
    except InvalidRequestError as needed:
        if needed.field != "model":
            raise
        return []
    else:
        assert diffs
        return diffs
    assert 1 <= len(told.problems) <= MAX_PROBLEMS
    assert str(told).isprintable()
    for value in VALUES:
        assert value not in str(told)
    return []


class TestEveryFormat:
    @pytest.mark.parametrize(
        "name", [name for name in FORMAT_OF if "one_removed" in name and "hash" not in name]
    )
    def test_takes_a_row_only_in_production_for_removed(self, name: str) -> None:
        [diff] = read(FORMAT_OF[name], sample(name))
        assert diff.rows is not None
        assert (diff.rows.added, diff.rows.removed, diff.rows.changed) == (0, 1, 0)
        assert diff.outcome is Outcome.DIFFERENT

    @given(st.data(), st.sampled_from(sorted(FORMAT_OF)))
    def test_reads_or_refuses_a_damaged_sample(self, data: st.DataObject, name: str) -> None:
        for diff in read(FORMAT_OF[name], data.draw(damaged(name))):
            assert unpacked(ModelDiff, packed(diff)) == diff

    @given(st.data(), st.sampled_from([name for name in OF_JSON if "wrapped" not in name]))
    def test_reads_or_refuses_a_sample_with_another_member(
        self, data: st.DataObject, name: str
    ) -> None:
        for diff in read(FORMAT_OF[name], data.draw(mutated(name))):
            assert unpacked(ModelDiff, packed(diff)) == diff

    @given(st.sampled_from(sorted(FORMATS)), st.binary() | json_values.map(repr).map(str.encode))
    def test_reads_or_refuses_any_body(self, format_: str, body: bytes) -> None:
        read(format_, body)

    @pytest.mark.parametrize("name", ["data_diff/rows.txt", "data_diff/stats.txt"])
    @pytest.mark.parametrize("format_", FORMATS)
    def test_reads_or_refuses_another_formats_sample(self, format_: str, name: str) -> None:
        read(format_, sample(name))

    @pytest.mark.parametrize("format_", FORMATS)
    def test_names_the_encoding_of_windows_power_shell(self, format_: str) -> None:
        with pytest.raises(SubmissionInvalid, match=r"^line 1: the body is UTF-16, as"):
            FORMATS[format_].parse("{}".encode("utf-16"), HINTS)


WRONG_ITEMS = {
    "data-validation": b"[" + b"1," * 200_000 + b"1]",
    "datafold": b"[" + b"{}," * 200_000 + b"{}]",
    "model-diffs": (
        b'{"version": 1, "models": [{"model": "a", "values": [' + b"{}," * 200_000 + b"{}]}]}"
    ),
}


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("name", WRONG_ITEMS)
def test_reading_ends_soon_after_more_is_wrong_than_can_be_told(name: str) -> None:
    body = WRONG_ITEMS[name]
    started = process_time()
    json.loads(body)
    parsing = process_time() - started
    started = process_time()
    with pytest.raises(SubmissionInvalid) as caught:
        FORMATS[name].parse(body, Hints(model="orders"))
    assert caught.value.problems
    assert process_time() - started < 60 * max(parsing, 0.02)
