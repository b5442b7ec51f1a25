import base64
import hashlib
import json
import re

import pytest
import requests

from bitbucket_integration.signature import sign
from tests.functional.aws_resources import SIGNING_KEY
from tests.functional.bench import CLOUD, DATA_CENTER, on_both, only_on
from tests.functional.conftest import Connection
from tests.functional.problems import problem
from tests.functional.signed_webhooks import deliver, payload, secret_of

pytestmark = on_both


def shown(answer: requests.Response) -> tuple[object, ...]:
    """All of an answer that a stranger can tell answers apart by."""
    kept = {name: value for name, value in answer.headers.items() if name != "Date"}
    return answer.status_code, kept, answer.content


class TestAGenuineWebhook:
    def test_becomes_a_job_for_its_pull_request(self, connection: Connection) -> None:
        bench = connection.bench
        for number, event in enumerate(bench.events, start=7):
            headers = {bench.request_id: f"request-{number}"}
            answer = deliver(connection, bench.payload(number), event=event, headers=headers)
            assert answer.status_code == 202
            assert answer.json() == {"outcome": "queued"}
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.headers["Cache-Control"] == "no-store"
            [job] = connection.system.account.jobs()
            assert json.loads(job["body"]) == {
                "version": 1,
                "kind": "pull_request",
                "integration_id": connection.id,
                "pull_request_id": number,
                "cause": event,
                "commit": bench.head,
            }
            assert job["attributes"]["MessageGroupId"] == f"{connection.id}/{number}"
            assert job["attributes"]["MessageDeduplicationId"] == f"request-{number}"
        assert connection.system.account.metrics("WebhookQueued") == len(bench.events)

    def test_is_verified_over_the_bytes_as_they_came(self, connection: Connection) -> None:
        body = (
            b'{ "%s" :\t{"title": "Gr\xc3\xb6\xc3\x9fe \\u00e9", "id":7.0e0, "id":7}}\r\n'
            % connection.bench.member.encode()
        )
        assert deliver(connection, body).status_code == 202

    def test_may_reach_the_function_without_base64(self, connection: Connection) -> None:
        body = payload(connection)
        event = {
            "pathParameters": {"integration_id": connection.id},
            "headers": {
                "X-EVENT-KEY": connection.bench.opened,
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
            again = {connection.bench.request_id: "request-1", "X-Attempt-Number": attempt}
            assert deliver(connection, payload(connection), headers=again).status_code == 202
        assert len(connection.system.account.jobs()) == 1

    def test_without_a_request_id_is_told_by_its_body(self, connection: Connection) -> None:
        deliver(connection, payload(connection), headers={connection.bench.request_id: None})
        [job] = connection.system.account.jobs()
        digest = hashlib.sha256(payload(connection)).hexdigest()
        assert job["attributes"]["MessageDeduplicationId"] == digest

    def test_may_have_a_request_id_that_the_queue_does_not_take(
        self, connection: Connection
    ) -> None:
        for request_id in ("x" * 200, "with space"):
            answer = deliver(
                connection, payload(connection), headers={connection.bench.request_id: request_id}
            )
            assert answer.status_code == 202
        sent = connection.system.account.calls.of("SendMessage")
        ids = [one["MessageDeduplicationId"] for one in sent]
        assert len(set(ids)) == 2
        assert all(re.fullmatch(r"[!-~]{1,128}", one) for one in ids)

    @pytest.mark.parametrize(
        "source",
        [
            None,
            {},
            {"commit": None, "latestCommit": None},
            {"commit": {"hash": 7}, "latestCommit": 7},
        ],
    )
    def test_of_a_fork_that_was_deleted_names_no_commit(
        self, connection: Connection, source: object
    ) -> None:
        assert (
            deliver(
                connection, payload(connection, **{connection.bench.source: source})
            ).status_code
            == 202
        )
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
            *(sign(bench.payload(), SIGNING_KEY) for bench in (CLOUD, DATA_CENTER)),
            "ünsinn",
        ],
    )
    def test_is_401_and_like_one_for_an_unknown_integration_byte_for_byte(
        self, connection: Connection, signature: str | None
    ) -> None:
        header = {"X-Hub-Signature": signature}
        forged = deliver(connection, payload(connection), headers=header)
        problem(forged, 401, "not_authenticated")
        assert forged.headers["WWW-Authenticate"]
        unknown = deliver(connection, payload(connection), integration_id="a" * 16, headers=header)
        assert shown(forged) == shown(unknown)
        assert connection.system.account.jobs() == []

    @pytest.mark.parametrize("integration_id", ["aaaaaaaaaaaaaaaa", "A", "%00", "x" * 2_000, "é"])
    def test_is_401_for_any_unknown_integration_however_well_signed(
        self, connection: Connection, integration_id: str
    ) -> None:
        answer = deliver(connection, payload(connection), integration_id=integration_id)
        problem(answer, 401, "not_authenticated")
        assert shown(answer) == shown(
            deliver(connection, payload(connection) + b" ", integration_id="a")
        )

    def test_asks_the_table_for_nothing_that_no_key_can_be(self, connection: Connection) -> None:
        # DynamoDB refuses keys of more than 1,024 bytes, which would be a 5xx for everybody to see.
        connection.system.account.calls.clear()
        deliver(connection, payload(connection), integration_id="x" * 2_000)
        assert connection.system.account.calls.of("GetItem") == []

    def test_with_one_changed_byte_is_401(self, connection: Connection) -> None:
        body = payload(connection)
        answer = deliver(
            connection, body + b" ", headers={"X-Hub-Signature": sign(body, secret_of(connection))}
        )
        problem(answer, 401, "not_authenticated")

    def test_signed_with_another_integrations_secret_is_401(self, connection: Connection) -> None:
        bitbucket = connection.system.bitbucket
        bitbucket.create_repository("acme/other")
        token = bitbucket.create_access_token("acme/other")
        other = connection.system.configure(repository="acme/other", access_token=token).json()
        answer = deliver(connection, payload(connection), integration_id=other["integration"]["id"])
        problem(answer, 401, "not_authenticated")

    def test_of_a_deleted_integration_is_401(self, connection: Connection) -> None:
        secret = secret_of(connection)
        connection.system.call("DELETE", f"/integrations/{connection.id}")
        connection.system.account.cold()
        answer = connection.system.call(
            "POST",
            f"/webhooks/{connection.id}",
            None,
            data=payload(connection),
            headers={"X-Hub-Signature": sign(payload(connection), secret)},
        )
        problem(answer, 401, "not_authenticated")

    def test_is_refused_before_anything_in_it_is_read(self, connection: Connection) -> None:
        answer = deliver(connection, b"not json", headers={"X-Hub-Signature": "sha256=0"})
        problem(answer, 401, "not_authenticated")


