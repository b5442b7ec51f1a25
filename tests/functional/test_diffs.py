import gzip
import json

import pytest

from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, failed, identical
from tests.functional.lambda_environment import LARGEST_EVENT
from tests.functional.problems import fields, problem

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MOST_PACKED = 4 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024


def stored_submissions(connection: Connection) -> list[dict[str, object]]:
    return connection.system.account.items(f"INTEGRATION#{connection.id}", "SUBMISSION#")


def stored_objects(connection: Connection) -> int:
    answer = connection.system.account.client("s3").list_objects_v2(Bucket="submissions")
    return int(answer["KeyCount"])


def nothing_was_taken(connection: Connection) -> bool:
    return not (
        stored_submissions(connection)
        or stored_objects(connection)
        or connection.system.account.jobs()
    )


class TestSubmitting:
    def test_is_202_with_the_id_and_the_address_of_the_status(self, connection: Connection) -> None:
        answer = connection.submit(f"{different()}\n{identical()}\n{failed()}\n", commit=COMMIT)
        assert answer.status_code == 202
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        body = answer.json()
        assert set(body) == {"submission_id", "status_url", "format", "models"}
        assert body["format"] == "data-diff"
        assert body["models"] == 3
        url = f"{connection.system.url}/integrations/{connection.id}/diffs"
        assert body["status_url"] == f"{url}/{body['submission_id']}"
        assert connection.status(answer) == {
            "submission_id": body["submission_id"],
            "status": "queued",
            "reason": "",
            "detail": "",
            "commit": COMMIT,
            "pull_request": None,
            "submitted_at": connection.status(answer)["submitted_at"],
            "format": "data-diff",
            "models": 3,
            "comment_url": None,
        }

    def test_stores_before_it_answers_and_then_queues_one_job(self, connection: Connection) -> None:
        connection.submit(different(), commit=COMMIT)
        assert len(stored_submissions(connection)) == 1
        assert stored_objects(connection) == 1
        [job] = connection.system.account.jobs()
        assert json.loads(job["body"])["commit"] == COMMIT
        assert job["attributes"]["MessageGroupId"] == f"{connection.id}/{COMMIT}"

    def test_for_a_pull_request_is_a_job_in_the_pull_requests_group(
        self, connection: Connection
    ) -> None:
        for query in ({"pull_request": 7}, {"pull_request": 7, "commit": COMMIT}):
            assert connection.submit(different(), **query).status_code == 202
        groups = [job["attributes"]["MessageGroupId"] for job in connection.system.account.jobs()]
        assert groups == [f"{connection.id}/7"] * 2

    def test_the_same_again_is_the_same_submission(self, connection: Connection) -> None:
        first = connection.submit(different(), commit=COMMIT)
        again = connection.submit(different(), commit=COMMIT.upper())
        assert again.status_code == 202
        assert again.json() == first.json()
        assert len(stored_submissions(connection)) == 1
        assert stored_objects(connection) == 1

    def test_the_same_again_is_a_job_again(self, connection: Connection) -> None:
        # SQS remembers a deduplication id for five minutes, also when its job is done.
        for _ in range(2):
            connection.submit(different(), commit=COMMIT)
        sent = connection.system.account.calls.of("SendMessage")
        assert len({one["MessageDeduplicationId"] for one in sent}) == 2

    def test_other_results_or_another_target_is_another_submission(
        self, connection: Connection
    ) -> None:
        submitted = [
            connection.submit(different(), commit=COMMIT),
            connection.submit(identical(), commit=COMMIT),
            connection.submit(different(), commit=COMMIT[::-1]),
            connection.submit(different(), pull_request=1),
            connection.submit(different(), pull_request=12),
        ]
        assert len({one.json()["submission_id"] for one in submitted}) == 5

    def test_a_model_that_failed_to_diff_is_a_result(self, connection: Connection) -> None:
        assert connection.submit(failed(), commit=COMMIT).status_code == 202

    def test_the_format_may_be_left_out(self, connection: Connection) -> None:
        answer = connection.system.call(
            "POST",
            f"/integrations/{connection.id}/diffs?commit={COMMIT}",
            connection.ci_token,
            data=identical(),
        )
        assert answer.status_code == 202

    @pytest.mark.parametrize("operation", ["GetItem", "PutObject", "PutItem", "SendMessage"])
    def test_what_fails_in_aws_is_mended_by_the_same_call(
        self, connection: Connection, operation: str
    ) -> None:
        connection.system.account.calls.fail(operation)
        answer = connection.submit(different(), commit=COMMIT)
        problem(answer, 503, "try_again_later")
        assert int(answer.headers["Retry-After"]) > 0
        assert connection.submit(different(), commit=COMMIT).status_code == 202
        assert len(stored_submissions(connection)) == 1
        assert len(connection.system.account.jobs()) == 1


