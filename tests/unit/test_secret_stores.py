from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bitbucket_integration.errors import MissingSecretError
from bitbucket_integration.stores.secrets import (
    AccessTokenWriter,
    SecretReader,
    access_token_name,
)
from tests.unit.stored import Clock, calls_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

PREFIX = "stack/access-tokens/"
NAME = "stack/access-tokens/abc"


@pytest.fixture
def client(aws: boto3.Session) -> "SecretsManagerClient":
    return aws.client("secretsmanager")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(client: "SecretsManagerClient", clock: Clock) -> SecretReader:
    return SecretReader(client, clock)


@pytest.fixture
def writer(client: "SecretsManagerClient") -> AccessTokenWriter:
    return AccessTokenWriter(client, PREFIX)


def refuse(client: Any, operation: str) -> None:
    """Let the client fail at this call as it does without permission."""

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)

    client.meta.events.register(f"before-call.secrets-manager.{operation}", fail)


def refuse_deleted(client: Any) -> None:
    """Let the client fail once at storing a value, as AWS does for a secret that is deleted."""
    said = "You can't perform this operation on the secret because it was marked for deletion."
    left = [ClientError({"Error": {"Code": "InvalidRequestException", "Message": said}}, "Put")]

    def fail(**_: Any) -> None:
        if left:
            raise left.pop()

    client.meta.events.register("before-call.secrets-manager.PutSecretValue", fail)


class TestReading:
    def test_a_secret_is_read_by_name_and_by_arn(
        self, client: "SecretsManagerClient", reader: SecretReader
    ) -> None:
        arn = client.create_secret(Name="stack/signing-key", SecretString="key")["ARN"]
        assert reader.read("stack/signing-key") == "key"
        assert reader.read(arn) == "key"

    def test_a_warm_function_asks_once_in_five_minutes(
        self, client: "SecretsManagerClient", reader: SecretReader, clock: Clock
    ) -> None:
        client.create_secret(Name="key", SecretString="one")
        made = calls_of(client)
        assert reader.read("key") == "one"
        clock.seconds += 299
        assert reader.read("key") == "one"
        assert made == ["GetSecretValue"]
        client.put_secret_value(SecretId="key", SecretString="two")
        clock.seconds += 1
        assert reader.read("key") == "two"
        clock.seconds += 299
        assert reader.read("key") == "two"
        assert made.count("GetSecretValue") == 2

    def test_secrets_are_kept_apart(
        self, client: "SecretsManagerClient", reader: SecretReader
    ) -> None:
        for name in ("one", "two"):
            client.create_secret(Name=name, SecretString=f"value of {name}")
        assert [reader.read(name) for name in ("one", "two", "one")] == [
            "value of one",
            "value of two",
            "value of one",
        ]

    def test_a_forgotten_secret_is_read_anew(
        self, client: "SecretsManagerClient", reader: SecretReader
    ) -> None:
        for name in ("key", "other"):
            client.create_secret(Name=name, SecretString="one")
            reader.read(name)
            client.put_secret_value(SecretId=name, SecretString="two")
        reader.forget("key")
        reader.forget("never read")
        assert reader.read("key") == "two"
        assert reader.read("other") == "one"

    def test_a_secret_that_does_not_exist_is_missing_until_it_does(
        self, client: "SecretsManagerClient", reader: SecretReader
    ) -> None:
        with pytest.raises(MissingSecretError):
            reader.read("key")
        client.create_secret(Name="key", SecretString="one")
        assert reader.read("key") == "one"

    def test_a_binary_secret_counts_as_missing(
        self, client: "SecretsManagerClient", reader: SecretReader
    ) -> None:
        client.create_secret(Name="key", SecretBinary=b"one")
        with pytest.raises(MissingSecretError):
            reader.read("key")

    def test_an_empty_secret_counts_as_missing(
        self, client: "SecretsManagerClient", reader: SecretReader
    ) -> None:
        client.create_secret(Name="key", SecretString="one")
        client.meta.events.register(
            "after-call.secrets-manager.GetSecretValue",
            lambda parsed, **_: parsed.update(SecretString=""),
        )
        with pytest.raises(MissingSecretError):
            reader.read("key")

    def test_other_refusals_are_told(
        self, client: "SecretsManagerClient", reader: SecretReader
    ) -> None:
        refuse(client, "GetSecretValue")
        with pytest.raises(ClientError):
            reader.read("key")


class TestAccessTokens:
    def test_each_integration_has_a_secret_of_its_own(
        self, client: "SecretsManagerClient", writer: AccessTokenWriter, reader: SecretReader
    ) -> None:
        writer.put("abc", "token of abc")
        writer.put("abd", "token of abd")
        assert access_token_name(PREFIX, "abc") == NAME
        assert reader.read(NAME) == "token of abc"
        assert reader.read(access_token_name(PREFIX, "abd")) == "token of abd"

    def test_putting_again_replaces_the_value_and_makes_no_second_secret(
        self, client: "SecretsManagerClient", writer: AccessTokenWriter, reader: SecretReader
    ) -> None:
        writer.put("abc", "one")
        made = calls_of(client)
        writer.put("abc", "two")
        assert made == ["PutSecretValue"]
        assert reader.read(NAME) == "two"
        assert [secret["Name"] for secret in client.list_secrets()["SecretList"]] == [NAME]

    def test_a_deleted_token_is_gone_at_once_and_may_come_back(
        self, client: "SecretsManagerClient", writer: AccessTokenWriter, reader: SecretReader
    ) -> None:
        writer.put("abc", "one")
        writer.delete("abc")
        with pytest.raises(MissingSecretError):
            reader.read(NAME)
        refuse_deleted(client)
        made = calls_of(client)
        writer.put("abc", "two")
        # The first, which is refused, is not seen here.
        assert made == ["RestoreSecret", "PutSecretValue"]
        assert reader.read(NAME) == "two"

    def test_a_deleted_token_can_be_restored_for_a_week(
        self, client: "SecretsManagerClient", writer: AccessTokenWriter, reader: SecretReader
    ) -> None:
        writer.put("abc", "one")
        windows: list[object] = []
        client.meta.events.register(
            "provide-client-params.secrets-manager.DeleteSecret",
            lambda params, **_: windows.append(params.get("RecoveryWindowInDays")),
        )
        writer.delete("abc")
        assert windows == [7]
        client.restore_secret(SecretId=NAME)
        assert reader.read(NAME) == "one"

    def test_deleting_twice_or_what_never_was_does_no_harm(
        self, client: "SecretsManagerClient", writer: AccessTokenWriter
    ) -> None:
        writer.put("abc", "one")
        writer.put("abd", "other")
        writer.delete("abc")
        writer.delete("abc")
        writer.delete("never")
        assert [secret["Name"] for secret in client.list_secrets()["SecretList"]] == [
            access_token_name(PREFIX, "abd")
        ]

    def test_other_refusals_are_told(
        self, client: "SecretsManagerClient", writer: AccessTokenWriter
    ) -> None:
        refuse(client, "PutSecretValue")
        refuse(client, "DeleteSecret")
        made = calls_of(client)
        with pytest.raises(ClientError):
            writer.put("abc", "one")
        with pytest.raises(ClientError):
            writer.delete("abc")
        assert "CreateSecret" not in made
