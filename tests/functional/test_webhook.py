import base64
import hashlib
import json
import re

import pytest
import requests

from bitbucket_integration.pull_request_event import CLOUD_EVENTS
from bitbucket_integration.signature import sign
from tests.functional.aws_resources import SIGNING_KEY
from tests.functional.conftest import REPOSITORY, Connection
from tests.functional.problems import problem
from tests.functional.signed_webhooks import HEAD, deliver, payload, secret_of


def shown(answer: requests.Response) -> tuple[object, ...]:
    """All of an answer that a stranger can tell answers apart by."""
    kept = {name: value for name, value in answer.headers.items() if name != "Date"}
    return answer.status_code, kept, answer.content


class TestAGenuineWebhook:
    @pytest.mark.parametrize("event", CLOUD_EVENTS)
    def test_becomes_a_job_for_its_pull_request(self, connection: Connection, event: str) -> None:
        answer = deliver(
            connection, payload(7), event=event, headers={"X-Request-UUID": "request-1"}
        )
        assert answer.status_code == 202
        assert answer.json() == {"outcome": "queued"}
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        [job] = connection.system.account.jobs()
        assert json.loads(job["body"]) == {
            "version": 1,
            "kind": "pull_request",
            "integration_id": connection.id,
            "pull_request_id": 7,
            "cause": event,
            "commit": HEAD,
        }
        assert job["attributes"]["MessageGroupId"] == f"{connection.id}/7"
        assert job["attributes"]["MessageDeduplicationId"] == "request-1"
        assert connection.system.account.metrics("WebhookQueued") == 1

    def test_is_verified_over_the_bytes_as_they_came(self, connection: Connection) -> None:
        body = (
            b'{ "pullrequest" :\t{"title": "Gr\xc3\xb6\xc3\x9fe \\u00e9", "id":7.0e0, "id":7}}\r\n'
        )
        assert deliver(connection, body).status_code == 202

    def test_may_reach_the_function_without_base64(self, connection: Connection) -> None:
        body = payload()
        event = {
            "pathParameters": {"integration_id": connection.id},
            "headers": {
                "X-EVENT-KEY": "pullrequest:created",
                "x-hub-signature": sign(body, secret_of(connection)),
            },
            "body": body.decode(),
            "isBase64Encoded": False,
        }
        serve = connection.system.account.serve
        assert serve("WebhookFunction", event)["statusCode"] == 202
        encoded = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        assert serve("WebhookFunction", event | encoded)["statusCode"] == 202
        assert serve("WebhookFunction", event | {"isBase64Encoded": True})["statusCode"] == 401

    def test_sent_again_with_the_same_request_id_is_the_same_job(
        self, connection: Connection
    ) -> None:
        for attempt in ("1", "2"):
            again = {"X-Request-UUID": "request-1", "X-Attempt-Number": attempt}
            assert deliver(connection, payload(), headers=again).status_code == 202
        assert len(connection.system.account.jobs()) == 1

    def test_without_a_request_id_is_told_by_its_body(self, connection: Connection) -> None:
        deliver(connection, payload(), headers={"X-Request-UUID": None})
        [job] = connection.system.account.jobs()
        digest = hashlib.sha256(payload()).hexdigest()
        assert job["attributes"]["MessageDeduplicationId"] == digest

    def test_may_have_a_request_id_that_the_queue_does_not_take(
        self, connection: Connection
    ) -> None:
        for request_id in ("x" * 200, "with space"):
            answer = deliver(connection, payload(), headers={"X-Request-UUID": request_id})
            assert answer.status_code == 202
        sent = connection.system.account.calls.of("SendMessage")
        ids = [one["MessageDeduplicationId"] for one in sent]
        assert len(set(ids)) == 2
        assert all(re.fullmatch(r"[!-~]{1,128}", one) for one in ids)

    @pytest.mark.parametrize("source", [None, {}, {"commit": None}, {"commit": {"hash": 7}}])
    def test_of_a_fork_that_was_deleted_names_no_commit(
        self, connection: Connection, source: object
    ) -> None:
        assert deliver(connection, payload(7, source=source)).status_code == 202
        [job] = connection.system.account.jobs()
        assert json.loads(job["body"])["commit"] is None


