"""An AWS account in memory, made from template.yaml, with the functions loaded into it."""

import importlib
import io
import json
import logging
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, TextIO
from unittest import mock

import boto3
from moto import mock_aws

from tests.deployed_template import resource
from tests.functional.aws_calls import AwsCalls, KilledError
from tests.functional.aws_resources import REGION, client, create, session

LARGEST_EVENT = 6 * 1024 * 1024
"""Bytes of JSON that Lambda takes with an invocation."""

_MODULES = {
    "ConfigureFunction": "configure",
    "WebhookFunction": "webhook",
    "DiffsFunction": "diffs",
    "ReportFunction": "report",
    "SweepFunction": "sweep",
}


@dataclass
class LambdaContext:
    """What Lambda tells a function about its invocation."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:function"
    aws_request_id: str = "5d1b5c3e"
    milliseconds: int = 110_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass
class Clock:
    """The time as the functions see it, some of which a test may let pass."""

    ahead: float = 0
    _real: Callable[[], float] = time.time

    def __call__(self) -> float:
        return self._real() + self.ahead

    def let_pass(self, minutes: float) -> None:
        self.ahead += 60 * minutes


def _idle() -> dict[str, threading.RLock]:
    return {name: threading.RLock() for name in _MODULES}


@dataclass
class Account:
    """The stack's resources, and its functions as Lambda would load them.

    `output` is all that the functions wrote, as their log groups would show it, and `answers` are
    all that they gave to API Gateway.
    """

    environment: dict[str, str]
    queue_url: str
    dead_letter_url: str
    calls: AwsCalls
    clock: Clock = field(default_factory=Clock)
    output: io.StringIO = field(default_factory=io.StringIO)
    answers: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    _modules: dict[str, ModuleType] = field(default_factory=dict)
    _in_flight: dict[str, str] = field(default_factory=dict)
    # An environment does one thing at a time; each function has one of its own.
    _busy: dict[str, threading.RLock] = field(default_factory=_idle)
    _loading: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str) -> Any:
        """A client of the test's own, whose calls are not counted."""
        return client(service)

    def function(self, name: str) -> ModuleType:
        """The function's module, loaded once: a warm environment."""
        with self._loading, captured(self.output):
            if name not in self._modules:
                self._modules[name] = _load(_MODULES[name], self.environment, self.clock)
            return self._modules[name]

    def cold(self) -> None:
        """Forget all warm environments."""
        self._modules.clear()

    def beside(self) -> "Account":
        """The same account with environments of its own: those that run while these are busy."""
        return replace(self, _modules={}, _busy=_idle())

    def invoke(self, name: str, event: Mapping[str, Any], context: Any = None) -> Any:
        """Run a function; event and answer are JSON, as they are for Lambda."""
        with self._busy[name], captured(self.output):
            handler = self.function(name).lambda_handler
            answer = handler(json.loads(json.dumps(event)), context or LambdaContext())
            return json.loads(json.dumps(answer))

    def serve(self, name: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """Run a function for API Gateway, which has answers of its own when that goes wrong."""
        if len(json.dumps(event)) > LARGEST_EVENT:
            return {"statusCode": 413, "body": '{"message": "Request Too Long"}'}
        try:
            answer: dict[str, Any] = self.invoke(name, event)
            if not isinstance(answer.get("body", ""), str):
                raise TypeError("malformed Lambda proxy response")  # noqa: TRY301
        except KilledError:
            return {"statusCode": 502, "body": '{"message": "Internal server error"}'}
        except Exception as error:  # noqa: BLE001 Lambda catches all of them, too
            traceback.print_exception(error, file=self.output)
            self.crashes.append(f"{name}: {error!r}")
            return {"statusCode": 502, "body": '{"message": "Internal server error"}'}
        self.answers.append(json.dumps(answer, ensure_ascii=False))
        return answer

    def logs(self) -> list[dict[str, Any]]:
        """What the functions logged; their metrics are logged, too."""
        lines = self.output.getvalue().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def metrics(self, name: str) -> int:
        """What a metric adds up to."""
        return int(sum(sum(line[name]) for line in self.logs() if name in line))

    def jobs(self) -> list[dict[str, Any]]:
        """Receive a batch as Lambda's event source would, as records of its event."""
        properties = resource("ReportFunction")["Events"]["Jobs"]["Properties"]
        answer = self.client("sqs").receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=properties["BatchSize"],
            AttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        self._in_flight |= {one["MessageId"]: one["ReceiptHandle"] for one in messages}
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:jobs.fifo",
                "awsRegion": REGION,
            }
            for message in messages
        ]

    def work(self, records: list[dict[str, Any]], context: Any = None) -> list[str]:
        """Run the report function on a batch, as the event source does; the ids that failed."""
        answer = self.invoke("ReportFunction", {"Records": records}, context)
        failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        for record in records:
            if record["messageId"] not in failed:
                self.client("sqs").delete_message(
                    QueueUrl=self.queue_url, ReceiptHandle=record["receiptHandle"]
                )
                del self._in_flight[record["messageId"]]
        return failed

    def drain(self) -> int:
        """Work until nothing is visible on the queue; how many records were done."""
        done = 0
        while records := self.jobs():
            failed = self.work(records)
            done += len(records) - len(failed)
        return done

    def skip_delays(self) -> None:
        """Let the time pass for which failed messages are hidden."""
        for handle in self._in_flight.values():
            self.client("sqs").change_message_visibility(
                QueueUrl=self.queue_url, ReceiptHandle=handle, VisibilityTimeout=0
            )
        self._in_flight.clear()

    def delays(self) -> list[int]:
        """For how many seconds the function hid messages that failed, in its order."""
        return [one["VisibilityTimeout"] for one in self.calls.of("ChangeMessageVisibility")]

    def send(self, body: str, group: str) -> None:
        """Put a message on the queue of report jobs, past the functions."""
        self.client("sqs").send_message(
            QueueUrl=self.queue_url,
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=str(uuid.uuid4()),
        )

    def dead_letters(self) -> list[str]:
        """The bodies of the messages that were given up."""
        answer = self.client("sqs").receive_message(
            QueueUrl=self.dead_letter_url, MaxNumberOfMessages=10
        )
        return [message["Body"] for message in answer.get("Messages", [])]

    def items(self, partition: str = "", sort: str = "") -> list[dict[str, Any]]:
        """The table's items whose keys begin like this, as DynamoDB keeps them."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName="table")
        items = [item for page in pages for item in page["Items"]]
        return [
            item
            for item in items
            if item["pk"]["S"].startswith(partition) and item["sk"]["S"].startswith(sort)
        ]

    def access_tokens(self) -> dict[str, str]:
        """The access tokens in Secrets Manager by their names."""
        client = self.client("secretsmanager")
        names = [one["Name"] for one in client.list_secrets()["SecretList"]]
        prefix = self.environment["ACCESS_TOKEN_PREFIX"]
        return {
            name: client.get_secret_value(SecretId=name)["SecretString"]
            for name in names
            if name.startswith(prefix)
        }


_capturing = threading.Lock()
_captors: list[TextIO] = []


@contextmanager
def captured(output: TextIO) -> Iterator[None]:
    """Send what is printed to `output`, also when functions run at the same time."""
    with _capturing:
        if not _captors:
            _captors.append(sys.stdout)
        _captors.append(output)
        sys.stdout = output
    try:
        yield
    finally:
        with _capturing:
            _captors.pop()
            if len(_captors) == 1:
                sys.stdout = _captors.pop()


def _load(module: str, environment: Mapping[str, str], clock: Clock) -> ModuleType:
    # All that a function keeps is in its main module, which hands it to the others.
    sys.modules.pop(module, None)
    # A new environment has a new logger, whose output is that of this account.
    known = logging.Logger.manager.loggerDict
    for name in (module, "service_undefined"):
        known.pop(name, None)
    # A module takes its clock when it is loaded, and hands it on from there.
    with mock.patch.dict("os.environ", environment), mock.patch("time.time", clock):
        loaded = importlib.import_module(module)
    logger = logging.getLogger(module)
    # The loggers of its other modules stay, and pass on to it what they are told.
    for name, one in known.items():
        if name.startswith(f"{module}.") and isinstance(one, logging.Logger):
            one.parent = logger
    return loaded


@contextmanager
def account(cloud_api_url: str, public_url: str) -> Iterator[Account]:
    """An account with the template's table, bucket, queues and secrets."""
    fake = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
    }
    with mock.patch.dict("os.environ", fake), mock_aws():
        resources = create(fake, cloud_api_url, public_url)
        made = Account(
            resources.environment, resources.queue_url, resources.dead_letter_url, AwsCalls()
        )
        boto3.DEFAULT_SESSION = session("functions")
        made.calls.watch(session("functions"))
        # What no logger of ours formats, Lambda's own handler writes from warnings on.
        handler = logging.StreamHandler(made.output)
        handler.setLevel(logging.WARNING)
        logging.getLogger().addHandler(handler)
        try:
            yield made
        finally:
            logging.getLogger().removeHandler(handler)
            made.calls.unwatch(session("functions"))