class TestGzip:
    @pytest.mark.parametrize("header", [{"Content-Encoding": "gzip"}, {}])
    def test_is_welcome_with_or_without_saying_so(
        self, connection: Connection, header: dict[str, str]
    ) -> None:
        plain = connection.submit(different(), commit=COMMIT)
        packed = connection.system.call(
            "POST",
            f"/integrations/{connection.id}/diffs",
            connection.ci_token,
            params={"commit": COMMIT, "format": "data-diff"},
            data=gzip.compress(different().encode()),
            headers=header,
        )
        assert packed.status_code == 202
        assert packed.json()["submission_id"] == plain.json()["submission_id"]

    @pytest.mark.parametrize(
        "body",
        [
            gzip.compress(different().encode())[:-9],
            gzip.compress(different().encode()) + b"more",
            gzip.compress(different().encode()) * 2,
            b"\x1f\x8b\x08 is how it begins",
        ],
        ids=["cut off", "followed by more", "two streams", "broken"],
    )
    def test_that_is_broken_is_422_for_the_body(self, connection: Connection, body: bytes) -> None:
        assert fields(problem(connection.submit(body, commit=COMMIT), 422, "invalid_request")) == [
            "body"
        ]
        assert nothing_was_taken(connection)

    def test_may_unpack_to_50_mb_and_not_to_a_byte_more(self, connection: Connection) -> None:
        largest = different().encode().ljust(MOST_UNPACKED)
        packed = gzip.compress(largest, compresslevel=1)
        assert connection.submit(packed, commit=COMMIT).status_code == 202
        packed = gzip.compress(largest + b" ", compresslevel=1)
        problem(connection.submit(packed, commit=COMMIT[::-1]), 413, "body_too_large")
        assert len(stored_submissions(connection)) == 1


class TestSize:
    def test_the_largest_body_fits_into_lambdas_event_and_a_byte_more_is_413(
        self, connection: Connection
    ) -> None:
        assert MOST_PACKED * 4 / 3 < LARGEST_EVENT - 100_000
        largest = different().encode().ljust(MOST_PACKED)
        assert connection.submit(largest, commit=COMMIT).status_code == 202
        refused = connection.submit(largest + b" ", commit=COMMIT[::-1])
        assert "gzip" in problem(refused, 413, "body_too_large")["detail"]
        assert len(stored_submissions(connection)) == 1


class TestBadLines:
    def test_are_told_by_number_and_nothing_is_stored(self, connection: Connection) -> None:
        body = f"{different()}\nnot json\n\n{identical()}\n" + '{"status": "success"}\n'
        told = problem(connection.submit(body, commit=COMMIT), 422, "invalid_diffs")
        assert sorted({error["line"] for error in told["errors"]}) == [2, 5]
        assert all(error["message"] for error in told["errors"])
        assert nothing_was_taken(connection)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\n\n",
            b"[]",
            b"null",
            b"{}",
            b"\xff\xfe{\x00",
            b"\xff",
            b"[" * 100_000,
            b'{"a":' * 100_000,
            different(summary="none").encode(),
            different(model="").encode(),
            different(summary={"rows": {}}).encode(),
        ],
        ids=lambda body: f"{len(body)} bytes {body[:3]!r}",
    )
    def test_of_every_kind_are_422(self, connection: Connection, body: bytes) -> None:
        told = problem(connection.submit(body, commit=COMMIT), 422, "invalid_diffs")
        assert all(error["line"] >= 1 for error in told["errors"])
        assert nothing_was_taken(connection)

    def test_are_told_up_to_a_number(self, connection: Connection) -> None:
        body = problem(connection.submit("x\n" * 1_000, commit=COMMIT), 422, "invalid_diffs")
        assert [error["line"] for error in body["errors"]] == list(range(1, 21))


class TestTarget:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({}, "commit"),
            ({"commit": ""}, "commit"),
            ({"commit": COMMIT[:12]}, "commit"),
            ({"commit": COMMIT + "0"}, "commit"),
            ({"commit": "z" * 40}, "commit"),
            ({"commit": "HEAD"}, "commit"),
            ({"pull_request": ""}, "commit"),
            ({"pull_request": "0"}, "pull_request"),
            ({"pull_request": "-1"}, "pull_request"),
            ({"pull_request": "1.5"}, "pull_request"),
            ({"pull_request": "\u0661"}, "pull_request"),
            ({"pull_request": "9" * 20}, "pull_request"),
            ({"pull_request": "9" * 5_000}, "pull_request"),
            ({"pull_request": "7", "commit": "main"}, "commit"),
            ({"commit": COMMIT, "format": "xml"}, "format"),
            ({"commit": COMMIT, "format": ""}, "format"),
        ],
    )
    def test_a_wrong_one_is_422_and_names_the_parameter(
        self, connection: Connection, query: dict[str, str], field: str
    ) -> None:
        body = problem(connection.submit(different(), **query), 422, "invalid_request")
        assert fields(body) == [field]
        assert nothing_was_taken(connection)

    def test_a_commit_may_be_in_upper_case(self, connection: Connection) -> None:
        submitted = connection.submit(different(), commit=COMMIT.upper())
        assert connection.status(submitted)["commit"] == COMMIT
