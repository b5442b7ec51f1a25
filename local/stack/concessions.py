"""What the emulated AWS needs changed after a deployment, so that the template need not be bent.

Each of these is a gap of MiniStack's, named where it is closed.
"""

from __future__ import annotations

import json
import secrets
import string
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from local.stack.aws import session

if TYPE_CHECKING:
    from local.stack.deployment import Deployment

# MiniStack wants the list itself where AWS wants text, which botocore would refuse to send.
AS_GIVEN = Config(parameter_validation=False)


def make_concessions(deployment: Deployment) -> None:
    """Make the deployment behave as it would on AWS."""
    deliver_bodies_as_bytes(deployment)
    allow_plain_http(deployment)
    make_admin_token_plain(deployment)


def deliver_bodies_as_bytes(deployment: Deployment) -> None:
    """Make binary media types work: MiniStack takes the `~1` in them for what it looks like."""
    client = session().client("apigateway", endpoint_url=deployment.endpoint_url, config=AS_GIVEN)
    api_id = deployment.outputs["ApiId"]
    escaped = client.get_rest_api(restApiId=api_id)["binaryMediaTypes"]
    media_types: Any = [media_type.replace("~1", "/") for media_type in escaped]
    client.update_rest_api(
        restApiId=api_id,
        patchOperations=[{"op": "replace", "path": "/binaryMediaTypes", "value": media_types}],
    )


def allow_plain_http(deployment: Deployment) -> None:
    """Let plain HTTP reach the bucket: the template rightly forbids it, and MiniStack speaks it."""
    s3 = session().client("s3", endpoint_url=deployment.endpoint_url)
    bucket = deployment.outputs["SubmissionsBucket"]
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    kept = [
        statement
        for statement in policy["Statement"]
        if "aws:SecureTransport" not in statement.get("Condition", {}).get("Bool", {})
    ]
    if kept:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({**policy, "Statement": kept}))
    else:
        s3.delete_bucket_policy(Bucket=bucket)


def make_admin_token_plain(deployment: Deployment) -> None:
    """Give the admin token no punctuation, as the template asks and MiniStack overlooks."""
    client = session().client("secretsmanager", endpoint_url=deployment.endpoint_url)
    name = deployment.outputs["AdminTokenSecret"]
    generated = client.get_secret_value(SecretId=name)["SecretString"]
    characters = string.ascii_letters + string.digits
    plain = "".join(secrets.choice(characters) for _ in generated)
    client.put_secret_value(SecretId=name, SecretString=plain)
