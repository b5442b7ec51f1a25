from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bitbucket_integration.errors import SettingsError
from bitbucket_integration.settings import (
    ConfigureSettings,
    DiffsSettings,
    NetworkSettings,
    ReportSettings,
    SweepSettings,
    WebhookSettings,
)
from tests.deployed_template import resource, template

ENVIRONMENT = {
    "TABLE_NAME": "table",
    "BUCKET_NAME": "bucket",
    "QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs.fifo",
    "ADMIN_TOKEN_ARN": "arn:admin",
    "SIGNING_KEY_ARN": "arn:signing",
    "ACCESS_TOKEN_PREFIX": "stack/access-tokens/",
    "BITBUCKET_CLOUD_API_URL": "https://api.bitbucket.org/2.0",
    "PUBLIC_URL": "https://diffs.acme.example/v1",
    "RETENTION_DAYS": "90",
    "MAX_RECEIVES": "8",
    "ALLOWED_BITBUCKET_HOSTS": " bitbucket.corp.example, *.intern.example ",
    "CA_BUNDLE_ARN": "arn:ca",
    "PROXY_URL": "http://proxy.corp.example:3128",
}
OPTIONAL = {"PUBLIC_URL", "ALLOWED_BITBUCKET_HOSTS", "CA_BUNDLE_ARN", "PROXY_URL"}
NETWORK = NetworkSettings(
    allowed_hosts="bitbucket.corp.example, *.intern.example",
    ca_bundle_arn="arn:ca",
    proxy_url="http://proxy.corp.example:3128",
)
type Reader = Callable[[Mapping[str, str]], Any]
READERS: dict[str, Reader] = {
    "ConfigureFunction": ConfigureSettings.from_environ,
    "WebhookFunction": WebhookSettings.from_environ,
    "DiffsFunction": DiffsSettings.from_environ,
    "ReportFunction": ReportSettings.from_environ,
    "SweepFunction": SweepSettings.from_environ,
}


def given_by_template(function: str) -> set[str]:
    everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
    return {*everywhere, *resource(function)["Environment"]["Variables"]}


@pytest.mark.parametrize("function", READERS)
def test_a_function_reads_no_variable_that_the_template_does_not_give_it(function: str) -> None:
    given = {name: ENVIRONMENT[name] for name in given_by_template(function) & set(ENVIRONMENT)}
    READERS[function](given)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (function, name)
        for function in READERS
        for name in sorted(given_by_template(function) & set(ENVIRONMENT) - OPTIONAL)
    ],
)
@pytest.mark.parametrize("value", [None, "", "  "], ids=["missing", "empty", "blank"])
def test_a_missing_variable_is_named(function: str, name: str, value: str | None) -> None:
    environment = dict(ENVIRONMENT)
    environment.pop(name)
    if value is not None:
        environment[name] = value
    with pytest.raises(SettingsError, match=name):
        READERS[function](environment)


def test_settings_hold_what_the_environment_says() -> None:
    assert ConfigureSettings.from_environ(ENVIRONMENT) == ConfigureSettings(
        table_name="table",
        bucket_name="bucket",
        queue_url=ENVIRONMENT["QUEUE_URL"],
        admin_token_arn="arn:admin",
        signing_key_arn="arn:signing",
        access_token_prefix="stack/access-tokens/",
        cloud_api_url="https://api.bitbucket.org/2.0",
        public_url="https://diffs.acme.example/v1",
        network=NETWORK,
    )
    assert WebhookSettings.from_environ(ENVIRONMENT) == WebhookSettings(
        table_name="table", queue_url=ENVIRONMENT["QUEUE_URL"], signing_key_arn="arn:signing"
    )
    assert SweepSettings.from_environ(ENVIRONMENT) == SweepSettings(
        table_name="table", queue_url=ENVIRONMENT["QUEUE_URL"]
    )
    assert DiffsSettings.from_environ(ENVIRONMENT) == DiffsSettings(
        table_name="table",
        bucket_name="bucket",
        queue_url=ENVIRONMENT["QUEUE_URL"],
        signing_key_arn="arn:signing",
        retention_days=90,
        public_url="https://diffs.acme.example/v1",
    )
    assert ReportSettings.from_environ(ENVIRONMENT) == ReportSettings(
        table_name="table",
        bucket_name="bucket",
        queue_url=ENVIRONMENT["QUEUE_URL"],
        signing_key_arn="arn:signing",
        access_token_prefix="stack/access-tokens/",
        cloud_api_url="https://api.bitbucket.org/2.0",
        retention_days=90,
        max_receives=8,
        public_url="https://diffs.acme.example/v1",
        network=NETWORK,
    )


