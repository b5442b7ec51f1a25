import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from bitbucket_integration.model_diff import (
    Column,
    ColumnValues,
    Dependent,
    ModelDiff,
    Outcome,
    RowCounts,
    TypeChange,
)
from formats.hints import Hints
from formats.recce_format import parse, recognises
from formats.submission_problems import SubmissionInvalid
from tests.unit.tool_samples import sample

STATE: dict[str, Any] = json.loads(sample("recce/recce_state.json"))
AT = "2026-01-01T10:00:00Z"
LATER = "2026-01-01T11:00:00Z"
OK = {"status": "ok"}


def state(*runs: dict[str, Any], **members: Any) -> bytes:
    document = {"metadata": {"schema_version": "v0", "recce_version": "1.69.1"}, "runs": list(runs)}
    return json.dumps(document | members).encode()


def counts(run_at: str = AT, **nodes: Any) -> dict[str, Any]:
    return {"type": "row_count_diff", "run_at": run_at, "status": "Finished", "result": nodes}


def values(
    *columns: tuple[str, Any], total: int = 10, added: int = 0, removed: int = 0, **members: Any
) -> dict[str, Any]:
    rows = [[name, matched, None] for name, matched in columns]
    summary = {"total": total, "added": added, "removed": removed}
    return {
        "type": "value_diff",
        "run_at": AT,
        "status": "Finished",
        "params": {"model": "orders", "primary_key": "id"},
        "result": {"summary": summary, "data": {"columns": [], "data": rows}},
    } | members


def read(*runs: dict[str, Any], **members: Any) -> dict[str, ModelDiff]:
    return {diff.model: diff for diff in parse(state(*runs, **members), Hints())}


def problems(text: bytes) -> list[str]:
    with pytest.raises(SubmissionInvalid) as refused:
        parse(text, Hints())
    return [str(one) for one in refused.value.problems]


def test_a_state_of_recce_is_read() -> None:
    [customers, lost, notes, orders, regions] = parse(json.dumps(STATE).encode(), Hints())
    assert orders == ModelDiff(
        model="orders",
        outcome=Outcome.DIFFERENT,
        base_table="shop.prod.orders",
        head_table="shop.pr.orders",
        primary_key=("id",),
        rows=RowCounts(base=4, head=5, added=2, removed=1),
        column_values=(
            ColumnValues("amount", different=1, compared=3),
            ColumnValues("note", different=2, compared=3),
        ),
        columns_added=(Column("region", "VARCHAR"),),
        columns_removed=(Column("legacy", "VARCHAR"),),
        types_changed=(TypeChange("status", "BIGINT", "VARCHAR"),),
        path="models/orders.sql",
        downstream=(Dependent("revenue", "dashboard"),),
    )
    assert customers == ModelDiff(
        model="customers",
        outcome=Outcome.IDENTICAL,
        base_table="shop.prod.customers",
        head_table="shop.pr.customers",
        primary_key=("customer_id",),
        rows=RowCounts(base=1, head=1, added=0, removed=0, changed=0, unchanged=1),
        column_values=(ColumnValues("name", different=0, compared=1),),
        path="models/customers.sql",
    )
    assert regions == ModelDiff(
        model="regions",
        outcome=Outcome.DIFFERENT,
        head_table="shop.pr.regions",
        rows=RowCounts(head=1),
        path="models/regions.sql",
    )
    assert (lost.outcome, lost.rows) == (Outcome.FAILED, None)
    assert lost.error is not None
    assert lost.error.startswith("Model 'lost' not found in base manifest; Model 'lost' not found")
    assert (notes.outcome, notes.rows) == (Outcome.FAILED, RowCounts(base=4, head=6))
    assert notes.error is not None
    assert notes.error.startswith('Invalid primary key: "id". The column should be unique.')


def test_a_row_only_in_production_is_removed() -> None:
    diff = read(counts(orders={"base": 1, "curr": 0}), values(total=1, removed=1))["orders"]
    assert diff.rows == RowCounts(base=1, head=0, added=0, removed=1, changed=0, unchanged=0)


def test_without_a_row_count_value_diff_says_how_many_rows_there_are() -> None:
    rows = read(values(("id", 7), ("a", 6), total=10, added=2, removed=1))["orders"].rows
    assert rows == RowCounts(base=8, head=9, added=2, removed=1)


