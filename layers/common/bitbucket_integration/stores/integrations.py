"""Integrations in DynamoDB."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bitbucket_integration.integration import (
    CloudIdentity,
    DataCenterIdentity,
    Health,
    Integration,
    Provider,
    RepositoryIdentity,
    SetupState,
    WebhookMode,
)
from bitbucket_integration.stores.items import (
    INTEGRATIONS,
    WAITING,
    fields_of,
    from_item,
    integration_partition,
    is_condition_failure,
    key,
    to_item,
    unless_condition_fails,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_REPOSITORY_SORT = "INTEGRATION"
_IDENTITIES: dict[Provider, type[CloudIdentity | DataCenterIdentity]] = {
    identity.provider: identity for identity in (CloudIdentity, DataCenterIdentity)
}
_MOST_IN_A_BATCH = 25
_LONGEST_ID = 40
_MOST_IN_A_QUERY = 100
_MOST_QUERIES_A_PAGE = 10


class IntegrationStore:
    """Reads are consistent: what one function stored, the next one sees."""

    def __init__(self, dynamodb: "DynamoDBClient", table_name: str) -> None:
        """Use this client and table."""
        self._dynamodb = dynamodb
        self._table = table_name

    def get(self, integration_id: str) -> Integration | None:
        """The integration with this id."""
        # An address may name anything, and DynamoDB refuses empty and very long keys.
        if not 0 < len(integration_id) <= _LONGEST_ID:
            return None
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=key(INTEGRATIONS, integration_id), ConsistentRead=True
        )
        item = answer.get("Item")
        return None if item is None else _integration(from_item(item))

    def of_repository(self, repository: RepositoryIdentity) -> Integration | None:
        """The integration of this repository."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=_repository_key(repository), ConsistentRead=True
        )
        item = answer.get("Item")
        return None if item is None else self.get(from_item(item)["integration_id"])

    def page(
        self,
        limit: int,
        after: str | None,
        wanted: Callable[[Integration], bool] | None = None,
    ) -> tuple[list[Integration], str | None]:
        """Up to `limit` integrations by id, and the id to continue after if there may be more.

        Where few are `wanted`, a page may be short or empty although there are more.
        """
        found: list[Integration] = []
        # What is not wanted is read, too, and takes its time.
        for _ in range(_MOST_QUERIES_A_PAGE):
            read, more = self._query_page(_MOST_IN_A_QUERY if wanted else limit, after)
            for one in read:
                after = one.id
                if wanted is None or wanted(one):
                    found.append(one)
                if len(found) == limit:
                    return found, after if more or one is not read[-1] else None
            if not more:
                return found, None
        return found, after

    def _query_page(self, limit: int, after: str | None) -> tuple[list[Integration], bool]:
        start = {} if after is None else {"ExclusiveStartKey": key(INTEGRATIONS, after)}
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": INTEGRATIONS}),
            Limit=limit,
            ConsistentRead=True,
            **start,  # type: ignore[arg-type] # the stubs cannot see through the ** of a start key
        )
        integrations = [_integration(from_item(item)) for item in answer["Items"]]
        return integrations, "LastEvaluatedKey" in answer and bool(integrations)

    def create(self, integration: Integration) -> Integration:
        """Store a new integration, or answer the one that its repository has already.

        The transaction keeps one integration per repository, also when two calls race.
        """
        condition = "attribute_not_exists(pk)"
        try:
            self._dynamodb.transact_write_items(
                TransactItems=[
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": _item(integration),
                            "ConditionExpression": condition,
                        }
                    },
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": _repository_key(integration.repository)
                            | to_item({"integration_id": integration.id}),
                            "ConditionExpression": condition,
                        }
                    },
                ]
            )
        except ClientError as error:
            existing = self.of_repository(integration.repository)
            if is_condition_failure(error) and existing is not None:
                return existing
            raise
        return integration

    def change(self, seen: Integration, changed: Integration) -> Integration | None:
        """Store what an admin changed of an integration as it was seen, with the next revision.

        Nothing but what differs is written, so that health and names that were recorded meanwhile
        stay. None when somebody else has changed or deleted it since it was seen.
        """
        before, after = asdict(seen), asdict(changed) | {"revision": seen.revision + 1}
        differing = [name for name in after if after[name] != before[name]]
        # An integration of an earlier version has no revision yet.
        unnumbered = " OR attribute_not_exists(revision)" if seen.revision == 1 else ""
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=key(INTEGRATIONS, seen.id),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in differing),
                ConditionExpression=f"attribute_exists(pk) AND (revision = :seen{unnumbered})",
                ExpressionAttributeNames={f"#{name}": name for name in differing},
                ExpressionAttributeValues=to_item(
                    {f":{name}": after[name] for name in differing} | {":seen": seen.revision}
                ),
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            return None
        return replace(changed, revision=seen.revision + 1)

    def record_health(self, integration: Integration, health: Health) -> None:
        """Note whether Bitbucket let us work; writes only what changed."""
        if health.after(integration.health) == integration.health:
            return
        self._update(
            integration,
            "SET health = :health",
            "attribute_exists(pk)",
            {":health": asdict(health)},
        )

    def record_repository(self, integration: Integration, today: RepositoryIdentity) -> None:
        """Note what the same repository is called today.

        Nothing is written when somebody has stored other names since the integration was read.
        """
        self._update(
            integration,
            "SET repository = :today",
            "repository = :seen",
            {":today": asdict(today), ":seen": asdict(integration.repository)},
        )

    def record_check(self, integration: Integration) -> None:
        """Note what a check found: repository, webhook and health, and nothing else."""
        self._update(
            integration,
            "SET repository = :repository, webhook = :webhook, webhook_id = :webhook_id,"
            " webhook_url = :webhook_url, health = :health",
            "attribute_exists(pk)",
            {
                ":repository": asdict(integration.repository),
                ":webhook": integration.webhook,
                ":webhook_id": integration.webhook_id,
                ":webhook_url": integration.webhook_url,
                ":health": asdict(integration.health),
            },
        )

    def record_no_webhook(self, integration: Integration) -> None:
        """Note that its webhook was removed from Bitbucket."""
        self._update(
            integration,
            "SET webhook_id = :none, webhook_url = :none",
            "attribute_exists(pk)",
            {":none": None},
        )

    def _update(
        self, integration: Integration, assignment: str, condition: str, values: dict[str, Any]
    ) -> None:
        with unless_condition_fails():
            self._dynamodb.update_item(
                TableName=self._table,
                Key=key(INTEGRATIONS, integration.id),
                UpdateExpression=assignment,
                ConditionExpression=condition,
                ExpressionAttributeValues=to_item(values),
            )

    def delete(self, integration: Integration) -> None:
        """Remove an integration and every item that belongs to it; repeating it does no harm.

        The integration itself goes last, so that a repeated call still finds what is left.
        """
        for batch in _batches(self._keys_of(integration.id)):
            pending: Any = {self._table: [{"DeleteRequest": {"Key": one}} for one in batch]}
            while pending:
                answer = self._dynamodb.batch_write_item(RequestItems=pending)
                pending = answer.get("UnprocessedItems")
        self._delete_repository(integration)
        self._dynamodb.delete_item(TableName=self._table, Key=key(INTEGRATIONS, integration.id))

    def _delete_repository(self, integration: Integration) -> None:
        with unless_condition_fails():
            self._dynamodb.delete_item(
                TableName=self._table,
                Key=_repository_key(integration.repository),
                # After a deletion that stopped half-way it may be a newer integration's.
                ConditionExpression="integration_id = :id",
                ExpressionAttributeValues=to_item({":id": integration.id}),
            )

    def _keys_of(self, integration_id: str) -> Iterator[dict[str, Any]]:
        for item in self._items_of(integration_partition(integration_id)):
            yield {"pk": item["pk"], "sk": item["sk"]}
        # Deadlines of all integrations share a partition: few, since each is gone within days.
        for item in self._items_of(WAITING):
            if from_item(item)["integration_id"] == integration_id:
                yield {"pk": item["pk"], "sk": item["sk"]}

    def _items_of(self, partition: str) -> Iterator[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": partition}),
            ProjectionExpression="pk, sk, integration_id",
        )
        for page in pages:
            yield from page["Items"]


def _batches(keys: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for one in keys:
        batch.append(one)
        if len(batch) == _MOST_IN_A_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _repository_key(repository: RepositoryIdentity) -> dict[str, Any]:
    return key(f"REPOSITORY#{repository.key}", _REPOSITORY_SORT)


def _item(integration: Integration) -> dict[str, Any]:
    fields = asdict(integration) | {"provider": integration.provider.value}
    return key(INTEGRATIONS, integration.id) | to_item(fields)


def _integration(stored: dict[str, Any]) -> Integration:
    identity = _IDENTITIES[Provider(stored["provider"])]
    return Integration(
        **fields_of(Integration, stored)
        | {
            "setup": SetupState(stored["setup"]),
            "webhook": WebhookMode(stored.get("webhook", WebhookMode.MANAGED)),
            "repository": identity(**fields_of(identity, stored["repository"])),
            "health": Health(**fields_of(Health, stored["health"])),
        }
    )
