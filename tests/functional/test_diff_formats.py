"""Results of several tools, sent as a pipeline sends them."""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from bitbucket_integration.report_settings import ReportSettings
from bitbucket_integration.stores.integrations import IntegrationStore
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different
from tests.functional.problems import fields, problem
from tests.unit.tool_samples import sample

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SECRET = "customer 3"  # a value in data-diff's sample
ROWS = {"model": "orders", "primary_key": "id"}


def allow(connection: Connection, settings: ReportSettings) -> None:
    """Give the integration settings."""
    store = IntegrationStore(connection.system.account.client("dynamodb"), "table")
    integration = store.get(connection.id)
    assert integration is not None
    store.change(integration, replace(integration, settings=settings.to_store()))


def stored(connection: Connection) -> list[dict[str, Any]]:
    """The models of all submissions, as they lie in the bucket."""
    s3 = connection.system.account.client("s3")
    found: list[dict[str, Any]] = []
    for one in s3.list_objects_v2(Bucket="submissions").get("Contents", []):
        answer = s3.get_object(Bucket="submissions", Key=one["Key"])
        found += json.loads(gzip.decompress(answer["Body"].read()))["models"]
    return found


class TestFormats:
    @pytest.mark.parametrize(
        ("name", "format_", "models"),
        [
            ("data_diff/dbt_stats.jsonl", "data-diff", 4),
            ("data_diff/rows.txt", "data-diff-rows", 1),
            ("reladiff/stats.txt", "data-diff-stats", 1),
            ("datafold/different.json", "datafold", 1),
            ("datafold/several.json", "datafold", 2),
        ],
    )
    def test_are_recognised_and_said_in_the_answers(
        self, connection: Connection, name: str, format_: str, models: int
    ) -> None:
        answer = connection.submit(sample(name), commit=COMMIT, format="auto", model="orders")
        assert answer.status_code == 202, answer.text
        assert (answer.json()["format"], answer.json()["models"]) == (format_, models)
        assert connection.status(answer)["format"] == format_
        assert len(stored(connection)) == models

    def test_that_are_named_are_the_same_submission_as_recognised(
        self, connection: Connection
    ) -> None:
        answers = [
            connection.submit(different(), commit=COMMIT, format=name)
            for name in ("auto", "data-diff")
        ]
        assert answers[0].json() == answers[1].json()

    def test_that_cannot_be_told_are_422_with_all_names(self, connection: Connection) -> None:
        answer = connection.submit("what is this?", commit=COMMIT, format="auto")
        body = problem(answer, 422, "invalid_request")
        assert fields(body) == ["format"]
        assert "data-diff, data-diff-rows, data-diff-stats, datafold" in body["detail"]
        assert not stored(connection)

    def test_an_empty_body_is_422_for_the_body(self, connection: Connection) -> None:
        answer = connection.submit("", commit=COMMIT, format="auto")
        assert fields(problem(answer, 422, "invalid_request")) == ["body"]


class TestHints:
    def test_name_the_model_of_results_that_do_not(self, connection: Connection) -> None:
        query = ROWS | {"path": "models/orders.sql", "base_table": "prod.orders"}
        connection.submit(sample("reladiff/rows.txt"), commit=COMMIT, format="auto", **query)
        [model] = stored(connection)
        assert model["model"] == "orders"
        assert model["path"] == "models/orders.sql"
        assert model["base_table"] == "prod.orders"
        assert model["primary_key"] == ["id"]

    def test_make_the_same_body_another_submission(self, connection: Connection) -> None:
        body = sample("data_diff/stats.txt")
        queries = [{"model": "a"}, {"model": "b"}, {"model": "b", "path": "b.sql"}]
        answers = [
            connection.submit(body, commit=COMMIT, format="auto", **query) for query in queries
        ]
        assert len({answer.json()["submission_id"] for answer in answers}) == 3
        assert sorted(model["model"] for model in stored(connection)) == ["a", "b", "b"]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({}, "model"),
            ({"model": "a\nb"}, "model"),
            ({"model": "a", "path": "/a.sql"}, "path"),
            ({"model": "a", "primary_key": "id,id"}, "primary_key"),
            ({"model": "a", "head_table": "x" * 501}, "head_table"),
        ],
    )
    def test_that_are_missing_or_wrong_are_422_by_parameter(
        self, connection: Connection, query: dict[str, str], field: str
    ) -> None:
        answer = connection.submit(
            sample("data_diff/stats.txt"), commit=COMMIT, format="auto", **query
        )
        assert fields(problem(answer, 422, "invalid_request")) == [field]
        assert not stored(connection)


class TestProblemsOfDocuments:
    def test_are_told_by_path(self, connection: Connection) -> None:
        document = json.loads(sample("datafold/different.json"))
        document["pks"]["nulls"] = [0, "many"]
        document["status"] = "running"
        answer = connection.submit(
            json.dumps(document), commit=COMMIT, format="datafold", model="orders"
        )
        body = problem(answer, 422, "invalid_diffs")
        assert {error["path"] for error in body["errors"]} == {"status", "pks.nulls[1]"}
        assert all(set(error) == {"path", "message"} for error in body["errors"])

    def test_are_told_by_line_where_they_are_no_json(self, connection: Connection) -> None:
        answer = connection.submit('{\n"pks": ', commit=COMMIT, format="datafold", model="orders")
        assert [error["line"] for error in problem(answer, 422, "invalid_diffs")["errors"]] == [2]


class TestSampleRows:
    def test_are_not_kept_unless_the_integration_wants_them(self, connection: Connection) -> None:
        connection.submit(sample("data_diff/dbt.jsonl"), commit=COMMIT)
        assert len(stored(connection)) == 4
        assert SECRET not in json.dumps(stored(connection))
        assert not any(model.get("samples") for model in stored(connection))

    def test_are_kept_where_the_integration_wants_them(self, connection: Connection) -> None:
        allow(connection, ReportSettings(sample_rows=True))
        connection.submit(sample("data_diff/dbt.jsonl"), commit=COMMIT)
        [orders] = [model for model in stored(connection) if model["model"] == "model.shop.orders"]
        assert len(orders["samples"]) == 6
        assert SECRET in json.dumps(orders)

    def test_are_kept_without_the_values_that_the_integration_masks(
        self, connection: Connection
    ) -> None:
        allow(connection, ReportSettings(sample_rows=True, masked_columns=("CUSTOMER",)))
        connection.submit(sample("data_diff/dbt.jsonl"), commit=COMMIT)
        text = json.dumps(stored(connection))
        assert '"***"' in text
        assert "note 5" in text
        assert SECRET not in text

    def test_of_the_same_results_are_gone_when_the_settings_forbid_them_since(
        self, connection: Connection
    ) -> None:
        allow(connection, ReportSettings(sample_rows=True))
        connection.submit(sample("data_diff/dbt.jsonl"), commit=COMMIT)
        allow(connection, ReportSettings())
        connection.submit(sample("data_diff/dbt.jsonl"), commit=COMMIT)
        assert len(stored(connection)) == 4
        assert SECRET not in json.dumps(stored(connection))
