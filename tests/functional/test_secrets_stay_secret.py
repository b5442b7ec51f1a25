"""Plays the story with everything going wrong that can, and then looks for the secrets."""

import base64
import gzip
import json
import logging
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from bitbucket_integration.signature import sign
from tests.functional.aws_resources import ADMIN_TOKEN, SIGNING_KEY
from tests.functional.bench import on_both
from tests.functional.conftest import Connection, System
from tests.functional.data_diff_lines import different, failed, identical
from tests.functional.signed_webhooks import deliver, payload, secret_of
from tests.functional.watched_calls import PROGRESS_ID

pytestmark = on_both

FUNCTIONS = (
    "ConfigureFunction",
    "WebhookFunction",
    "DiffsFunction",
    "ReportFunction",
    "SweepFunction",
)
FAULTS = ("rate_limited", "server_error", "drop", "apply_then_drop")


def wrong_configurations(system: System) -> None:
    token = system.access_token
    other = system.bench.create_token(system.bitbucket)
    system.bench.forbid(system.bitbucket, other)
    server = system.bitbucket.data_center_url
    for changes in (
        {"access_token": f"{token} {token}"},
        {"access_token": f"{token}\n{token}"},
        {"access_token": {"value": token}},
        {"access_token": [token]},
        {"access_token": other},
        {"access_token": token[:-1]},
        {"repository": token},
        {"repository": f"https://x-token-auth:{token}@bitbucket.org/acme/jaffle-shop"},
        {"repository": f"x-token-auth:{token}@bitbucket.org/acme"},
        {"repository": "acme/nowhere"},
        {"repository": f"{server}/projects/DATA/repos/nowhere"},
        {"repository": f"{server.replace('://', f'://ada:{token}@')}/scm/data/jaffle-shop.git"},
        {"repository": f"{server.replace('://', f'://{token}@')}/projects/DATA/repos/jaffle-shop"},
        {"token": token},
    ):
        assert system.configure(PROGRESS_ID, **changes).status_code == 422
        system.call("GET", f"/progress/{PROGRESS_ID}")
    broken = f'{{"access_token": "{token}"'.encode()
    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": content_type}
        answer = system.call("POST", "/integrations", data=broken, headers=headers)
        assert answer.status_code == 422
    assert system.call("GET", "/integrations", token).status_code == 401
    assert system.call("GET", "/integrations", ADMIN_TOKEN + "x").status_code == 401


def interrupted_configurations(system: System) -> None:
    calls = system.account.calls
    for operation in ("GetItem", "TransactWriteItems", "PutSecretValue", "CreateSecret"):
        calls.fail(operation)
        assert system.configure(PROGRESS_ID).status_code == 503
    for kind in FAULTS:
        system.bitbucket.add_fault(kind, path=system.bench.webhooks)
        assert system.configure(PROGRESS_ID).status_code == 503
    calls.fail("UpdateItem", RuntimeError("a fault of the code"))
    assert system.configure().status_code == 502
    assert system.account.crashes.pop()


def refused_requests(connection: Connection) -> None:
    system = connection.system
    secret = secret_of(connection)
    assert deliver(connection, b"{", event="pullrequest:created").status_code == 400
    assert (
        deliver(connection, payload(connection), headers={"X-Hub-Signature": secret}).status_code
        == 401
    )
    assert deliver(connection, payload(connection), event="repo:push").status_code == 202
    system.account.calls.fail("SendMessage")
    assert deliver(connection, payload(connection)).status_code == 503
    assert connection.submit("no diff", commit="a" * 40).status_code == 422
    assert connection.submit(different(), commit=connection.ci_token).status_code == 422
    path = f"/integrations/{connection.id}/diffs"
    for token in (ADMIN_TOKEN, system.access_token, secret, connection.ci_token + "x"):
        assert system.call("POST", path, token).status_code == 401
    for operation in ("PutObject", "PutItem", "SendMessage"):
        system.account.calls.fail(operation)
        assert connection.submit(different(), commit="a" * 40).status_code == 503