class TestAForgedWebhook:
    @pytest.mark.parametrize(
        "signature",
        [
            None,
            "",
            "sha256=",
            "sha256=" + "0" * 64,
            sign(payload(), SIGNING_KEY),
            "ünsinn",
        ],
    )
    def test_is_401_and_like_one_for_an_unknown_integration_byte_for_byte(
        self, connection: Connection, signature: str | None
    ) -> None:
        header = {"X-Hub-Signature": signature}
        forged = deliver(connection, payload(), headers=header)
        problem(forged, 401, "not_authenticated")
        assert forged.headers["WWW-Authenticate"]
        unknown = deliver(connection, payload(), integration_id="a" * 16, headers=header)
        assert shown(forged) == shown(unknown)
        assert connection.system.account.jobs() == []

    @pytest.mark.parametrize("integration_id", ["aaaaaaaaaaaaaaaa", "A", "%00", "x" * 2_000, "é"])
    def test_is_401_for_any_unknown_integration_however_well_signed(
        self, connection: Connection, integration_id: str
    ) -> None:
        answer = deliver(connection, payload(), integration_id=integration_id)
        problem(answer, 401, "not_authenticated")
        assert shown(answer) == shown(deliver(connection, payload() + b" ", integration_id="a"))

    def test_asks_the_table_for_nothing_that_no_key_can_be(self, connection: Connection) -> None:
        # DynamoDB refuses keys of more than 1,024 bytes, which would be a 5xx for everybody to see.
        connection.system.account.calls.clear()
        deliver(connection, payload(), integration_id="x" * 2_000)
        assert connection.system.account.calls.of("GetItem") == []

    def test_with_one_changed_byte_is_401(self, connection: Connection) -> None:
        body = payload()
        answer = deliver(
            connection, body + b" ", headers={"X-Hub-Signature": sign(body, secret_of(connection))}
        )
        problem(answer, 401, "not_authenticated")

    def test_signed_with_another_integrations_secret_is_401(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        bitbucket.create_repository("acme/other")
        token = bitbucket.create_access_token("acme/other")
        other = connection.system.configure(repository="acme/other", access_token=token).json()
        answer = deliver(connection, payload(), integration_id=other["integration"]["id"])
        problem(answer, 401, "not_authenticated")

    def test_of_a_deleted_integration_is_401(self, connection: Connection) -> None:
        secret = secret_of(connection)
        connection.system.call("DELETE", f"/integrations/{connection.id}")
        connection.system.account.cold()
        answer = connection.system.call(
            "POST",
            f"/webhooks/{connection.id}",
            None,
            data=payload(),
            headers={"X-Hub-Signature": sign(payload(), secret)},
        )
        problem(answer, 401, "not_authenticated")

    def test_is_refused_before_anything_in_it_is_read(self, connection: Connection) -> None:
        answer = deliver(connection, b"not json", headers={"X-Hub-Signature": "sha256=0"})
        problem(answer, 401, "not_authenticated")


class TestWhatIsNotQueued:
    @pytest.mark.parametrize("event", ["repo:push", "pullrequest:approved", "", None])
    def test_an_event_that_nobody_waits_for_is_202_ignored_and_counted(
        self, connection: Connection, event: str | None
    ) -> None:
        answer = deliver(connection, b'{"any": "thing"}', headers={"X-Event-Key": event})
        assert answer.status_code == 202
        assert answer.json() == {"outcome": "ignored"}
        assert connection.system.account.jobs() == []
        assert connection.system.account.metrics("WebhookIgnored") == 1

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"\xff\xfe",
            b"[]",
            b"null",
            b"{}",
            b'{"pullrequest": null}',
            payload(None),
            payload(0),
            payload(-1),
            payload("7"),
            payload(7.5),
            payload(True),  # noqa: FBT003 JSON's true is no number, though Python's is
            b"[" * 100_000,
        ],
        ids=lambda body: repr(body[:24]),
    )
    def test_a_body_that_is_no_event_is_400_behind_a_good_signature(
        self, connection: Connection, body: bytes
    ) -> None:
        problem(deliver(connection, body), 400, "malformed_event")
        assert connection.system.account.jobs() == []

    def test_a_body_larger_than_any_webhook_is_413(self, connection: Connection) -> None:
        most = 1024 * 1024
        padded = payload().ljust(most)
        assert deliver(connection, padded).status_code == 202
        problem(deliver(connection, padded + b" "), 413, "payload_too_large")
        assert len(connection.system.account.jobs()) == 1


