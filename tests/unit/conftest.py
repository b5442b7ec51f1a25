"""An AWS account in memory, with the table that template.yaml deploys."""

import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from hypothesis import settings
from moto import mock_aws

from bitbucket_integration.stores.integrations import IntegrationStore
from tests.deployed_template import resource
from tests.unit.stored import TABLE, aws_session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


# A machine that is busy otherwise is no finding.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def measured() -> Iterator[None]:
    """Measure the code alone: what other tests left in memory is not collected meanwhile."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def aws() -> Iterator[boto3.Session]:
    with mock_aws():
        yield aws_session()


@pytest.fixture
def dynamodb(aws: boto3.Session) -> "DynamoDBClient":
    client = aws.client("dynamodb")
    table = resource("Table")
    client.create_table(
        TableName=TABLE,
        **{name: table[name] for name in ("BillingMode", "AttributeDefinitions", "KeySchema")},
    )
    return client


@pytest.fixture
def integrations(dynamodb: "DynamoDBClient") -> IntegrationStore:
    return IntegrationStore(dynamodb, TABLE)
