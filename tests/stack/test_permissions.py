"""What the deployed roles may do, asked of the IAM that the functions run under."""

from typing import Any

import pytest

from local.stack import LocalStack
from tests.stack.conftest import Repository

pytestmark = pytest.mark.stack

FUNCTIONS = ("Configure", "Webhook", "Diffs", "Report", "Sweep")


def role_arn(stack: LocalStack, function: str) -> str:
    cloudformation = stack.session.client("cloudformation", endpoint_url=stack.endpoint_url)
    resource = cloudformation.describe_stack_resource(
        StackName=stack.stack_name, LogicalResourceId=f"{function}Role"
    )
    iam = stack.session.client("iam", endpoint_url=stack.endpoint_url)
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    return iam.get_role(RoleName=name)["Role"]["Arn"]


def is_allowed(stack: LocalStack, function: str, action: str, resource: str) -> bool:
    iam = stack.session.client("iam", endpoint_url=stack.endpoint_url)
    answer: Any = iam.simulate_principal_policy(
        PolicySourceArn=role_arn(stack, function), ActionNames=[action], ResourceArns=[resource]
    )
    return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")


def secret_arn(stack: LocalStack, name: str) -> str:
    secrets = stack.session.client("secretsmanager", endpoint_url=stack.endpoint_url)
    return secrets.describe_secret(SecretId=name)["ARN"]


def who_may(stack: LocalStack, action: str, resource: str) -> set[str]:
    return {one for one in FUNCTIONS if is_allowed(stack, one, action, resource)}


def test_only_configure_and_report_may_read_an_access_token(repository: Repository) -> None:
    stack = repository.stack
    name = f"{stack.stack_name}/access-tokens/{repository.integration_id}"
    allowed = who_may(stack, "secretsmanager:GetSecretValue", secret_arn(stack, name))
    assert allowed == {"Configure", "Report"}


def test_only_configure_may_read_the_admin_token(stack: LocalStack) -> None:
    token = secret_arn(stack, f"{stack.stack_name}/admin-token")
    assert who_may(stack, "secretsmanager:GetSecretValue", token) == {"Configure"}


def test_only_who_makes_or_checks_secrets_may_read_the_signing_key(stack: LocalStack) -> None:
    key = secret_arn(stack, f"{stack.stack_name}/signing-key")
    allowed = who_may(stack, "secretsmanager:GetSecretValue", key)
    assert allowed == {"Configure", "Webhook", "Diffs", "Report"}


def test_only_configure_and_sweep_may_delete_items(stack: LocalStack) -> None:
    dynamodb = stack.session.client("dynamodb", endpoint_url=stack.endpoint_url)
    described = dynamodb.describe_table(TableName=stack.deployment.outputs["TableName"])
    table = described["Table"]["TableArn"]
    assert who_may(stack, "dynamodb:DeleteItem", table) == {"Configure", "Sweep"}


def test_nobody_may_overwrite_the_stacks_own_secrets(stack: LocalStack) -> None:
    for name in ("admin-token", "signing-key"):
        secret = secret_arn(stack, f"{stack.stack_name}/{name}")
        for action in ("PutSecretValue", "DeleteSecret", "CreateSecret"):
            assert who_may(stack, f"secretsmanager:{action}", secret) == set()


def test_nobody_may_touch_a_network_that_the_stack_was_not_put_into(stack: LocalStack) -> None:
    for action in ("CreateNetworkInterface", "DescribeSubnets"):
        assert who_may(stack, f"ec2:{action}", "*") == set()


def test_nobody_may_read_a_secret_that_is_not_the_stacks(stack: LocalStack) -> None:
    secrets = stack.session.client("secretsmanager", endpoint_url=stack.endpoint_url)
    for name in ("corp-ca", f"{stack.stack_name}-other/access-tokens/x"):
        arn = secrets.create_secret(Name=name, SecretString="not ours")["ARN"]
        assert who_may(stack, "secretsmanager:GetSecretValue", arn) == set()


def test_only_report_may_read_submitted_diffs(stack: LocalStack) -> None:
    bucket = stack.deployment.outputs["SubmissionsBucket"]
    diffs = f"arn:aws:s3:::{bucket}/submissions/some/diffs.json.gz"
    assert who_may(stack, "s3:GetObject", diffs) == {"Report"}
    assert who_may(stack, "s3:PutObject", diffs) == {"Diffs"}
    assert who_may(stack, "s3:DeleteObject", diffs) == {"Configure"}


def test_report_keeps_reports_and_diffs_shows_them(stack: LocalStack) -> None:
    bucket = stack.deployment.outputs["SubmissionsBucket"]
    kept = f"arn:aws:s3:::{bucket}/reports/some/7/report.json.gz"
    assert who_may(stack, "s3:PutObject", kept) == {"Report"}
    assert who_may(stack, "s3:GetObject", kept) == {"Report", "Diffs"}
    assert who_may(stack, "s3:DeleteObject", kept) == {"Configure"}
