"""Which integrations use the same access token, so that it goes with the last of them."""

from typing import TYPE_CHECKING, Any

from bitbucket_integration.stores.items import from_item, key, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class TokenUsers:
    """One item per use; an access token that is not shared needs none."""

    def __init__(self, dynamodb: "DynamoDBClient", table_name: str) -> None:
        """Use this client and table."""
        self._dynamodb = dynamodb
        self._table = table_name

    def add(self, owner: str, integration_id: str) -> None:
        """Note that an integration uses the token that is kept under the owner's id."""
        self._dynamodb.put_item(TableName=self._table, Item=_key(owner, integration_id))

    def remove(self, owner: str, integration_id: str) -> None:
        """Note that it does not use it any more; repeating it does no harm."""
        self._dynamodb.delete_item(TableName=self._table, Key=_key(owner, integration_id))

    def of(self, owner: str) -> list[str]:
        """The ids of the integrations that may use a token; some of them may be gone."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": _partition(owner)}),
            ConsistentRead=True,
        )
        return [from_item(item)["sk"] for page in pages for item in page["Items"]]


def _partition(owner: str) -> str:
    return f"ACCESS_TOKEN#{owner}"


def _key(owner: str, integration_id: str) -> dict[str, Any]:
    return key(_partition(owner), integration_id)