def test_totals_that_the_row_counts_contradict_are_left_out() -> None:
    for base, head in ((9, 9), (8, 10)):
        run = counts(orders={"base": base, "curr": head})
        diff = read(run, values(("id", 7), ("a", 6), total=10, added=2, removed=1))["orders"]
        assert diff.rows == RowCounts(base=base, head=head)
        assert diff.column_values == (ColumnValues("a", different=1, compared=7),)


def test_rows_count_as_unchanged_when_all_columns_were_compared_and_match() -> None:
    equal = values(("id", 10), ("a", 10))
    assert read(equal)["orders"].rows == RowCounts(10, 10, 0, 0, changed=0, unchanged=10)
    equal["params"]["columns"] = ["a"]
    assert read(equal)["orders"].rows == RowCounts(10, 10, 0, 0)


@pytest.mark.parametrize("matched", [6, "6", "6.0"], ids=repr)
def test_numbers_may_be_text(matched: object) -> None:
    assert read(values(("a", matched)))["orders"].column_values == (ColumnValues("a", 4, 10),)


@pytest.mark.parametrize("key", ["id", ["id"], ["id", "day"]])
def test_the_key_is_the_runs_and_no_compared_column(key: str | list[str]) -> None:
    run = values(("id", 10), ("a", 10), params={"model": "orders", "primary_key": key})
    diff = read(run)["orders"]
    assert diff.primary_key == ((key,) if isinstance(key, str) else tuple(key))
    assert [one.name for one in diff.column_values] == ["a"]


def test_the_newest_run_of_each_type_counts_for_each_model() -> None:
    newer = counts(LATER, orders={"base": 5, "curr": 5})
    older = counts(AT, orders={"base": 1, "curr": 2}, customers={"base": 3, "curr": 3})
    for runs in ((newer, older), (older, newer)):
        found = read(*runs)
        assert found["orders"].rows == RowCounts(base=5, head=5)
        assert found["customers"].rows == RowCounts(base=3, head=3)
    again = values(("a", 10), run_at=LATER)
    failing = values(status="Failed", error="timeout")
    assert read(again, failing)["orders"].outcome is Outcome.IDENTICAL
    assert read(newer, failing)["orders"].error == "timeout"


@pytest.mark.parametrize("status", ["Finished", "finished"])
def test_old_files_have_the_status_in_lower_case(status: str) -> None:
    assert read(values(("a", 10), status=status))["orders"].outcome is Outcome.IDENTICAL


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"status": "Failed", "error": "at mysql://u:pw@h/d"}, "at mysql://***@h/d"),
        ({"status": "failed"}, "the value_diff failed, and Recce gave no reason"),
        ({"status": "Cancelled"}, "the value_diff was cancelled, and Recce gave no reason"),
        ({"status": "Running"}, "the value_diff was still running, and Recce gave no reason"),
        ({"status": None, "error": "timeout"}, "timeout"),
        ({"status": None, "result": None}, "the value_diff failed, and Recce gave no reason"),
    ],
)
def test_a_run_that_did_not_finish_is_a_failed_model(members: dict[str, Any], error: str) -> None:
    run = values(("a", 10)) | members
    assert read(run)["orders"] == ModelDiff("orders", Outcome.FAILED, error=error)


@pytest.mark.parametrize(
    ("params", "models"),
    [
        ({"node_names": ["orders", "customers"]}, ["customers", "orders"]),
        ({"node_ids": ["model.shop.orders"]}, ["orders"]),
        ({"select": "state:modified"}, ["Row count of all"]),
        (None, ["Row count of all"]),
    ],
)
def test_a_row_count_that_failed_fails_its_models_or_is_named_itself(
    params: object, models: list[str]
) -> None:
    run = counts() | {"status": "Failed", "error": "no", "params": params, "result": None}
    found = read(run | {"name": "Row count of all"})
    assert list(found) == models
    assert {diff.error for diff in found.values()} == {"no"}


@pytest.mark.parametrize(
    ("base_meta", "curr_meta", "error"),
    [
        ("table_not_found", "table_not_found", "table_not_found; table_not_found"),
        ("permission_denied", "unsupported_materialization", "permission_denied; unsupported_mat"),
        (None, None, "Recce counted the rows of neither side and gave no reason"),
    ],
)
def test_a_model_that_neither_side_counted_is_failed(
    base_meta: str | None, curr_meta: str | None, error: str
) -> None:
    metas = {"base_meta": {"status": base_meta}, "curr_meta": {"status": curr_meta}}
    diff = read(counts(orders={"base": None, "curr": None} | metas))["orders"]
    assert diff.outcome is Outcome.FAILED
    assert diff.rows is None
    assert (diff.error or "").startswith(error)


