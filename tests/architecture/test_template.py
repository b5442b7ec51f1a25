import re
from typing import Any

import pytest

from bitbucket_integration.bitbucket.allowed_hosts import AllowedHosts
from bitbucket_integration.errors import SettingsError
from bitbucket_integration.settings import (
    ConfigureSettings,
    DiffsSettings,
    NetworkSettings,
    ReportSettings,
    SweepSettings,
    WebhookSettings,
)
from tests.deployed_template import ROOT, permissions, resource, resources_of, template

FUNCTIONS = resources_of("AWS::Serverless::Function")
ROLES = resources_of("AWS::IAM::Role")
ALARMS = resources_of("AWS::CloudWatch::Alarm")
NAMES = ["Configure", "Webhook", "Diffs", "Report", "Sweep"]


def statements(function: str) -> list[dict[str, Any]]:
    """What a function is allowed, and what it is allowed under a condition."""
    return [statement for _, statement in permissions(function)]


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
            assert statement["Sid"]
            if statement["Effect"] == "Allow":
                assert "*" not in statement["Action"]

    def test_names_the_resources_that_it_may_touch(self, name: str) -> None:
        for statement in statements(name):
            if statement["Action"].startswith(("xray:Put", "ec2:Describe", "ec2:*")):
                continue
            assert statement["Resource"] != "*"
            text = str(statement["Resource"])
            assert any(name in text for name in ("Fn::GetAtt", "Fn::Sub", "CaBundleSecretArn"))

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


@pytest.mark.parametrize(
    ("name", "partitions"),
    [
        ("Webhook", {"INTEGRATIONS"}),
        ("Diffs", {"INTEGRATIONS", "INTEGRATION#*"}),
        ("Report", {"INTEGRATIONS", "INTEGRATION#*", "WAITING"}),
        ("Sweep", {"WAITING"}),
    ],
)
def test_a_function_touches_the_partitions_that_it_needs(name: str, partitions: set[str]) -> None:
    found = set()
    for statement in statements(name):
        if statement["Action"].startswith("dynamodb:"):
            [keys] = statement["Condition"].values()
            found |= set(keys["dynamodb:LeadingKeys"])
    assert found == partitions


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
        ("Sweep", SweepSettings),
    ],
)
def test_a_functions_settings_can_be_read_from_what_the_template_gives_it(
    function: str, settings: Any
) -> None:
    values = dict.fromkeys(variables(function), "https://example.com/1")
    values |= dict.fromkeys(("RETENTION_DAYS", "MAX_RECEIVES"), "9")
    values |= {
        "ALLOWED_BITBUCKET_HOSTS": "bitbucket.corp.example",
        "PROXY_URL": "http://proxy:3128",
    }
    given = {name: value for name, value in values.items() if name in variables(function)}
    assert settings.from_environ(given)


def conditions(function: str) -> dict[str, list[dict[str, Any]]]:
    """A function's statements by the condition under which they hold."""
    found: dict[str, list[dict[str, Any]]] = {}
    for condition, statement in permissions(function):
        found.setdefault(condition, []).append(statement)
    return found


def pattern(parameter: str) -> re.Pattern[str]:
    return re.compile(template()["Parameters"][parameter]["AllowedPattern"])