class TestWhenAwsFails:
    @pytest.mark.parametrize("operation", ["GetItem", "GetSecretValue", "SendMessage"])
    def test_it_is_503_so_that_bitbucket_sends_again(
        self, connection: Connection, operation: str
    ) -> None:
        connection.system.account.calls.fail(operation, times=2)
        number, _ = connection.open_pull_request()
        connection.system.bitbucket.wait_until_delivered()
        [delivery] = connection.system.bitbucket.deliveries()
        assert [attempt.status for attempt in delivery.attempts] == [503, 503, 202]
        [job] = connection.system.account.jobs()
        assert json.loads(job["body"])["pull_request_id"] == number
        assert connection.system.account.metrics("WebhookNotQueued") == 2

    def test_the_answer_is_a_problem(self, connection: Connection) -> None:
        connection.system.account.calls.fail("SendMessage")
        problem(deliver(connection, payload()), 503, "not_queued")

    def test_without_a_signing_key_nothing_is_let_in(self, connection: Connection) -> None:
        connection.system.account.client("secretsmanager").delete_secret(
            SecretId=connection.system.account.environment["SIGNING_KEY_ARN"],
            ForceDeleteWithoutRecovery=True,
        )
        for signature in (sign(payload(), secret_of(connection)), "sha256=0"):
            answer = deliver(connection, payload(), headers={"X-Hub-Signature": signature})
            problem(answer, 503, "not_queued")
        assert connection.system.account.jobs() == []


class TestAwsCalls:
    def test_a_warm_webhook_makes_one_and_a_cold_one_three(self, connection: Connection) -> None:
        calls = connection.system.account.calls
        calls.clear()
        assert deliver(connection, payload()).status_code == 202
        assert calls.sent == ["GetItem", "GetSecretValue", "SendMessage"]
        calls.clear()
        assert deliver(connection, payload()).status_code == 202
        assert calls.sent == ["SendMessage"]

    def test_no_access_token_is_read(self, connection: Connection) -> None:
        connection.system.account.calls.clear()
        deliver(connection, payload())
        [read] = connection.system.account.calls.of("GetSecretValue")
        assert read["SecretId"] == connection.system.account.environment["SIGNING_KEY_ARN"]

    def test_a_secret_of_another_version_is_seen_by_the_next_environment(
        self, connection: Connection
    ) -> None:
        assert deliver(connection, payload()).status_code == 202
        connection.system.account.client("dynamodb").update_item(
            TableName="table",
            Key={"pk": {"S": "INTEGRATIONS"}, "sk": {"S": connection.id}},
            UpdateExpression="SET webhook_secret_version = :two",
            ExpressionAttributeValues={":two": {"N": "2"}},
        )
        connection.system.account.cold()
        problem(deliver(connection, payload()), 401, "not_authenticated")
        assert connection.system.configure().status_code == 200
        assert deliver(connection, payload()).status_code == 202

    def test_the_emulators_own_webhooks_pass(self, connection: Connection) -> None:
        number, _ = connection.open_pull_request()
        connection.push(number)
        connection.system.bitbucket.merge_pull_request(REPOSITORY, number)
        connection.system.bitbucket.wait_until_delivered()
        statuses = [one.attempts[-1].status for one in connection.system.bitbucket.deliveries()]
        assert statuses == [202, 202, 202]
