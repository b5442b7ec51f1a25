"""What the routes of the admin API need, made of the environment."""

from collections.abc import Callable, Mapping

import boto3
from botocore.config import Config

from bitbucket_integration.bitbucket.network import Network
from bitbucket_integration.derived_secrets import is_same_secret
from bitbucket_integration.errors import NotAuthenticatedError
from bitbucket_integration.settings import ConfigureSettings
from bitbucket_integration.stores.activity import ActivityStore
from bitbucket_integration.stores.integrations import IntegrationStore
from bitbucket_integration.stores.progress import ProgressStore
from bitbucket_integration.stores.pull_requests import AwaitedPullRequests
from bitbucket_integration.stores.purge import Purge
from bitbucket_integration.stores.report_queue import ReportQueue
from bitbucket_integration.stores.secrets import AccessTokenWriter, SecretReader
from bitbucket_integration.stores.token_users import TokenUsers
from doctor.integration_check import IntegrationCheck
from integration_setup import IntegrationSetup
from integration_view import Views
from life.awaited_results import AwaitedResults
from life.changing import Changing
from life.pausing import Pausing
from life.removal import Removal
from life.rotation import SecretRotation
from life.shared_token import SharedTokens
from live_progress import LiveProgress
from many.connecting import ConnectingMany
from webhook_setup import WebhookSetup


class AdminApi:
    """What the routes need, made once per environment."""

    def __init__(self, environ: Mapping[str, str], now: Callable[[], float]) -> None:
        """Real AWS clients, as the environment says; `now` gives seconds since 1970."""
        self.settings = ConfigureSettings.from_environ(environ)
        config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
        secrets_manager = boto3.client("secretsmanager", config=config)
        self._secrets = SecretReader(secrets_manager, now)
        self.network = Network.of(self.settings.network, self._secrets.read)
        dynamodb = boto3.client("dynamodb", config=config)
        self.integrations = IntegrationStore(dynamodb, self.settings.table_name)
        self.activity = ActivityStore(dynamodb, self.settings.table_name)
        # A call hardly waits for what is only looked at.
        hasty = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
        self.progress = LiveProgress(
            ProgressStore(boto3.client("dynamodb", config=hasty), self.settings.table_name, now)
        )
        self.views = Views(self.activity, now)
        queue = ReportQueue(boto3.client("sqs", config=config), self.settings.queue_url)
        webhooks = WebhookSetup(self.activity, self._signing_key)
        trusting = self.network.trusting(self.settings.cloud_api_url)
        access_tokens = AccessTokenWriter(secrets_manager, self.settings.access_token_prefix)
        users = TokenUsers(dynamodb, self.settings.table_name)
        shared = SharedTokens(self.integrations, users, access_tokens)
        self.setup = IntegrationSetup(
            self.integrations,
            shared,
            access_tokens,
            self._secrets,
            webhooks,
            self.settings,
            trusting,
            now,
        )
        self.doctor = IntegrationCheck(
            self.integrations, self._secrets, webhooks, self.settings, trusting, now
        )
        self.removal = Removal(
            self.integrations,
            shared,
            AwaitedResults(AwaitedPullRequests(dynamodb, self.settings.table_name), now),
            self._secrets,
            Purge(boto3.client("s3", config=config), self.settings.bucket_name),
            self.settings,
            trusting,
        )
        self.many = ConnectingMany(self.setup, self.network.allowed_hosts.allows_plain_http, now)
        self.changing = Changing(self.integrations, self.setup, shared, now)
        self.pausing = Pausing(self.integrations, queue, now)
        self.rotation = SecretRotation(
            self.integrations, self.doctor, queue, self._signing_key, now
        )

    def _signing_key(self) -> str:
        return self._secrets.read(self.settings.signing_key_arn)

    def authenticate(self, token: str) -> None:
        """Raises NotAuthenticatedError unless this is the admin token."""
        if not is_same_secret(token, self._secrets.read(self.settings.admin_token_arn)):
            raise NotAuthenticatedError("the Authorization header must be `Bearer <admin token>`")