@pytest.mark.parametrize("value", [None, "", " "], ids=["missing", "empty", "blank"])
def test_without_a_public_url_there_is_none(value: str | None) -> None:
    environment = dict(ENVIRONMENT)
    environment.pop("PUBLIC_URL")
    if value is not None:
        environment["PUBLIC_URL"] = value
    assert ConfigureSettings.from_environ(environment).public_url is None
    assert DiffsSettings.from_environ(environment).public_url is None
    assert ReportSettings.from_environ(environment).public_url is None


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("https://api.bitbucket.org/2.0", "https://api.bitbucket.org/2.0"),
        (" https://api.bitbucket.org/2.0/ ", "https://api.bitbucket.org/2.0"),
        ("https://api.bitbucket.org/2.0//", "https://api.bitbucket.org/2.0"),
        ("http://127.0.0.1:7990", "http://127.0.0.1:7990"),
    ],
)
def test_an_address_is_kept_without_its_last_slash(value: str, read: str) -> None:
    settings = ReportSettings.from_environ(ENVIRONMENT | {"BITBUCKET_CLOUD_API_URL": value})
    assert settings.cloud_api_url == read


@pytest.mark.parametrize(
    "value",
    [
        "api.bitbucket.org/2.0",
        "ftp://api.bitbucket.org",
        "https://",
        "https:///2.0",
        "https://api.bitbucket.org/2.0?page=1",
        "https://api.bitbucket.org/2.0#top",
        "https://[::1",
        "https://[bitbucket]/",
        "/2.0",
    ],
)
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="BITBUCKET_CLOUD_API_URL"):
        ReportSettings.from_environ(ENVIRONMENT | {"BITBUCKET_CLOUD_API_URL": value})
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        ConfigureSettings.from_environ(ENVIRONMENT | {"PUBLIC_URL": value})


@pytest.mark.parametrize("name", ["RETENTION_DAYS", "MAX_RECEIVES"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "1e3", "ninety", "²", "0x10", "1_000"])
def test_a_count_is_a_positive_whole_number(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        ReportSettings.from_environ(ENVIRONMENT | {name: value})


def test_a_wrong_value_is_not_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        ReportSettings.from_environ(ENVIRONMENT | {"QUEUE_URL": "secret"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("value", [None, "", " "], ids=["missing", "empty", "blank"])
def test_no_rule_for_the_network_is_needed(value: str | None) -> None:
    names = ("ALLOWED_BITBUCKET_HOSTS", "CA_BUNDLE_ARN", "PROXY_URL")
    environment = {name: one for name, one in ENVIRONMENT.items() if name not in names}
    if value is not None:
        environment |= dict.fromkeys(names, value)
    assert ReportSettings.from_environ(environment).network == NetworkSettings()
    assert ConfigureSettings.from_environ(environment).network == NetworkSettings()


@pytest.mark.parametrize(
    "value", ["http://proxy:3128", "https://proxy.corp.example", "http://10.0.0.1:80/"]
)
def test_a_proxy_has_a_plain_address(value: str) -> None:
    settings = NetworkSettings.from_environ({"PROXY_URL": value})
    assert settings.proxy_url == value.rstrip("/")


@pytest.mark.parametrize(
    "value",
    [
        "proxy:3128",
        "socks5://proxy:1080",
        "http://",
        "http://user:secret@proxy:3128",
        "http://secret@proxy:3128",
        "http://@proxy:3128",
        "http://proxy:3128/secret",
        "http://proxy:3128?secret",
        "http://proxy\\@secret:3128",
        "http://proxy:secret",
        "http://proxy:3128\nsecret",
    ],
)
def test_a_proxy_with_more_than_an_address_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(SettingsError, match="PROXY_URL") as caught:
        NetworkSettings.from_environ({"PROXY_URL": value})
    assert "secret" not in str(caught.value)
