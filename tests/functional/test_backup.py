"""What docs/backup.md says brings back what was lost, as it was."""

import json
import os
import runpy
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests

from tests.deployed_template import ROOT
from tests.documents import blocks_of
from tests.functional.aws_resources import REGION
from tests.functional.bench import on_both
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different, identical

pytestmark = on_both


def script() -> str:
    """The script that puts rows back."""
    [block] = [
        one
        for one in blocks_of(ROOT / "docs" / "backup.md")
        if one.heading == "Put rows back" and one.language == "bash"
    ]
    command, _, rest = block.text.partition("\n")
    assert command == """.venv/bin/python - table.json "$(output TableName)" <<'PYTHON'"""
    return rest.removesuffix("PYTHON\n")


@dataclass
class Operator:
    """Whoever runs the stack, with the copies that the document says to make."""

    connection: Connection
    folder: Path
    objects: dict[str, bytes] = field(default_factory=dict)
    signing_key: str = ""

    def client(self, service: str) -> Any:
        return self.connection.system.account.client(service)

    def make_a_copy(self) -> None:
        rows = {"Items": self.connection.system.account.items()}
        (self.folder / "table.json").write_text(json.dumps(rows))
        s3 = self.client("s3")
        for one in s3.list_objects_v2(Bucket="submissions")["Contents"]:
            body = s3.get_object(Bucket="submissions", Key=one["Key"])["Body"].read()
            self.objects[one["Key"]] = body
        self.signing_key = self.client("secretsmanager").get_secret_value(SecretId=self.key)[
            "SecretString"
        ]

    @property
    def key(self) -> str:
        """The signing key's secret."""
        return self.connection.system.account.environment["SIGNING_KEY_ARN"]

    def put_rows_back(self, *ids: str) -> None:
        program = self.folder / "put_rows_back.py"
        program.write_text(script())
        arguments = [str(self.folder / "table.json"), "table", *ids]
        with (
            mock.patch.object(sys, "argv", ["-", *arguments]),
            mock.patch.dict(os.environ, AWS_DEFAULT_REGION=REGION),
        ):
            runpy.run_path(str(program))

    def put_objects_back(self) -> None:
        for name, body in self.objects.items():
            self.client("s3").put_object(Bucket="submissions", Key=name, Body=body)

    def lose_table_and_bucket(self) -> None:
        for item in self.connection.system.account.items():
            key = {name: item[name] for name in ("pk", "sk")}
            self.client("dynamodb").delete_item(TableName="table", Key=key)
        for name in self.objects:
            self.client("s3").delete_object(Bucket="submissions", Key=name)

    def call(self, method: str, path: str) -> requests.Response:
        target = f"/integrations/{self.connection.id}{path}"
        answer = self.connection.system.call(method, target)
        assert answer.status_code == 200, answer.text
        return answer

    def bring_up_to_date(self) -> None:
        assert self.call("POST", "/check").json()["ok"] is True
        self.call("POST", "/resume")
        self.connection.settle()


@dataclass(frozen=True)
class Shown:
    """What Bitbucket and CI know of an integration. It must be the same afterwards."""

    webhook_secret: str | None
    comment: str
    report: str


@dataclass
class PullRequest:
    """One with a report."""

    connection: Connection
    number: int
    head: str

    def shown(self) -> Shown:
        bitbucket = self.connection.system.bitbucket
        [hook] = bitbucket.hooks(self.connection.repository)
        [status] = bitbucket.build_statuses(self.connection.repository, self.head)
        page = requests.get(status.url, timeout=30)
        assert page.status_code == 200, page.text
        [comment] = self.connection.comments(self.number)
        return Shown(hook.secret, comment, status.url)

    def goes_on(self) -> None:
        """A push is told by Bitbucket, and the results of CI for it are posted."""
        bitbucket = self.connection.system.bitbucket
        bitbucket.clear_requests()
        head = self.connection.push(self.number)
        self.connection.settle()
        assert [one.status for one in bitbucket.deliveries()[-1].attempts] == [202]
        assert self.connection.submit(identical(), commit=head).status_code == 202
        self.connection.settle()
        [comment] = self.connection.comments(self.number)
        assert "no differences" in comment.splitlines()[0]


@pytest.fixture
def pull_request(connection: Connection) -> PullRequest:
    number, head = connection.open_pull_request()
    connection.submit(different(), commit=head)
    connection.settle()
    return PullRequest(connection, number, head)


@pytest.fixture
def operator(pull_request: PullRequest, tmp_path: Path) -> Operator:
    operator = Operator(pull_request.connection, tmp_path)
    operator.make_a_copy()
    return operator


def test_an_integration_that_was_removed_is_the_same_again(
    operator: Operator, pull_request: PullRequest
) -> None:
    before = pull_request.shown()
    connection = operator.connection
    account = connection.system.account
    operator.call("DELETE", "")
    operator.put_rows_back(connection.id)
    name = account.environment["ACCESS_TOKEN_PREFIX"] + connection.id
    operator.client("secretsmanager").restore_secret(SecretId=name)
    operator.put_objects_back()
    operator.bring_up_to_date()
    assert pull_request.shown() == before
    pull_request.goes_on()


def test_an_integration_whose_access_token_is_gone_gets_another(
    operator: Operator, pull_request: PullRequest
) -> None:
    system = operator.connection.system
    operator.call("DELETE", "")
    operator.put_rows_back(operator.connection.id)
    body = {"access_token": system.bench.create_token(system.bitbucket)}
    answer = system.call("PATCH", f"/integrations/{operator.connection.id}", json=body)
    assert answer.status_code == 200, answer.text
    pull_request.goes_on()


def test_a_stack_that_was_deleted_is_the_same_again(
    operator: Operator, pull_request: PullRequest
) -> None:
    before = pull_request.shown()
    account = operator.connection.system.account
    operator.lose_table_and_bucket()
    secrets = operator.client("secretsmanager")
    secrets.put_secret_value(SecretId=operator.key, SecretString="made anew with the stack")
    account.cold()
    secrets.put_secret_value(SecretId=operator.key, SecretString=operator.signing_key)
    operator.put_rows_back()
    operator.put_objects_back()
    operator.bring_up_to_date()
    assert pull_request.shown() == before
    pull_request.goes_on()


def test_rows_that_are_there_are_left_alone(operator: Operator, pull_request: PullRequest) -> None:
    pull_request.goes_on()
    account = operator.connection.system.account
    before = account.items()
    operator.put_rows_back()
    assert account.items() == before