@pytest.mark.parametrize("status", ["unsupported_materialization", "unsupported_resource_type"])
def test_a_model_that_has_no_rows_to_count_is_passed_over(status: str) -> None:
    nothing: dict[str, Any] = {"base": None, "curr": None}
    nothing |= {meta: {"status": status} for meta in ("base_meta", "curr_meta")}
    assert list(read(counts(orders={"base": 1, "curr": 1}, seed=nothing))) == ["orders"]


@pytest.mark.parametrize("status", ["table_not_found", "permission_denied"])
def test_a_model_that_one_side_could_not_read_is_failed(status: str) -> None:
    meta = {"status": status, "message": "cannot read it"}
    run = counts(orders={"base": None, "curr": 5, "base_meta": meta, "curr_meta": OK})
    expected = ModelDiff("orders", Outcome.FAILED, rows=RowCounts(head=5), error="cannot read it")
    assert read(run)["orders"] == expected


@pytest.mark.parametrize(
    ("node", "rows"),
    [
        ({"base": None, "curr": 5, "base_meta": {"status": "not_in_manifest"}}, RowCounts(head=5)),
        ({"base": 5, "curr": None, "curr_meta": {"status": "not_in_manifest"}}, RowCounts(base=5)),
    ],
)
def test_a_model_that_one_side_does_not_have_is_different(node: Any, rows: RowCounts) -> None:
    assert read(counts(orders=node))["orders"] == ModelDiff("orders", Outcome.DIFFERENT, rows=rows)


@pytest.mark.parametrize(
    "type_", ["value_diff_detail", "query_diff", "profile_diff", "top_k_diff", "histogram_diff"]
)
def test_runs_that_compare_no_keys_are_passed_over(type_: str) -> None:
    other = {"type": type_, "status": "Failed", "error": "no", "result": {"base": 1}}
    assert list(read(other, values(("a", 10)))) == ["orders"]


def test_a_state_without_a_diff_is_refused_with_the_cure() -> None:
    for text in (state(), state(runs=None), state({"type": "query_diff", "status": "Finished"})):
        [problem] = problems(text)
        assert problem.startswith(
            "line 1: there is neither a row_count_diff nor a value_diff in it"
        )
        assert "recce.yml" in problem


class TestArtifacts:
    def test_columns_that_differ_are_reported_without_any_run(self) -> None:
        [orders] = parse(json.dumps(STATE | {"runs": []}).encode(), Hints())
        assert (orders.model, orders.outcome, orders.rows) == ("orders", Outcome.DIFFERENT, None)
        assert orders.columns_added == (Column("region", "VARCHAR"),)

    def test_a_column_at_another_place_is_reordered(self) -> None:
        found = artifacts(["id", "a", "b", "c"], ["id", "new", "b", "a", "c"])
        assert found.columns_reordered == 2
        assert found.columns_added == (Column("new", "INT"),)
        assert artifacts(["id", "a"], ["new", "id", "a"]).columns_reordered == 0

    def test_an_exposure_of_a_model_above_is_downstream(self) -> None:
        found = artifacts(["id"], ["id", "a"], uses="model.shop.report")
        assert found.downstream == (Dependent("Revenue", "dashboard"),)
        assert artifacts(["id"], ["id", "a"], uses="model.shop.other").downstream == ()

    @pytest.mark.parametrize("wrong", [None, 1, [], {"manifest": 1}, {"manifest": {"nodes": []}}])
    def test_artifacts_that_dbt_did_not_write_are_passed_over(self, wrong: object) -> None:
        run = counts(orders={"base": 1, "curr": 1})
        for members in (wrong, {"base": wrong, "current": wrong}):
            [orders] = parse(state(run, artifacts=members), Hints())
            assert orders == ModelDiff("orders", Outcome.IDENTICAL, rows=RowCounts(1, 1))

    def test_a_test_with_the_name_of_a_model_is_none(self) -> None:
        changed = copy.deepcopy(STATE)
        for side in changed["artifacts"].values():
            nodes = side["manifest"]["nodes"]
            nodes["test.shop.orders"] = nodes["model.shop.orders"] | {"resource_type": "test"}
        assert parse(json.dumps(changed).encode(), Hints()) == parse(
            json.dumps(STATE).encode(), Hints()
        )

    def test_a_path_that_windows_wrote_is_one_in_the_repository(self) -> None:
        text = json.dumps(STATE).replace("models/orders.sql", "models\\\\orders.sql")
        paths = [diff.path for diff in parse(text.encode(), Hints())]
        assert "models/orders.sql" in paths

    def test_a_name_in_two_packages_leads_to_neither(self) -> None:
        text = json.dumps(STATE).replace('"model.shop.customers": {', '"model.other.orders": {')
        text = text.replace('"name": "customers"', '"name": "orders"')
        found = {diff.model: diff for diff in parse(text.encode(), Hints())}
        assert (found["orders"].path, found["orders"].columns_added) == ("", ())