class TestAPing:
    """Bitbucket Data Center's *Test connection*, which is never signed."""

    @pytest.mark.parametrize("signature", [None, "sha256=0"])
    @pytest.mark.parametrize(
        "body", [b'{"test": true}', b"", b"{", CLOUD.payload(), DATA_CENTER.payload()]
    )
    def test_is_202_and_queues_nothing_whatever_is_in_it(
        self, connection: Connection, body: bytes, signature: str | None
    ) -> None:
        account = connection.system.account
        account.calls.clear()
        # Data Center is made to ping already when a repository is configured.
        before = account.metrics("WebhookPing")
        headers = {"X-Hub-Signature": signature}
        answer = deliver(connection, body, event="diagnostics:ping", headers=headers)
        assert answer.status_code == 202
        assert answer.json() == {"outcome": "ping"}
        assert account.calls.sent == []
        assert account.jobs() == []
        assert account.metrics("WebhookPing") == before + 1

    def test_does_not_tell_whether_there_is_such_an_integration(
        self, connection: Connection
    ) -> None:
        known, unknown = (
            deliver(connection, b"{}", event="diagnostics:ping", integration_id=integration_id)
            for integration_id in (None, "a" * 16)
        )
        assert shown(known) == shown(unknown)

    def test_is_told_by_its_whole_name(self, connection: Connection) -> None:
        for event in ("diagnostics:ping2", "diagnostics", "DIAGNOSTICS:PING"):
            answer = deliver(
                connection, payload(connection), event=event, headers={"X-Hub-Signature": None}
            )
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
        [b"", b"{", b"\xff\xfe", b"[]", b"null", b"{}", b"[" * 100_000],
        ids=lambda body: repr(body[:24]),
    )
    def test_a_body_that_is_no_event_is_400_behind_a_good_signature(
        self, connection: Connection, body: bytes
    ) -> None:
        problem(deliver(connection, body), 400, "malformed_event")
        assert connection.system.account.jobs() == []

    @pytest.mark.parametrize(
        "pull_request", [None, *({"id": wrong} for wrong in (None, 0, -1, "7", 7.5, True))]
    )
    def test_an_event_that_does_not_name_its_pull_request_is_400_as_well(
        self, connection: Connection, pull_request: object
    ) -> None:
        body = connection.bench.body(pull_request)
        problem(deliver(connection, body), 400, "malformed_event")
        assert connection.system.account.jobs() == []

    def test_the_other_bitbuckets_event_is_none(self, connection: Connection) -> None:
        [other] = {CLOUD, DATA_CENTER} - {connection.bench}
        answer = deliver(connection, other.payload(), event=other.opened)
        assert answer.json() == {"outcome": "ignored"}
        assert connection.system.account.jobs() == []

    def test_a_body_larger_than_any_webhook_is_413(self, connection: Connection) -> None:
        most = 1024 * 1024
        padded = payload(connection).ljust(most)
        assert deliver(connection, padded).status_code == 202
        problem(deliver(connection, padded + b" "), 413, "payload_too_large")
        assert len(connection.system.account.jobs()) == 1


