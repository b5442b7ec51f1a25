"""An AWS account in memory, with the table that template.yaml deploys."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from bitbucket_integration.stores.integrations import IntegrationStore
from tests.deployed_template import resource
from tests.unit.stored import REGION, TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> "DynamoDBClient":
    client = boto3.client("dynamodb", region_name=REGION)
    table = resource("Table")
    client.create_table(
        TableName=TABLE,
        **{name: table[name] for name in ("BillingMode", "AttributeDefinitions", "KeySchema")},
    )
    return client


@pytest.fixture
def integrations(dynamodb: "DynamoDBClient") -> IntegrationStore:
    return IntegrationStore(dynamodb, TABLE)
