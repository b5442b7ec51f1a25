import pytest

from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.errors import AddressRefusedError, MissingSecretError, SettingsError
from bitbucket_integration.settings import NetworkSettings


def no_secret(arn: str) -> str:
    raise MissingSecretError(arn)


def test_a_deployment_without_rules_speaks_to_the_internet_alone() -> None:
    assert Network.of(NetworkSettings(), no_secret) == Network()
    Network().admit("https://bitbucket.example")
    with pytest.raises(AddressRefusedError):
        Network().admit("https://10.0.0.1")


def test_a_deployment_has_the_operators_rules() -> None:
    settings = NetworkSettings("10.0.0.1", "arn:ca", "http://proxy:3128")
    network = Network.of(settings, {"arn:ca": "PEM"}.__getitem__)
    assert network.ca_bundle_pem == "PEM"
    assert network.proxy_url == "http://proxy:3128"
    assert network.resolver is None
    network.admit("https://10.0.0.1")


def test_a_bad_list_of_hosts_is_a_fault_of_the_settings() -> None:
    with pytest.raises(SettingsError, match=r"AllowedBitbucketHosts: '\*'"):
        Network.of(NetworkSettings("*"), no_secret)


def test_a_ca_bundle_that_cannot_be_read_is_not_done_without() -> None:
    with pytest.raises(MissingSecretError, match="arn:ca"):
        Network.of(NetworkSettings(ca_bundle_arn="arn:ca"), no_secret)