class TestWhenAwsFails:
    @only_on(CLOUD, "Bitbucket Data Center sends nothing again")
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

    @only_on(DATA_CENTER, "Bitbucket Cloud sends the event again")
    @pytest.mark.parametrize("operation", ["GetItem", "GetSecretValue", "SendMessage"])
    def test_the_event_is_lost_and_the_next_one_makes_good_for_it(
        self, connection: Connection, operation: str
    ) -> None:
        connection.system.account.calls.fail(operation)
        number, _ = connection.open_pull_request()
        connection.system.bitbucket.wait_until_delivered()
        head = connection.push(number)
        connection.system.bitbucket.wait_until_delivered()
        deliveries = connection.system.bitbucket.deliveries()
        assert [[one.status for one in each.attempts] for each in deliveries] == [[503], [202]]
        connection.settle()
        assert connection.build_status(head)[0] == "INPROGRESS"

    def test_the_answer_is_a_problem(self, connection: Connection) -> None:
        connection.system.account.calls.fail("SendMessage")
        problem(deliver(connection, payload(connection)), 503, "not_queued")

    def test_without_a_signing_key_nothing_is_let_in(self, connection: Connection) -> None:
        connection.system.account.client("secretsmanager").delete_secret(
            SecretId=connection.system.account.environment["SIGNING_KEY_ARN"],
            ForceDeleteWithoutRecovery=True,
        )
        for signature in (sign(payload(connection), secret_of(connection)), "sha256=0"):
            answer = deliver(
                connection, payload(connection), headers={"X-Hub-Signature": signature}
            )
            problem(answer, 503, "not_queued")
        assert connection.system.account.jobs() == []


class TestAwsCalls:
    def test_a_warm_webhook_makes_one_and_a_cold_one_three(self, connection: Connection) -> None:
        calls = connection.system.account.calls
        calls.clear()
        assert deliver(connection, payload(connection)).status_code == 202
        assert calls.sent == ["GetItem", "GetSecretValue", "SendMessage"]
        calls.clear()
        assert deliver(connection, payload(connection)).status_code == 202
        assert calls.sent == ["SendMessage"]

    def test_no_access_token_is_read(self, connection: Connection) -> None:
        connection.system.account.calls.clear()
        deliver(connection, payload(connection))
        [read] = connection.system.account.calls.of("GetSecretValue")
        assert read["SecretId"] == connection.system.account.environment["SIGNING_KEY_ARN"]

    def test_a_secret_of_another_version_is_seen_by_the_next_environment(
        self, connection: Connection
    ) -> None:
        assert deliver(connection, payload(connection)).status_code == 202
        connection.system.account.client("dynamodb").update_item(
            TableName="table",
            Key={"pk": {"S": "INTEGRATIONS"}, "sk": {"S": connection.id}},
            UpdateExpression="SET webhook_secret_version = :two",
            ExpressionAttributeValues={":two": {"N": "2"}},
        )
        connection.system.account.cold()
        problem(deliver(connection, payload(connection)), 401, "not_authenticated")
        assert connection.system.configure().status_code == 200
        assert deliver(connection, payload(connection)).status_code == 202

    def test_the_emulators_own_webhooks_pass(self, connection: Connection) -> None:
        number, _ = connection.open_pull_request()
        connection.push(number)
        connection.system.bitbucket.merge_pull_request(connection.repository, number)
        connection.system.bitbucket.wait_until_delivered()
        statuses = [one.attempts[-1].status for one in connection.system.bitbucket.deliveries()]
        assert statuses == [202, 202, 202]
