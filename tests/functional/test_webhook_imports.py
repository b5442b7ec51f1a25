import os
import subprocess
import sys

from tests.deployed_template import ROOT, resource

UNWANTED = ("requests", "pydantic", "pydantic_core", "aws_xray_sdk")
PROGRAM = """
import sys
import webhook
assert callable(webhook.lambda_handler)
print(",".join(sys.modules))
"""


def modules_after(program: str) -> set[str]:
    folders = [ROOT / "layers/common", ROOT / "functions/webhook"]
    variables = {
        name: "https://sqs.example.com/queue" if name == "QUEUE_URL" else "value"
        for name in resource("WebhookFunction")["Environment"]["Variables"]
    }
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "TABLE_NAME": "table",
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.strip().split(","))


def test_the_webhook_function_imports_neither_requests_nor_pydantic_nor_the_xray_sdk() -> None:
    assert modules_after(PROGRAM).isdisjoint(UNWANTED)


def test_the_look_at_the_modules_would_notice_them() -> None:
    assert {"requests", "pydantic"} <= modules_after("import requests, pydantic" + PROGRAM)