def reports_with_trouble(connection: Connection) -> None:
    system = connection.system
    number, head = connection.open_pull_request()
    connection.settle()
    for kind in FAULTS:
        connection.submit(f"{different()}\n{failed(error=kind)}", commit=head)
        system.bitbucket.add_fault(kind, path=connection.bench.pull_request)
        connection.settle()
        system.account.skip_delays()
    system.account.send("not a job", "a group")
    system.account.calls.fail("GetSecretValue")
    system.account.calls.fail("UpdateItem", RuntimeError("a fault of the code"))
    system.account.cold()
    connection.push(number)
    connection.settle()
    system.account.skip_delays()
    connection.settle()


def checks_with_trouble(connection: Connection) -> None:
    system = connection.system
    path = f"/integrations/{connection.id}/check"
    for kind in (None, *FAULTS):
        if kind is not None:
            system.bitbucket.add_fault(kind, path=system.bench.webhooks)
        answer = system.call("POST", path, params={"progress_id": PROGRESS_ID})
        assert answer.status_code == 200
        assert answer.json()["ok"] is (kind is None)
        assert system.call("GET", f"/progress/{PROGRESS_ID}").json()["ended"] is True


def pages_with_trouble(connection: Connection) -> str:
    """Look at a report's page; what its link proves itself with."""
    system = connection.system
    number, head = connection.open_pull_request("Shown")
    connection.submit(different(), commit=head)
    connection.settle()
    [comment] = connection.comments(number)
    [link] = set(re.findall(r"/reports/[a-z0-9]+-[0-9]+-[a-z2-7]{32}", comment))
    assert connection.insights(head)
    for path in (link, f"{link}?format=json", f"{link}?report=1&q=orders"):
        assert system.call("GET", path, None).status_code == 200
    assert system.call("GET", f"{link[:-1]}8", None).status_code == 404
    for operation in ("GetItem", "GetObject"):
        system.account.calls.fail(operation)
        assert system.call("GET", link, None).status_code == 503
    return str(link).rpartition("-")[2]


def awaited_for_too_long(connection: Connection) -> None:
    account = connection.system.account
    connection.open_pull_request("Awaited")
    connection.settle()
    account.clock.let_pass(minutes=121)
    account.calls.fail("SendMessage")
    scheduled = {"source": "aws.events"}
    with pytest.raises(ClientError):
        account.invoke("SweepFunction", scheduled)
    assert account.invoke("SweepFunction", scheduled)["queued"]
    connection.settle()


def a_revoked_token_and_its_successor(connection: Connection) -> str:
    system = connection.system
    number, head = connection.open_pull_request("Another")
    connection.settle()
    system.bitbucket.revoke_access_token(system.access_token)
    connection.submit(different(), commit=head)
    connection.settle()
    assert connection.health()["ok"] is False
    successor = connection.bench.create_token(system.bitbucket)
    assert system.configure(access_token=successor).status_code == 200
    submitted = connection.submit(identical(), commit=head)
    connection.settle()
    assert connection.status(submitted)["status"] == "posted"
    assert connection.comments(number)
    return successor


def written_forms(secret: str) -> Iterator[bytes]:
    """The secret as it might be found."""
    yield secret.encode()
    yield quote(secret, safe="").encode()
    yield json.dumps(secret)[1:-1].encode()
    # As it is somewhere within a longer text.
    for before in (b"", b"x", b"xx"):
        yield base64.b64encode(before + secret.encode())[4:-4]


def stored_and_told(system: System) -> dict[str, bytes]:
    """All that leaves a function or stays behind, by where it is; Secrets Manager is not in it."""
    account = system.account
    s3 = account.client("s3")
    objects = [
        gzip.decompress(s3.get_object(Bucket="submissions", Key=one["Key"])["Body"].read())
        for one in s3.list_objects_v2(Bucket="submissions").get("Contents", [])
    ]
    repository = system.bench.repository
    shown = [
        (system.bitbucket.comments(repository, one.id), one)
        for one in system.bitbucket.pull_requests(repository)
    ]
    told = system.bitbucket.build_statuses(repository), system.bitbucket.insight_reports(repository)
    return {
        "logs": account.output.getvalue().encode(),
        "answers": "\n".join(account.answers).encode(),
        "items": json.dumps(account.items(), ensure_ascii=False).encode(),
        "objects": b"\n".join(objects),
        "messages": repr(account.calls.of("SendMessage")).encode(),
        "environment": repr(account.environment).encode(),
        "Bitbucket": repr((shown, told)).encode(),
    }


