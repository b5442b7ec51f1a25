from typing import Any

import pytest

from bitbucket_integration.settings import (
    ConfigureSettings,
    DiffsSettings,
    ReportSettings,
    WebhookSettings,
)
from tests.deployed_template import ROOT, resource, resources_of, template

FUNCTIONS = resources_of("AWS::Serverless::Function")
ROLES = resources_of("AWS::IAM::Role")
ALARMS = resources_of("AWS::CloudWatch::Alarm")
NAMES = ["Configure", "Webhook", "Diffs", "Report"]


def statements(function: str) -> list[dict[str, Any]]:
    [policy] = ROLES[f"{function}Role"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def variables(function: str) -> set[str]:
    everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = FUNCTIONS[f"{function}Function"]["Environment"]["Variables"]
    return set(everywhere) | set(own)


@pytest.mark.parametrize("name", NAMES)
class TestEveryFunction:
    def test_has_a_role_of_its_own_and_no_managed_policy(self, name: str) -> None:
        assert FUNCTIONS[f"{name}Function"]["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        assert "ManagedPolicyArns" not in ROLES[f"{name}Role"]

    def test_is_allowed_one_action_per_statement_and_says_what_for(self, name: str) -> None:
        for statement in statements(name):
            assert isinstance(statement["Action"], str)
            assert "*" not in statement["Action"]
            assert statement["Effect"] == "Allow"
            assert statement["Sid"]

    def test_names_the_resources_that_it_may_touch(self, name: str) -> None:
        for statement in statements(name):
            if statement["Action"].startswith("xray:Put"):
                continue
            assert statement["Resource"] != "*"
            text = str(statement["Resource"])
            assert "Fn::GetAtt" in text or "Fn::Sub" in text

    def test_writes_to_a_log_group_that_forgets(self, name: str) -> None:
        logging = FUNCTIONS[f"{name}Function"]["LoggingConfig"]
        assert logging == {"LogGroup": {"Ref": f"{name}Logs"}}
        assert resource(f"{name}Logs")["RetentionInDays"] == {"Ref": "RetentionDays"}

    def test_raises_an_alarm_when_it_fails(self, name: str) -> None:
        alarm = ALARMS[f"{name}ErrorsAlarm"]
        assert alarm["MetricName"] == "Errors"
        assert alarm["Dimensions"] == [
            {"Name": "FunctionName", "Value": {"Ref": f"{name}Function"}}
        ]

    def test_has_a_parameter_for_its_reserved_concurrency(self, name: str) -> None:
        parameter = f"{name}ReservedConcurrency"
        assert parameter in template()["Parameters"]
        reserved = FUNCTIONS[f"{name}Function"]["ReservedConcurrentExecutions"]
        assert {"Ref": parameter} in reserved["Fn::If"]

    def test_is_built_with_bytecode(self, name: str) -> None:
        definition = template()["Resources"][f"{name}Function"]
        assert definition["Metadata"]["BuildMethod"] == "makefile"
        makefile = ROOT / FUNCTIONS[f"{name}Function"]["CodeUri"] / "Makefile"
        assert "compileall" in makefile.read_text()


def test_the_webhook_function_can_read_no_access_token() -> None:
    for statement in statements("Webhook"):
        if statement["Action"].startswith("secretsmanager:"):
            assert statement["Resource"]["Fn::Sub"].endswith("/signing-key-??????")


@pytest.mark.parametrize(
    ("function", "settings"),
    [
        ("Configure", ConfigureSettings),
        ("Webhook", WebhookSettings),
        ("Diffs", DiffsSettings),
        ("Report", ReportSettings),
    ],
)
def test_a_functions_settings_can_be_read_from_what_the_template_gives_it(
    function: str, settings: Any
) -> None:
    values = dict.fromkeys(variables(function), "https://example.com/1")
    values |= dict.fromkeys(("RETENTION_DAYS", "MAX_RECEIVES"), "9")
    given = {name: value for name, value in values.items() if name in variables(function)}
    assert settings.from_environ(given)


def test_no_parameter_or_variable_carries_a_secret() -> None:
    for name, parameter in template()["Parameters"].items():
        assert "NoEcho" not in parameter, name
        assert not name.lower().endswith(("token", "secret", "password", "key")), name
    for name in NAMES:
        for variable in variables(name):
            assert not variable.endswith(("_TOKEN", "_SECRET", "_KEY", "_PASSWORD")), variable


class TestTheTable:
    def test_is_on_demand_encrypted_recoverable_and_forgets(self) -> None:
        table = resource("Table")
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSESpecification"] == {"SSEEnabled": True}
        recovery = table["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}
        assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}

    @pytest.mark.parametrize("name", ["Table", "Submissions"])
    def test_data_outlives_the_stack(self, name: str) -> None:
        definition = template()["Resources"][name]
        assert definition["DeletionPolicy"] == "Retain"
        assert definition["UpdateReplacePolicy"] == "Retain"


class TestTheBucket:
    def test_is_private_and_encrypted(self) -> None:
        bucket = resource("Submissions")
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    def test_forgets_after_the_retention_time(self) -> None:
        [rule] = resource("Submissions")["LifecycleConfiguration"]["Rules"]
        assert rule["Status"] == "Enabled"
        assert rule["ExpirationInDays"] == {"Ref": "RetentionDays"}

    def test_refuses_what_does_not_come_over_tls(self) -> None:
        [statement] = resource("SubmissionsPolicy")["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Principal"] == "*"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


class TestTheQueue:
    def test_orders_by_group_with_high_throughput(self) -> None:
        queue = resource("ReportQueue")
        assert queue["FifoQueue"] is True
        assert queue["DeduplicationScope"] == "messageGroup"
        assert queue["FifoThroughputLimit"] == "perMessageGroupId"

    def test_hides_a_message_for_six_times_the_functions_timeout(self) -> None:
        timeout = FUNCTIONS["ReportFunction"]["Timeout"]
        assert resource("ReportQueue")["VisibilityTimeout"] >= 6 * timeout

    def test_hands_what_keeps_failing_to_the_dead_letter_queue(self) -> None:
        redrive = resource("ReportQueue")["RedrivePolicy"]
        assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
        receives = FUNCTIONS["ReportFunction"]["Environment"]["Variables"]["MAX_RECEIVES"]
        assert redrive["maxReceiveCount"] == int(receives)

    def test_keeps_dead_letters_for_fourteen_days(self) -> None:
        assert resource("DeadLetterQueue")["MessageRetentionPeriod"] == 14 * 24 * 3600

    @pytest.mark.parametrize("name", ["ReportQueue", "DeadLetterQueue"])
    def test_is_encrypted(self, name: str) -> None:
        assert resource(name)["SqsManagedSseEnabled"] is True

    def test_tells_failures_message_by_message(self) -> None:
        source = FUNCTIONS["ReportFunction"]["Events"]["Jobs"]["Properties"]
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


class TestTheAlarms:
    @pytest.mark.parametrize("name", sorted(ALARMS))
    def test_go_to_the_topic_if_there_is_one(self, name: str) -> None:
        wanted = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
        assert ALARMS[name]["AlarmActions"] == wanted
        assert ALARMS[name]["OKActions"] == wanted

    def test_watch_dead_letters_waiting_jobs_and_the_api(self) -> None:
        watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in ALARMS.values()}
        assert watched >= {
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
            ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
            ("AWS/ApiGateway", "5XXError"),
        }

    def test_the_apis_alarm_watches_the_stage_that_exists(self) -> None:
        dimensions = {one["Name"]: one["Value"] for one in ALARMS["ApiErrorsAlarm"]["Dimensions"]}
        assert dimensions["Stage"] == resource("Api")["StageName"]
        assert dimensions["ApiName"] == resource("Api")["Name"]


class TestTheApi:
    def test_hands_bodies_over_byte_for_byte(self) -> None:
        assert resource("Api")["BinaryMediaTypes"] == ["*~1*"]

    def test_is_throttled(self) -> None:
        [settings] = resource("Api")["MethodSettings"]
        assert settings["ResourcePath"] == "/*"
        assert settings["HttpMethod"] == "*"
        assert settings["ThrottlingRateLimit"] == {"Ref": "ApiRateLimit"}
        assert settings["ThrottlingBurstLimit"] == {"Ref": "ApiBurstLimit"}

    def test_is_traced(self) -> None:
        assert template()["Globals"]["Api"]["TracingEnabled"] is True
        assert template()["Globals"]["Function"]["Tracing"] == "Active"


def test_the_webhook_function_ends_before_bitbucket_gives_up() -> None:
    assert FUNCTIONS["WebhookFunction"]["Timeout"] < 10


def test_the_stacks_own_secrets_are_generated() -> None:
    for name in ("AdminToken", "SigningKey"):
        generated = resource(name)["GenerateSecretString"]
        assert generated["PasswordLength"] >= 48
        assert "SecretString" not in resource(name)


def test_the_functions_run_on_the_python_that_everything_is_tested_with() -> None:
    version = (ROOT / ".python-version").read_text().strip()
    assert template()["Globals"]["Function"]["Runtime"] == f"python{version}"
