"""The whole system on this machine, as one context manager."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Self

from local.bitbucket import BitbucketEmulator
from local.stack import aws
from local.stack import deployment as sam
from local.stack.concessions import make_concessions
from local.stack.errors import LocalStackError
from local.stack.ministack import MiniStack
from local.stack.places import STACK_JSON, new_run_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import boto3


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)


class LocalStack:
    """MiniStack with the real template on it, and a Bitbucket for it.

    Entered, it is up; left, nothing of it runs any more. `bitbucket` is the emulator, or None when
    `cloud_api_url` names another Bitbucket.
    """

    def __init__(
        self, *, cloud_api_url: str | None = None, progress: Callable[[str], None] = say
    ) -> None:
        self.bitbucket = None if cloud_api_url else BitbucketEmulator()
        self._cloud_api_url = cloud_api_url
        self._progress = progress
        self._deployment: sam.Deployment | None = None
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            folder = new_run_folder()
            exits.push(partial(_remove_unless_failed, folder))
            ministack = MiniStack(folder)
            with self._step("Starting MiniStack"):
                exits.enter_context(ministack)
            if self.bitbucket:
                with self._step("Starting the Bitbucket emulator"):
                    exits.enter_context(self.bitbucket)
            with self._step("Building with `sam build`"):
                template = sam.build(folder)
            with self._step("Deploying with `sam deploy`"):
                self._deployment = sam.deploy(
                    template, ministack.endpoint_url, folder, self.cloud_api_url
                )
                make_concessions(self._deployment)
            self._exits = exits.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._exits.__exit__(None, None, None)

    @property
    def cloud_api_url(self) -> str:
        """Base of the REST API of the Bitbucket Cloud that the stack talks to."""
        return self.bitbucket.cloud_api_url if self.bitbucket else self._cloud_api_url or ""

    @property
    def cloud_web_url(self) -> str | None:
        """Where that Bitbucket shows its pages, if it is the emulator."""
        return self.bitbucket.cloud_web_url if self.bitbucket else None

    @property
    def data_center_url(self) -> str | None:
        """Base URL of the Bitbucket Data Center that the stack may talk to: the emulator's."""
        return self.bitbucket.data_center_url if self.bitbucket else None

    @property
    def api_url(self) -> str:
        """Base address of the deployed API."""
        return self.deployment.api_url

    @property
    def stack_name(self) -> str:
        """The CloudFormation stack, whose name its secrets' names begin with."""
        return sam.STACK_NAME

    @property
    def admin_token(self) -> str:
        """The admin API's bearer token, as an operator would read it."""
        secrets = self.session.client("secretsmanager", endpoint_url=self.endpoint_url)
        name = self.deployment.outputs["AdminTokenSecret"]
        return secrets.get_secret_value(SecretId=name)["SecretString"]

    @property
    def endpoint_url(self) -> str:
        """What AWS clients take for AWS: `stack.session.client(…, endpoint_url=…)`."""
        return self.deployment.endpoint_url

    @property
    def session(self) -> boto3.Session:
        """An administrator of the embedded AWS."""
        return aws.session()

    @property
    def deployment(self) -> sam.Deployment:
        """What `sam deploy` made."""
        if self._deployment is None:
            message = "the stack has not been started"
            raise RuntimeError(message)
        return self._deployment

    def facts(self) -> dict[str, str | None]:
        """Everything that a script needs to drive the stack."""
        outputs = self.deployment.outputs
        return {
            "api_url": self.api_url,
            "admin_token": self.admin_token,
            "bitbucket_cloud_api_url": self.cloud_api_url,
            "bitbucket_cloud_web_url": self.cloud_web_url,
            "bitbucket_data_center_url": self.data_center_url,
            "aws_endpoint_url": self.endpoint_url,
            "aws_region": aws.REGION,
            "aws_access_key_id": aws.ACCESS_KEY_ID,
            "aws_secret_access_key": aws.SECRET_ACCESS_KEY,
            "stack_name": self.stack_name,
            "table_name": outputs["TableName"],
            "submissions_bucket": outputs["SubmissionsBucket"],
            "report_queue_url": outputs["ReportQueueUrl"],
            "dead_letter_queue_url": outputs["DeadLetterQueueUrl"],
        }

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        self._progress(f"{what} …")
        started = time.monotonic()
        yield
        self._progress(f"  done in {time.monotonic() - started:.1f} s")


def _remove_unless_failed(folder: Path, kind: type[BaseException] | None, *_: object) -> None:
    # Its logs are what the error's message points at.
    if kind is None or not issubclass(kind, LocalStackError):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stack_json(facts: dict[str, str | None]) -> Iterator[None]:
    """Keep `.local/stack.json` there, readable by its owner only, for as long as the stack is."""
    STACK_JSON.parent.mkdir(parents=True, exist_ok=True)
    STACK_JSON.touch(mode=0o600)
    STACK_JSON.write_text(json.dumps(facts, indent=2) + "\n")
    try:
        yield
    finally:
        STACK_JSON.unlink(missing_ok=True)
