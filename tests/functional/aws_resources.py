"""The stack's resources in moto, made as template.yaml describes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3

from tests.deployed_template import resource, template

REGION = "eu-central-1"
STACK = "datadiff-test"
ADMIN_TOKEN = "admin-token-9QmX2"
SIGNING_KEY = "signing-key-Zr81bQ"


@dataclass(frozen=True)
class Resources:
    """What was made, and the environment that tells the functions of it."""

    environment: dict[str, str]
    queue_url: str
    dead_letter_url: str


@cache
def session(_: str) -> boto3.Session:
    """A session under a name of its own."""
    # One for all tests, since reading the descriptions of AWS's APIs takes long.
    return boto3.Session(region_name=REGION)


@cache
def client(service: str) -> Any:
    """A client of the tests' own, whose calls are not counted."""
    return session("tests").client(service)  # type: ignore[call-overload]


def create(fake: Mapping[str, str], cloud_api_url: str, public_url: str) -> Resources:
    """Make the template's resources; `fake` are the credentials for them."""
    table = resource("Table")
    client("dynamodb").create_table(
        TableName="table",
        **{key: table[key] for key in ("BillingMode", "AttributeDefinitions", "KeySchema")},
    )
    s3: Any = client("s3")
    s3.create_bucket(Bucket="submissions", CreateBucketConfiguration={"LocationConstraint": REGION})
    secrets = client("secretsmanager")
    admin = secrets.create_secret(Name=f"{STACK}/admin-token", SecretString=ADMIN_TOKEN)
    key = secrets.create_secret(Name=f"{STACK}/signing-key", SecretString=SIGNING_KEY)
    sqs = client("sqs")
    dead_letters = sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})
    dead_letter_arn = sqs.get_queue_attributes(
        QueueUrl=dead_letters["QueueUrl"], AttributeNames=["QueueArn"]
    )["Attributes"]["QueueArn"]
    queue = resource("ReportQueue")
    url = sqs.create_queue(
        QueueName="jobs.fifo",
        Attributes={
            "FifoQueue": "true",
            "DeduplicationScope": queue["DeduplicationScope"],
            "FifoThroughputLimit": queue["FifoThroughputLimit"],
            "VisibilityTimeout": str(queue["VisibilityTimeout"]),
            "RedrivePolicy": json.dumps(
                queue["RedrivePolicy"] | {"deadLetterTargetArn": dead_letter_arn}
            ),
        },
    )["QueueUrl"]
    report = resource("ReportFunction")["Environment"]["Variables"]
    return Resources(
        environment={
            **fake,
            "TABLE_NAME": "table",
            "BUCKET_NAME": "submissions",
            "QUEUE_URL": url,
            "ADMIN_TOKEN_ARN": admin["ARN"],
            "SIGNING_KEY_ARN": key["ARN"],
            "ACCESS_TOKEN_PREFIX": f"{STACK}/access-tokens/",
            "BITBUCKET_CLOUD_API_URL": cloud_api_url,
            "ALLOWED_BITBUCKET_HOSTS": "http://127.0.0.1",
            "PUBLIC_URL": public_url,
            "RETENTION_DAYS": "90",
            "MAX_RECEIVES": report["MAX_RECEIVES"],
            "POWERTOOLS_LOG_LEVEL": template()["Parameters"]["LogLevel"]["Default"],
            "POWERTOOLS_METRICS_NAMESPACE": f"BitbucketDataDiff/{STACK}",
        },
        queue_url=url,
        dead_letter_url=dead_letters["QueueUrl"],
    )