class TestTheNetwork:
    def test_is_the_business_of_the_functions_that_speak_to_bitbucket_alone(self) -> None:
        network = {"ALLOWED_BITBUCKET_HOSTS", "CA_BUNDLE_ARN", "PROXY_URL"}
        for name in NAMES:
            speaks = name in {"Configure", "Report"}
            assert variables(name) & network == (network if speaks else set())
            assert ("VpcConfig" in FUNCTIONS[f"{name}Function"]) is speaks
            assert set(conditions(name)) == ({"", "HasCaBundle", "IsInVpc"} if speaks else {""})

    @pytest.mark.parametrize("name", ["Configure", "Report"])
    def test_lets_the_functions_read_just_the_ca_bundle_that_there_is(self, name: str) -> None:
        [read] = conditions(name)["HasCaBundle"]
        assert read["Action"] == "secretsmanager:GetSecretValue"
        assert read["Resource"] == {"Ref": "CaBundleSecretArn"}

    @pytest.mark.parametrize("name", ["Configure", "Report"])
    def test_lets_lambda_handle_network_interfaces_and_the_functions_code_nothing(
        self, name: str
    ) -> None:
        *allowed, denied = conditions(name)["IsInVpc"]
        assert {one["Effect"] for one in allowed} == {"Allow"}
        assert {one["Action"] for one in allowed} == {
            f"ec2:{action}"
            for action in (
                "AssignPrivateIpAddresses",
                "CreateNetworkInterface",
                "DeleteNetworkInterface",
                "DescribeNetworkInterfaces",
                "DescribeSubnets",
                "UnassignPrivateIpAddresses",
            )
        }
        assert (denied["Effect"], denied["Action"], denied["Resource"]) == ("Deny", "ec2:*", "*")
        [(key, function)] = denied["Condition"]["ArnLike"].items()
        assert key == "lambda:SourceFunctionArn"
        assert function["Fn::Sub"].endswith(":function:*")

    def test_wants_subnets_and_security_groups_together(self) -> None:
        def unless_empty(parameter: str) -> dict[str, Any]:
            return {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}

        wanted = []
        for rule in template()["Rules"].values():
            [assertion] = rule["Assertions"]
            assert "go together" in assertion["AssertDescription"]
            wanted.append((rule["RuleCondition"], assertion["Assert"]))
        subnets, groups = unless_empty("VpcSubnetIds"), unless_empty("VpcSecurityGroupIds")
        assert wanted == [(subnets, groups), (groups, subnets)]

    @pytest.mark.parametrize(
        "hosts",
        [
            "",
            "bitbucket.corp.example",
            "bitbucket",
            "BITBUCKET.corp.example.",
            "*.intern.example",
            "http://127.0.0.1",
            "http://bitbucket.corp.example",
            "10.1.2.3",
            "fd00::17",
            "[fd00::17]",
            "bitbucket.corp.example, *.intern.example,http://10.1.2.3",
            "one.example two.example",
            "one.example,",
        ],
    )
    def test_lets_every_list_of_hosts_be_deployed_that_the_functions_read(self, hosts: str) -> None:
        AllowedHosts.parse(hosts)
        assert pattern("AllowedBitbucketHosts").fullmatch(hosts)

    @pytest.mark.parametrize(
        "hosts",
        [
            "https://bitbucket.corp.example",
            "bitbucket.corp.example/",
            "bitbucket.corp.example:8443",
            "http://bitbucket.corp.example:7990",
            "one.example;two.example",
            "*",
            "*.com",
            "*intern.example",
            "bitbucket.*.example",
            "me@bitbucket.corp.example",
            "bücket.example",
        ],
    )
    def test_refuses_at_deployment_what_would_end_the_functions_at_their_start(
        self, hosts: str
    ) -> None:
        assert not pattern("AllowedBitbucketHosts").fullmatch(hosts)
        with pytest.raises(SettingsError):
            AllowedHosts.parse(hosts)

    @pytest.mark.parametrize(
        ("url", "good"),
        [
            ("", True),
            ("http://proxy.corp.example:3128", True),
            ("https://proxy.corp.example", True),
            ("http://[fd00::17]:3128", True),
            ("proxy.corp.example:3128", False),
            ("http://me:word@proxy.corp.example", False),
            ("http://proxy.corp.example/path", False),
        ],
    )
    def test_takes_a_proxy_that_the_functions_take(self, url: str, *, good: bool) -> None:
        assert bool(pattern("ProxyUrl").fullmatch(url)) is good
        try:
            NetworkSettings.from_environ({"PROXY_URL": url})
        except SettingsError:
            assert not good
        else:
            assert good

    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            (
                "CaBundleSecretArn",
                "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ca-A1b2C3",
            ),
            (
                "CaBundleSecretArn",
                "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a/b-x",
            ),
            ("VpcSubnetIds", "subnet-0a1b2c3d4e5f60718,subnet-0a1b2c3d"),
            ("VpcSecurityGroupIds", "sg-0a1b2c3d"),
        ],
    )
    def test_takes_what_aws_calls_things(self, parameter: str, value: str) -> None:
        assert pattern(parameter).fullmatch(value)
        assert pattern(parameter).fullmatch("")
        assert not pattern(parameter).fullmatch(f"{value}, {value}")
        assert not pattern(parameter).fullmatch("*")


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
        watched = {(str(one["Namespace"]), one["MetricName"]) for one in ALARMS.values()}
        assert watched >= {
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
            ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
            ("AWS/ApiGateway", "5XXError"),
        }

    def test_miss_the_sweep_when_its_schedule_does_not_run_it(self) -> None:
        alarm = ALARMS["SweepMissingAlarm"]
        assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "SweepFunction"}}]
        assert (alarm["MetricName"], alarm["Threshold"]) == ("Invocations", 1)
        assert alarm["ComparisonOperator"] == "LessThanThreshold"
        assert alarm["TreatMissingData"] == "breaching"

    def test_are_about_the_metrics_of_their_own_stack(self) -> None:
        variables = template()["Globals"]["Function"]["Environment"]["Variables"]
        namespace = variables["POWERTOOLS_METRICS_NAMESPACE"]
        assert "${AWS::StackName}" in namespace["Fn::Sub"]
        assert ALARMS["AccessTokenRejectedAlarm"]["Namespace"] == namespace

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
