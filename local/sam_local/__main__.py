"""`python -m local.sam_local start-api` (`make sam-local`), or `… invoke WebhookFunction …`.

`sam local` runs one function at a time in a container, and knows neither the names of the table,
queue and bucket nor an AWS to find them in. This takes both from a running `make local`.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import boto3
from samcli.yamlhelper import yaml_dump, yaml_parse

from local.sam_local.forwarding import forwarded
from local.stack.ministack import HOST
from local.stack.places import REPOSITORY, SAM, STACK_JSON

BUILT = REPOSITORY / ".aws-sam" / "build"
ENDPOINT = "AWS_ENDPOINT_URL"


def main(arguments: list[str] | None = None) -> int:
    """Run `sam local` with the arguments that are not ours."""
    parser = argparse.ArgumentParser(prog="make sam-local", description=__doc__)
    parser.add_argument(
        "--bridge",
        default="",
        metavar="ADDRESS",
        help="address of this machine on Docker's network, such as 172.17.0.1 on Linux;"
        " Docker Desktop needs none",
    )
    options, sam_arguments = parser.parse_known_args(arguments)
    if not STACK_JSON.exists():
        print("Start `make local` in another terminal first.", file=sys.stderr)
        return 1
    if not (BUILT / "template.yaml").exists():
        print("Run `make build` first.", file=sys.stderr)
        return 1
    # Ctrl-C is for sam, which stops its containers; this process waits for it. (A signal that is
    # ignored would be ignored by sam, too.)
    signal.signal(signal.SIGINT, lambda *_: None)
    with ExitStack() as exits:
        return _run_sam(json.loads(STACK_JSON.read_text()), options.bridge, sam_arguments, exits)


def _run_sam(facts: dict[str, str], bridge: str, sam_arguments: list[str], exits: ExitStack) -> int:
    def reachable(url: str) -> str:
        if urlsplit(url).hostname != HOST:
            return url
        if bridge:
            return exits.enter_context(forwarded(url, bridge))
        return url.replace(HOST, "host.docker.internal")

    template = _template_with_endpoint()
    variables = _deployed_variables(facts)
    bitbucket, endpoint = facts["bitbucket_cloud_api_url"], facts["aws_endpoint_url"]
    for one in variables.values():
        one[ENDPOINT] = reachable(endpoint)
        if "BITBUCKET_CLOUD_API_URL" in one:
            one["BITBUCKET_CLOUD_API_URL"] = reachable(bitbucket)
    # A file of its own for each run: one can be invoked while another serves the API.
    environment = Path(exits.enter_context(TemporaryDirectory())) / "sam-local.json"
    environment.write_text(json.dumps(variables, indent=2))
    command = [str(SAM), "local", *sam_arguments, "--template", str(template)]
    command += ["--env-vars", str(environment)]
    command += ["--parameter-overrides", f"Architecture={_architecture()}"]
    credentials = {
        "AWS_ACCESS_KEY_ID": facts["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": facts["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": facts["aws_region"],
        "SAM_CLI_TELEMETRY": "0",
    }
    with subprocess.Popen(command, env={**os.environ, **credentials}) as sam:
        signal.signal(signal.SIGTERM, lambda *_: sam.terminate())
        return sam.wait()


def _template_with_endpoint() -> Path:
    """A copy of the built template whose functions have the variable for AWS's address.

    `sam local` passes on only the variables that a template declares, and on AWS there is none.
    """
    template = yaml_parse((BUILT / "template.yaml").read_text())
    template["Globals"]["Function"]["Environment"]["Variables"][ENDPOINT] = ""
    path = BUILT / "sam-local.yaml"
    path.write_text(yaml_dump(template))
    return path


def _deployed_variables(facts: dict[str, str]) -> dict[str, dict[str, str]]:
    """The environment of each deployed function, by its name in the template."""
    session = boto3.Session(
        facts["aws_access_key_id"],
        facts["aws_secret_access_key"],
        region_name=facts["aws_region"],
    )
    endpoint = facts["aws_endpoint_url"]
    cloudformation: Any = session.client("cloudformation", endpoint_url=endpoint)
    functions: Any = session.client("lambda", endpoint_url=endpoint)
    resources = cloudformation.describe_stack_resources(StackName=facts["stack_name"])
    return {
        resource["LogicalResourceId"]: functions.get_function_configuration(
            FunctionName=resource["PhysicalResourceId"]
        )["Environment"]["Variables"]
        for resource in resources["StackResources"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }


def _architecture() -> str:
    return "arm64" if platform.machine().lower() in {"aarch64", "arm64"} else "x86_64"


if __name__ == "__main__":
    sys.exit(main())