def artifacts(base: list[str], head: list[str], uses: str = "model.shop.orders") -> ModelDiff:
    """The diff of orders, from which report is built, with these columns and an exposure."""

    def side(columns: list[str]) -> dict[str, Any]:
        catalog = {
            name: {"type": "INT", "index": index, "name": name}
            for index, name in enumerate(columns)
        }
        nodes = {
            f"model.shop.{name}": {
                "name": name,
                "resource_type": "model",
                "depends_on": {"nodes": parents},
            }
            for name, parents in (("orders", []), ("report", ["model.shop.orders"]), ("other", []))
        }
        # dbt allows no circles; a file from outside may have one.
        nodes["model.shop.report"]["depends_on"]["nodes"].append("model.shop.report")  # type: ignore[index]
        exposure = {"name": "Revenue", "type": "dashboard", "depends_on": {"nodes": [uses]}}
        return {
            "manifest": {"nodes": nodes, "exposures": {"exposure.shop.revenue": exposure}},
            "catalog": {
                "nodes": {"model.shop.orders": {"columns": dict(reversed(catalog.items()))}}
            },
        }

    [found] = parse(state(artifacts={"base": side(base), "current": side(head)}), Hints())
    return found


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(run: dict[str, Any]) -> None:
        *above, last = path.split(".")
        for key in above:
            run = run[key]
        run[last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("type", 3, "`runs[0].type` must be text"),
        ("params", None, "`runs[0].params` must be an object, not null"),
        ("params.model", "", "`runs[0].params.model` must not be empty"),
        ("params.primary_key", 3, "`runs[0].params.primary_key` must be an array"),
        ("result", None, "`runs[0].result` must be an object, not null"),
        ("result.summary.added", -1, "`runs[0].result.summary.added` is negative"),
        ("result.summary.removed", 9, "`runs[0].result.summary.total` is less than `added` and"),
        ("result.data.data", {}, "`runs[0].result.data.data` must be an array, not an object"),
        ("result.data.data", [["a", "x"]], "`runs[0].result.data.data[0]` must be a column, the"),
        ("result.data.data", [["a"]], "`runs[0].result.data.data[0]` must be a column, the"),
        ("result.data.data", [[1, 1]], "`runs[0].result.data.data[0]` must be a column, the"),
        ("result.data.data", [["a", 8]], "`runs[0].result.data.data[0][1]` is 8, more than the 7"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(path: str, value: object, problem: str) -> None:
    run = values(("a", 6), total=10, added=2, removed=1)
    change(path, value)(run)
    assert problems(state(run))[0].startswith(problem)


def test_another_document_is_refused() -> None:
    assert problems(b"[]")[0].startswith("line 1: expected the object of a Recce state, found an a")
    assert problems(state(runs=3)) == ["`runs` must be an array, not a number"]
    assert problems(state(runs=[3])) == ["`runs[0]` must be an object, not a number"]
    [problem] = problems(state(counts(orders={"base": "many"})))
    assert problem == "`runs[0].result.orders.base` must be a whole number, not text"


def test_a_state_is_recognised_by_the_version_that_wrote_it() -> None:
    assert recognises(sample("recce/recce_state.json"))
    assert not recognises(b'{"metadata": {"schema_version": "v0"}}')
    assert not recognises(b'[{"recce_version": "1"}]')