@pytest.fixture
def noisy(system: System) -> System:
    system.account.environment["POWERTOOLS_LOG_LEVEL"] = "DEBUG"
    for name in FUNCTIONS:
        system.account.function(name)
    return system


def test_no_secret_leaves_its_place(noisy: System) -> None:
    wrong_configurations(noisy)
    interrupted_configurations(noisy)
    [incomplete] = noisy.call("GET", "/integrations").json()["integrations"]
    assert incomplete["setup"] == "incomplete"
    noisy.call("DELETE", f"/integrations/{incomplete['id']}")
    connection = noisy.connect()
    refused_requests(connection)
    reports_with_trouble(connection)
    checks_with_trouble(connection)
    link_token = pages_with_trouble(connection)
    awaited_for_too_long(connection)
    successor = a_revoked_token_and_its_successor(connection)
    secret = secret_of(connection)
    places = stored_and_told(noisy)

    assert logging.getLogger("report").level == logging.DEBUG
    for place in ("logs", "answers", "items", "messages"):
        assert connection.id.encode() in places[place], "the story left traces"
    assert b"model.shop.orders" in places["objects"]
    assert f"PROGRESS#{PROGRESS_ID}".encode() in places["items"]

    assert places["answers"].count(connection.ci_token.encode()) == 1
    allowed = connection.ci_token.encode()
    secrets = {
        "the access token": noisy.access_token,
        "the second access token": successor,
        "the admin token": ADMIN_TOKEN,
        "the signing key": SIGNING_KEY,
        "the webhook's secret": secret,
        "the CI token": connection.ci_token,
    }
    places["answers"] = places["answers"].replace(allowed, b"", 1)
    assert hunted(secrets, places) == []
    # Whoever may see the pull request may follow the link; the answers only lead back to it.
    assert link_token.encode() in places.pop("Bitbucket")
    assert hunted({"the link's token": link_token}, places) == []


def test_the_secret_of_a_manual_webhook_is_told_to_the_admin_alone(noisy: System) -> None:
    noisy.access_token = noisy.bench.create_lesser_token(noisy.bitbucket)
    configured = noisy.configured()
    integration_id, secret = configured["integration"]["id"], configured["manual_webhook"]["secret"]
    connection = Connection(noisy, integration_id, configured["ci_token"])
    path = f"/integrations/{integration_id}"
    body = payload(connection)
    signed = {
        "X-Event-Key": connection.bench.opened,
        "X-Hub-Signature": sign(body, secret),
        "Content-Type": "application/json",
    }
    connection.open_pull_request()
    answer = noisy.call("POST", f"/webhooks/{integration_id}", None, data=body, headers=signed)
    assert answer.status_code == 202
    connection.settle()
    for method, where in (("GET", path), ("GET", "/integrations"), ("POST", f"{path}/check")):
        assert noisy.call(method, where).status_code == 200
    noisy.bitbucket.revoke_access_token(noisy.access_token)
    assert noisy.call("POST", f"{path}/check").status_code == 200
    places = stored_and_told(noisy)
    answers = [one for one in noisy.account.answers if secret in one]
    assert answers
    assert all('\\"manual_webhook\\"' in one for one in answers)
    del places["answers"]
    assert hunted({"the webhook's secret": secret, "the token": noisy.access_token}, places) == []


def hunted(secrets: Mapping[str, str], places: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Which secret is where it should not be."""
    return [
        (name, place)
        for name, value in secrets.items()
        for place, content in places.items()
        for form in written_forms(value)
        if form in content
    ]


def test_a_part_of_a_token_is_not_told_either(noisy: System) -> None:
    wrong_configurations(noisy)
    places = stored_answers_and_logs(noisy)
    assert noisy.access_token[:20].encode() not in places


def stored_answers_and_logs(system: System) -> bytes:
    return "\n".join([*system.account.answers, system.account.output.getvalue()]).encode()


def test_the_hunt_finds_what_is_there() -> None:
    for before in ("", "x", "xx", "xxx"):
        content = base64.b64encode(f"{before}{ADMIN_TOKEN} and more".encode())
        assert any(form in content for form in written_forms(ADMIN_TOKEN))
